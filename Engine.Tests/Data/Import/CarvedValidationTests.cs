using ManualVae.Data;
using ManualVae.Data.Import;
using Xunit;

namespace ManualVae.Tests.Data.Import;

/// <summary>A validation part made of a share of each user's training clicks.</summary>
public sealed class CarvedValidationTests : IDisposable
{
    private readonly TemporaryFolder _folder = TestData.NewFolder();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_share_of_each_users_clicks_is_drawn_with_the_seed()
    {
        // Ten clicks, five, one. numpy: RandomState(98765), then choice(10, 3, replace=False) and choice(5, 2, replace=False).
        var data = Carve("0.3", test: "u\t9\n");
        Assert.Equal([1, 7, 8], data.Validation!.HeldOut.RowColumns(0));
        Assert.Equal([0, 4], data.Validation.HeldOut.RowColumns(1));
        Assert.Equal(0, data.Validation.HeldOut.RowLength(2));
        Assert.Equal(98765u, data.Manifest.Seed);
        Assert.Equal("a drawn share of 0.3 of each user's training clicks", data.Manifest.SplitSettings!["validation"]);
    }

    [Fact]
    public void What_is_validated_is_not_trained_on_and_the_test_is_not_looked_at()
    {
        var data = Carve("0.3", test: "u\t9\n");
        Assert.Equal([0, 2, 3, 4, 5, 6, 9], data.Train.RowColumns(0));
        Assert.Equal([1, 2, 3], data.Train.RowColumns(1));
        Assert.Equal([5], data.Train.RowColumns(2)); // at least one click stays
        Assert.Same(data.Train, data.Validation!.FoldIn);
        Samples.AssertEqual(CsrMatrix.Union(data.Train, data.Validation.HeldOut), data.Test!.FoldIn);
        var other = Carve("0.3", test: "v\t7\nw\t1\nu\t1\n");
        Samples.AssertEqual(data.Train, other.Train);
        Samples.AssertEqual(data.Validation, other.Validation);
        Assert.Equal([1, 1, 1], Enumerable.Range(0, 3).Select(row => Carve("0.99", "u\t9\n").Train.RowLength(row)));
    }

    [Fact]
    public void Times_do_not_matter_and_negatives_are_drawn_once_a_user()
    {
        // The last clicks by time are 0 and 1. numpy: choice(4, 2) is {2, 3}; negatives: choice(4, 3) of items 4 to 7 is 6, 7, 4.
        _folder.Write("in/x.train.rating", "0\t0\t1\t9\n0\t1\t1\t8\n0\t2\t1\t1\n0\t3\t1\t2\n");
        _folder.Write("in/x.test.rating", "0\t4\t1\t20\n");
        _folder.Write("in/x.test.negative", "(0,4)\t5\t6\t7\n");
        var data = DatasetImport.Run(new ImportOptions { Format = "ncf", Input = _folder["in"], CarveValidation = "0.5" });
        Assert.Equal([2, 3], data.Validation!.HeldOut.RowColumns(0));
        Assert.Equal([4, 6, 7], data.Validation.Candidates!.RowColumns(0));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("1")]
    [InlineData("-0.1")]
    [InlineData("NaN")]
    [InlineData("some")]
    public void What_is_no_share_is_refused(string text) => Assert.Contains($"CarveValidation {text}: give one, or a share",
        Assert.Throws<InputException>(new ImportOptions { Input = "log", CarveValidation = text }.Validate).Message);

    private PreparedDataset Carve(string share, string test)
    {
        string[] lines = [.. Enumerable.Range(0, 10).Select(i => $"u\t{i}"), .. Enumerable.Range(0, 5).Select(i => $"v\t{i}"),
            "w\t5"];
        _folder.Write("pairs/train.tsv", string.Join('\n', lines));
        _folder.Write("pairs/test.tsv", test);
        return DatasetImport.Run(new ImportOptions { Format = "pairs", Input = _folder["pairs"], CarveValidation = share });
    }
}
