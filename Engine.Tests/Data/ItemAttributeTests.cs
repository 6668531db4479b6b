using ManualVae.Data;
using Xunit;

namespace ManualVae.Tests.Data;

public sealed class ItemAttributeTests
{
    private static readonly ItemAttribute Plot = new("plot", AttributeKind.Text, ["war", "peace"],
        new CsrMatrix(2, [0, 2, 2, 3], [0, 1, 1], [.5f, 1.25e-7f, 3]));

    private static readonly ItemAttribute Genres =
        new("genres", AttributeKind.Categorical, ["Drama"], new CsrMatrix(1, [0, 1, 1, 1], [0]));

    [Fact]
    public void What_is_written_is_read()
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "item-features.tsv");
        ItemAttribute.Write(path, [Plot, Genres]);
        var read = ItemAttribute.Read(path, items: 3);
        Assert.Equal(["plot", "genres"], read.Select(a => a.Name));
        Assert.Equal(Plot.Features, read[0].Features);
        Assert.Equal(Plot.Values.Values.ToArray(), read[0].Values.Values.ToArray());
        Assert.Equal(Plot.Values.ColumnIndices.ToArray(), read[0].Values.ColumnIndices.ToArray());
        Assert.Equal(Plot.Values.RowOffsets.ToArray(), read[0].Values.RowOffsets.ToArray());
        Assert.True(read[1].Values.IsBinary);
        Assert.Equal(1, read[1].KnownItems);
    }

    [Theory]
    [InlineData("3\tplot\tText\twar\t1", "the item number 3, expected one below 3")]
    [InlineData("0\tplot\t2\twar\t1", "the kind '2', expected Categorical, Numeric, Text, Vector")]
    [InlineData("0\tplot\tText\twar\tNaN", "the value 'NaN', expected a finite number")]
    [InlineData("0\tplot\tText\twar", "has 4 fields, expected 5")]
    [InlineData("0\tplot\tText\twar\t1\n0\tplot\tText\twar\t1", "gives item 0 'war' a second time")]
    [InlineData("0\tplot\tText\twar\t1\n0\tplot\tVector\tx\t1", "has the kind Vector, where 'plot' was Text")]
    public void Damage_is_named_with_its_line(string lines, string problem)
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "item-features.tsv");
        File.WriteAllText(path, "item\tattribute\tkind\tfeature\tvalue\n" + lines + "\n");
        var thrown = Assert.Throws<InputException>(() => ItemAttribute.Read(path, items: 3));
        Assert.Contains(problem, thrown.Message);
        Assert.Contains($"{path}:{lines.Split('\n').Length + 1}:", thrown.Message);
    }
}
