using ManualVae.Data;
using ManualVae.Tests.Tools;
using Xunit;

namespace ManualVae.Tests.Data;

[Collection(nameof(CommandLine))]
public class DatasetSummaryTests
{
    [Fact]
    public void Quantiles_are_by_nearest_rank() => Assert.Equal(new CountQuantiles(50.5, 1, 10, 25, 50, 75, 90, 99, 100),
        CountQuantiles.Of([.. Enumerable.Range(1, 100).Reverse()]));

    [Fact]
    public void Nothing_has_no_quantiles() => Assert.Equal(new CountQuantiles(0, 0, 0, 0, 0, 0, 0, 0, 0), CountQuantiles.Of([]));

    [Fact]
    public void Every_click_of_a_weak_split_counts_once()
    {
        CsrMatrix train = new(3, [0, 2, 2], [0, 1]), validation = new(3, [0, 0, 1], [1]), test = new(3, [0, 1, 1], [2]);
        var data = new PreparedDataset(new DatasetManifest { Source = new("pairs", "x"), Split = SplitKind.Weak }, train,
            new EvaluationSplit(train, validation, 0), new EvaluationSplit(CsrMatrix.Union(train, validation), test, 0),
                ["a", "b"], new ItemList(["x", "y", "z"]));
        var summary = DatasetSummary.Of(data);
        Assert.Equal((2, 3, 4L, 4 / 6.0), (summary.Users, summary.Items, summary.Clicks, summary.Density));
        Assert.Equal((1, 3), (summary.Activity.Minimum, summary.Activity.Maximum));
        Assert.Equal((1, 2), (summary.Popularity.Minimum, summary.Popularity.Maximum));
        Assert.Equal(0.5, summary.TopItemsShare); // item y has two of four
        Assert.Equal(1, summary.UsersWithoutHeldOut);
    }

    [Fact]
    public void Import_describe_synthesize_and_export_work_from_the_command_line()
    {
        using var folder = TestData.NewFolder();
        var made = CommandLine.Run("data", "synthesize", "--users", "60", "--items", "40", "--interactions", "900", "--seed", "3",
            "--output", folder["made"], "--json").Succeeded().Json;
        Assert.Equal((60, 40, 900),
            (made.GetProperty("users").GetInt32(), made.GetProperty("items").GetInt32(), made.GetProperty("clicks").GetInt32()));
        Assert.Equal("strong", made.GetProperty("split").GetString());

        CommandLine.Run("data", "export", folder["made"], "--format", "pro-sg", "--output", folder["out"]).Succeeded();
        CommandLine.Run("data", "import", "--format", "pro-sg", "--input", folder["out"], "--output", folder["back"]).Succeeded();
        Samples.AssertEqual(PreparedDataset.Open(folder["made"]).Test, PreparedDataset.Open(folder["back"]).Test);

        var described = CommandLine.Run("data", "describe", folder["back"], "--json").Succeeded().Json;
        Assert.Equal(900, described.GetProperty("clicks").GetInt32());
        Assert.Equal(PreparedDataset.Open(folder["back"]).ManifestHash, described.GetProperty("manifestHash").GetString());
        string table = CommandLine.Run("data", "describe", folder["back"]).Succeeded().Output;
        Assert.Matches(@"density +37\.5 %", table);
        Assert.Matches(@"clicks of a user +mean 15\.0", table);
    }
}
