using ManualVae.Data;
using ManualVae.Tests.Evaluation;
using Xunit;

namespace ManualVae.Tests.Tools;

/// <summary>People without clicks and items that nobody clicked: nothing is known about them, and that is said.</summary>
[Collection(nameof(CommandLine))]
public sealed class UnknownPeopleTests : IDisposable
{
    private readonly TemporaryFolder _folder = TestData.NewFolder();

    // Item 5 is the most popular, then 3; nobody clicked item 0 in training, and the user "new" has no training clicks.
    public UnknownPeopleTests()
    {
        var train = FixedScores.Rows(6, [5, 3], [5, 1], [5, 3, 2], [4, 5], []);
        new PreparedDataset(new DatasetManifest { Source = new("synthetic", "pairs"), Split = SplitKind.Temporal }, train, null,
            new EvaluationSplit(train, FixedScores.Rows(6, [], [], [], [0], [0]), 0), ["a", "b", "c", "d", "new"],
            new ItemList(["i0", "i1", "i2", "i3", "i4", "i5"])).Save(_folder["data"]);
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("ease")]
    [InlineData("itemknn")]
    [InlineData("ials")]
    [InlineData("slim")]
    [InlineData("multvae")]
    public void A_person_without_clicks_gets_the_most_popular_items(string model)
    {
        Train(model);
        foreach (string[] who in new string[][] { ["--user", "new"], ["--items", "nonsense"], ["--items", ""] })
        {
            var result = CommandLine.Run(["recommend", "--run", _folder["run"], .. who, "--top", "2", "--json"]).Succeeded();
            Assert.Equal(["i5", "i3"], Items(result, "recommendations"));
            Assert.Contains("no click is known of this person", result.Messages, StringComparison.Ordinal);
        }
        CommandLine.Run("recommend", "--run", _folder["run"], "--all", "--top", "2", "--output", _folder["all.tsv"]).Succeeded();
        Assert.Equal(["i5", "i3"], File.ReadLines(_folder["all.tsv"]).Select(line => line.Split('\t'))
            .Where(fields => fields[0] == "new").Select(fields => fields[2]));
    }

    [Theory]
    [InlineData("ease")]
    [InlineData("ials")]
    [InlineData("multvae")]
    public void An_item_that_nobody_clicked_is_like_nothing(string model)
    {
        Train(model);
        var result = CommandLine.Run("similar", "--run", _folder["run"], "--item", "i0");
        Assert.Equal((2, ""), (result.ExitCode, result.Output));
        Assert.Contains("--item i0: nobody clicked this item in training, so nothing is known", result.Messages,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Unknown_items_of_a_history_are_named_and_skipped()
    {
        Train("itemknn");
        string[] recommend = ["recommend", "--run", _folder["run"], "--json", "--items"];
        var result = CommandLine.Run([.. recommend, "i3,99999,i2"]).Succeeded();
        Assert.Contains("note: skipped 1 item id that ", result.Messages, StringComparison.Ordinal);
        Assert.Contains("(99999)", result.Messages, StringComparison.Ordinal);
        Assert.Equal(CommandLine.Run([.. recommend, "i3,i2"]).Succeeded().Output,
            result.Output.Replace("\"unknown\": [\n    \"99999\"\n  ]", "\"unknown\": []", StringComparison.Ordinal));
    }

    private void Train(string model)
    {
        string[] settings = model == "multvae"
            ? ["--hidden", "4", "--latent", "2", "--epochs", "1", "--device", "simd"] : ["--model", model];
        CommandLine.Run(["train", "--data", _folder["data"], "--output", _folder["run"], .. settings]).Succeeded();
    }

    private static IEnumerable<string?> Items(CommandResult result, string list) =>
        result.Json.GetProperty(list).EnumerateArray().Select(item => item.GetProperty("item").GetString());
}
