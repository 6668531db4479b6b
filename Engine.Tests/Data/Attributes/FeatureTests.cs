using ManualVae.Data;
using ManualVae.Data.Attributes;
using Xunit;

namespace ManualVae.Tests.Data.Attributes;

/// <summary>Features of small columns, by hand.</summary>
public class FeatureTests
{
    [Fact]
    public void Weights_of_words_are_those_of_the_formula()
    {
        // Three texts. idf of "war" (2 of 3): ln(4/3) + 1; of "peace" and "moon" (1 of 3): ln(4/2) + 1.
        var plot = TextFeatures.Of("plot", Column("war and war peace", "war", "moon", null), words: 10, least: 1, most: 1);
        double common = Math.Log(4.0 / 3) + 1, rare = Math.Log(2) + 1;
        Assert.Equal(AttributeKind.Text, plot.Kind);
        Assert.Equal(["and", "peace", "war", "moon"], plot.Features);
        double length = Math.Sqrt(2 * rare * rare + 4 * common * common);
        AssertRow([(float)(rare / length), (float)(rare / length), (float)(2 * common / length), 0], plot, 0);
        AssertRow([0, 0, 1, 0], plot, 1);
        AssertRow([0, 0, 0, 1], plot, 2);
        AssertRow([0, 0, 0, 0], plot, 3);
        Assert.Equal(3, plot.KnownItems);
    }

    [Fact]
    public void The_vocabulary_takes_words_of_most_texts_and_breaks_ties_by_spelling()
    {
        var column = Column("delta alpha", "delta beta", "alpha beta gamma", "omega");
        Assert.Equal(["alpha", "beta"], TextFeatures.Of("t", column, words: 2, least: 1, most: 1).Features.Order());
        Assert.Equal(["alpha", "beta", "delta"], TextFeatures.Of("t", column, words: 9, least: 2, most: 1).Features.Order());
        Assert.Equal(["gamma", "omega"], TextFeatures.Of("t", column, words: 9, least: 1, most: .25).Features.Order());
        var none = TextFeatures.Of("t", Column("a", null), words: 9, least: 1, most: 1);
        Assert.Equal((0, 0), (none.Features.Length, none.KnownItems));
    }

    [Fact]
    public void Rows_of_words_have_unit_length()
    {
        var random = new Random(3);
        string?[] texts = [.. Enumerable.Range(0, 50).Select(_ => string.Join(' ', Enumerable.Range(0, 20)
            .Select(_ => $"w{random.Next(40)}")))];
        var text = TextFeatures.Of("t", Column(texts), words: 25, least: 2, most: .9);
        Assert.Equal(25, text.Features.Length);
        for (int item = 0; item < texts.Length; item++)
        {
            double sum = 0;
            foreach (float value in text.Values.RowValues(item)) sum += (double)value * value;
            Assert.Equal(1, sum, 1e-6);
        }
    }

    [Fact]
    public void Values_are_separated_counted_once_and_kept_where_enough_items_have_them()
    {
        var column = Column("Drama| War |Drama", "War", "Comedy||", null);
        var all = CategoricalFeatures.Of("genres", column, "|", least: 1);
        Assert.Equal(["Drama", "War", "Comedy"], all.Features);
        Assert.True(all.Values.IsBinary);
        AssertRow([1, 1, 0], all, 0);
        AssertRow([0, 0, 1], all, 2);
        Assert.Equal(["War"], CategoricalFeatures.Of("genres", column, "|", least: 2).Features);
        Assert.Equal(["Drama| War |Drama", "War", "Comedy||"], CategoricalFeatures.Of("genres", column, "", least: 1).Features);
    }

    [Fact]
    public void Bins_by_quantiles_keep_equal_numbers_together()
    {
        var years = NumericFeatures.ByQuantiles("year", Column("1", "2", "2", "2", "3", "9", null, "-1.5"), bins: 3);
        // Sorted: -1.5 1 2 2 2 3 9; edges at positions 0, 2, 4: -1.5, 2, 2.
        Assert.Equal(["[-1.5, 2)", "[2, 9]"], years.Features);
        int[] bins = [.. Enumerable.Range(0, 8).Select(item =>
            years.Values.RowLength(item) == 0 ? -1 : years.Values.RowColumns(item)[0])];
        Assert.Equal([0, 1, 1, 1, 1, 1, -1, 0], bins);
    }

    [Fact]
    public void A_constant_makes_one_bin() =>
        Assert.Equal(["7"], NumericFeatures.ByQuantiles("n", Column("7", "7", null, "7.0"), bins: 4).Features);

    [Theory]
    [InlineData(1, 0.0)]
    [InlineData(3, 0.0, 2.0, 4.0)]
    [InlineData(6, 0.0, 1.0, 2.0, 3.0, 4.0, 5.0)]
    [InlineData(100, 0.0, 1.0, 2.0, 3.0, 4.0, 5.0)]
    public void Edges_lie_at_equal_shares(int bins, params double[] edges) =>
        Assert.Equal(edges, NumericFeatures.QuantileEdges([0, 1, 2, 3, 4, 5], bins));

    [Fact]
    public void Decades_are_bins_of_one_width()
    {
        var years = NumericFeatures.ByWidth("year", Column("1999", "2000", "1990", "1975", "-1"), width: 10);
        Assert.Equal(["[1990, 2000)", "[2000, 2010)", "[1970, 1980)", "[-10, 0)"], years.Features);
        Assert.Equal(0, years.Values.RowColumns(2)[0]);
        var problem = Assert.Throws<InputException>(() => NumericFeatures.ByWidth("n", Column("0", "1e9"), width: 1));
        Assert.Contains("more than 10000", problem.Message);
    }

    [Fact]
    public void What_is_no_number_is_named_with_its_line()
    {
        var problem = Assert.Throws<InputException>(() => NumericFeatures.ByQuantiles("year", Column("1", "x"), bins: 2));
        Assert.Equal("films.csv:3: the year 'x' is no number; correct it or leave it empty.", problem.Message);
    }

    /// <summary>A column whose items stand in lines 2, 3 and so on.</summary>
    private static ItemColumn Column(params string?[] texts)
    {
        var column = new ItemColumn("films.csv", texts.Length);
        for (int item = 0; item < texts.Length; item++) column.Add(item, texts[item], item + 2);
        return column;
    }

    private static void AssertRow(float[] expected, ItemAttribute attribute, int item)
    {
        var row = new float[attribute.Features.Length];
        for (int e = 0; e < attribute.Values.RowLength(item); e++)
            row[attribute.Values.RowColumns(item)[e]] = attribute.Values.IsBinary ? 1 : attribute.Values.RowValues(item)[e];
        Assert.Equal(expected, row);
    }
}
