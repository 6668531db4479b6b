using System.Globalization;
using ManualVae.Data;
using ManualVae.Training;
using Xunit;

namespace ManualVae.Tests.Tools;

/// <summary>A run on data that was imported anew: the same items have other columns, and are matched by their ids.</summary>
[Collection(nameof(CommandLine))]
public sealed class RunIdsTests : IDisposable
{
    private readonly TemporaryFolder _folder = TestData.NewFolder();

    public RunIdsTests()
    {
        Import("first", 98765);
        CommandLine.Run("train", "--data", _folder["first"], "--output", _folder["run"], "--model", "ease", "--lambda", "50")
            .Succeeded();
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Recommendations_are_the_same_on_every_division_of_the_log()
    {
        Import("second", 5);
        var (first, second) = (PreparedDataset.Open(_folder["first"]), PreparedDataset.Open(_folder["second"]));
        Assert.Equal(first.ItemCount, second.ItemCount);
        Assert.NotEqual(first.ItemIds, second.ItemIds);
        string[] recommend = ["recommend", "--run", _folder["run"], "--items", "3,6,9", "--top", "6", "--json"];
        var own = CommandLine.Run(recommend).Succeeded();
        var other = CommandLine.Run([.. recommend, "--data", _folder["second"]]).Succeeded();
        Assert.Equal(own.Output, other.Output);
        Assert.Equal([0, 0, 0, 0, 0, 0], own.Json.GetProperty("recommendations").EnumerateArray()
            .Select(item => int.Parse(item.GetProperty("item").GetString()!, CultureInfo.InvariantCulture) % 3));
        Assert.Contains("items are matched by id: 60 of its 60 are known.", other.Messages, StringComparison.Ordinal);
    }

    [Fact]
    public void Evaluation_on_another_division_has_the_value_computed_by_ids()
    {
        Import("second", 5);
        var evaluated = Evaluate("second");
        Assert.Equal(RecallByIds("second"), Recall(evaluated), 12);
        Assert.InRange(Recall(evaluated), 0.5, 1);

        var trained = PreparedDataset.Open(_folder["first"]).UserIds.Take(240).ToHashSet();
        var second = PreparedDataset.Open(_folder["second"]);
        string[] users = [.. Enumerable.Range(0, 30).Where(row => second.Test!.HeldOut.RowLength(row) > 0)
            .Select(row => second.UserIds[second.Test!.FirstUser + row])];
        Assert.Contains($"was trained on {users.Count(trained.Contains)} of the {users.Length} test users", evaluated.Messages,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Items_that_the_run_does_not_know_are_never_recommended_and_count_as_not_found()
    {
        Import("grown", 5, items: 70);
        var evaluated = Evaluate("grown");
        Assert.Contains("60 of its 70 are known, 10 are not (", evaluated.Messages, StringComparison.Ordinal);
        Assert.Equal(RecallByIds("grown"), Recall(evaluated), 12);
        string[] list = [.. CommandLine.Run("recommend", "--run", _folder["run"], "--data", _folder["grown"], "--items", "61,3",
            "--top", "70", "--json").Succeeded().Json.GetProperty("recommendations").EnumerateArray()
            .Select(item => item.GetProperty("item").GetString()!)];
        Assert.Equal(Enumerable.Range(1, 60).Where(i => i != 3), list.Select(int.Parse).Order());
        Refused(CommandLine.Run("similar", "--run", _folder["run"], "--data", _folder["grown"], "--item", "61"),
            "--item 61: no such item among the 60 that the run");
    }

    [Fact]
    public void Data_of_another_catalogue_is_refused()
    {
        Import("other", 5, items: 60, firstItem: 41);
        Refused(CommandLine.Run("evaluate", "--run", _folder["run"], "--data", _folder["other"]),
            "knows only 20 of its 60 items by their ids, less than half");
    }

    [Fact]
    public void A_run_of_an_older_version_is_used_on_its_own_data_only()
    {
        Import("second", 5);
        string file = _folder["run", "run.json"];
        File.WriteAllLines(file, File.ReadAllLines(file).Where(line => !line.Contains("idsHash", StringComparison.Ordinal)));
        CommandLine.Run("evaluate", "--run", _folder["run"], "--data", _folder["first"]).Succeeded();
        Refused(CommandLine.Run("evaluate", "--run", _folder["run"], "--data", _folder["second"]), "did not keep item ids");
    }

    [Fact]
    public void Changed_ids_are_refused()
    {
        Import("second", 5);
        File.AppendAllText(_folder["run", "items.tsv"], "60\tnew\t\t\n");
        Refused(CommandLine.Run("evaluate", "--run", _folder["run"], "--data", _folder["second"]), "changed since the training");
    }

    [Theory]
    [InlineData("gmf")]
    [InlineData("mlp")]
    [InlineData("neumf")]
    [InlineData("cdae", "--user-nodes", "true")]
    public void A_model_of_its_training_users_takes_other_data_with_the_same_users_only(string model, params string[] settings)
    {
        Import("second", 5);
        CommandLine.Run(["train", "--data", _folder["first"], "--output", _folder[model], "--model", model, "--epochs", "1",
            .. settings]).Succeeded();
        Refused(CommandLine.Run("evaluate", "--run", _folder[model], "--data", _folder["second"]), $"{model} knows its training");
    }

    [Fact]
    public void A_model_of_its_training_users_takes_another_division_of_their_clicks()
    {
        foreach (var (name, seed) in new[] { ("one", "1"), ("two", "2") })
            CommandLine.Run("data", "import", "--format", "csv", "--input", _folder["first.csv"], "--user-column", "user",
                "--item-column", "item", "--output", _folder[name], "--split", "leave-one-out", "--hold-out", "drawn",
                "--seed", seed).Succeeded();
        CommandLine.Run("train", "--data", _folder["one"], "--output", _folder["gmf"], "--model", "gmf", "--epochs", "1")
            .Succeeded();
        var evaluated = CommandLine.Run("evaluate", "--run", _folder["gmf"], "--data", _folder["two"], "--json").Succeeded();
        Assert.Contains("items are matched by id: 60 of its 60 are known.", evaluated.Messages, StringComparison.Ordinal);
    }

    [Fact]
    public void An_autoencoder_is_studied_and_evaluated_on_grown_data()
    {
        Import("grown", 5, items: 70);
        CommandLine.Run("train", "--data", _folder["first"], "--output", _folder["vae"], "--hidden", "8", "--latent", "4",
            "--epochs", "1", "--device", "simd", "--validation-metric", "NDCG@5").Succeeded();
        CommandLine.Run("study", "collapse", "--run", _folder["vae"], "--users", "10", "--data", _folder["grown"]).Succeeded();
        CommandLine.Run("evaluate", "--run", _folder["vae"], "--data", _folder["grown"]).Succeeded();
        CommandLine.Run("similar", "--run", _folder["vae"], "--data", _folder["grown"], "--item", "1").Succeeded();
        CommandLine.Run("compare", _folder["run"], _folder["vae"], "--data", _folder["grown"]).Succeeded();
    }

    private CommandResult Evaluate(string data) => CommandLine.Run("evaluate", "--run", _folder["run"], "--data", _folder[data],
        "--metrics", "Recall@10", "--json").Succeeded();

    private static double Recall(CommandResult result) =>
        result.Json.GetProperty("metrics").GetProperty("Recall@10").GetProperty("mean").GetDouble();

    /// <summary>Recall@10 of the run, by ids throughout: no column of the other data is used.</summary>
    private double RecallByIds(string data)
    {
        string[] known = PreparedDataset.Open(_folder["first"]).ItemIds;
        var other = PreparedDataset.Open(_folder[data]);
        using var model = BaselineFile.Load(_folder["run", "best.ckpt"]);
        double sum = 0;
        int users = 0;
        for (int row = 0; row < other.Test!.HeldOut.Rows; row++)
        {
            string[] shown = Ids(other.Test.FoldIn), toFind = Ids(other.Test.HeldOut);
            if (toFind.Length == 0) continue;
            var scores = new float[known.Length];
            model.Score(CsrMatrix.FromPairs(1, known.Length,
                [.. shown.Where(known.Contains).Select(id => (0, Array.IndexOf(known, id)))]), 0, 1, scores);
            var list = known.Zip(scores).Where(pair => !shown.Contains(pair.First)).OrderByDescending(pair => pair.Second)
                .Take(10).Select(pair => pair.First);
            sum += (double)list.Count(toFind.Contains) / Math.Min(10, toFind.Length);
            users++;

            string[] Ids(CsrMatrix clicks) => [.. clicks.RowColumns(row).ToArray().Select(item => other.ItemIds[item])];
        }
        return sum / users;
    }

    /// <summary>300 users click items of their own kind (number modulo 3) with probability 0.4, others with 0.04.</summary>
    private void Import(string name, int seed, int items = 60, int firstItem = 1)
    {
        var random = new Random(1);
        var lines = new List<string> { "user,item" };
        for (int user = 1; user <= 300; user++)
            for (int item = firstItem; item < firstItem + items; item++)
                if (random.NextDouble() < (user % 3 == item % 3 ? 0.4 : 0.04)) lines.Add($"{user},{item}");
        string log = _folder.Write($"{name}.csv", string.Join('\n', lines) + "\n");
        CommandLine.Run("data", "import", "--format", "csv", "--input", log, "--user-column", "user", "--item-column", "item",
            "--output", _folder[name], "--seed", $"{seed}").Succeeded();
    }

    private static void Refused(CommandResult result, string expected)
    {
        Assert.Equal((2, ""), (result.ExitCode, result.Output));
        Assert.Contains(expected, result.Messages, StringComparison.Ordinal);
        Assert.Single(result.Messages.Trim().Split('\n'), line => !line.StartsWith("note: ", StringComparison.Ordinal));
    }
}
