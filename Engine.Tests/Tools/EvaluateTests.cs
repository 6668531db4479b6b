using System.Text.Json;
using ManualVae.Data;
using ManualVae.Tests.Evaluation;
using Xunit;

namespace ManualVae.Tests.Tools;

/// <summary>Evaluation at the command line: files of predictions, protocols, parts with nothing to find.</summary>
[Collection(nameof(CommandLine))]
public sealed class EvaluateTests : IDisposable
{
    private readonly TemporaryFolder _folder = TestData.NewFolder();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_parts_of_an_evaluation_merge_to_the_whole()
    {
        string folder = Directory.CreateTempSubdirectory("manualvae-parts-").FullName;
        string data = CommandLine.WriteToyData(Path.Combine(folder, "data")), run = Path.Combine(folder, "run");
        CommandLine.Run("train", "--data", data, "--output", run, "--epochs", "2", "--hidden", "8", "--latent", "4", "--device",
            "simd", "--validation-metric", "NDCG@5").Succeeded();
        string[] measure = ["evaluate", "--run", run, "--metrics", "Recall@3,NDCG@5"];
        string[] files = [.. Enumerable.Range(1, 3).Select(part => Path.Combine(folder, $"{part}.tsv"))];
        for (int part = 1; part <= 3; part++)
            CommandLine.Run([.. measure, "--part", $"{part}/3", "--per-user", files[part - 1]]).Succeeded();
        Assert.False(File.Exists(Path.Combine(run, "results.json"))); // a part is no result
        var whole = CommandLine.Run([.. measure, "--json"]).Succeeded().Json;
        var merged = CommandLine.Run(["evaluate", "--merge", .. files, "--json"]).Succeeded().Json;
        Assert.Equal(whole.GetProperty("users").GetInt32(), merged.GetProperty("users").GetInt32());
        foreach (string metric in (string[])["Recall@3", "NDCG@5"])
            foreach (string value in (string[])["mean", "standardError"])
                Assert.Equal(whole.GetProperty("metrics").GetProperty(metric).GetProperty(value).GetDouble(),
                    merged.GetProperty("metrics").GetProperty(metric).GetProperty(value).GetDouble());

        Assert.Contains("is in two of the files", CommandLine.Run("evaluate", "--merge", files[0], files[0]).Messages);
        Assert.Contains("--per-user FILE", CommandLine.Run([.. measure, "--part", "1/3"]).Messages);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void A_runs_own_lists_measure_as_the_run_does()
    {
        string data = CommandLine.WriteToyData(_folder["data"]), run = Train(data, "ials"), lists = _folder["lists.tsv"];
        CommandLine.Run("recommend", "--run", run, "--all", "--history", "shown", "--top", "20", "--output", lists).Succeeded();
        string[] metrics = ["--metrics", "NDCG@5,10 Recall@3 Coverage@3 Novelty@5", "--json"];
        var own = CommandLine.Run(["evaluate", "--run", run, .. metrics]).Succeeded().Json;
        string results = _folder["foreign.json"];
        var result = CommandLine.Run(["evaluate", "--predictions", lists, "--data", data, "--output", results, .. metrics])
            .Succeeded();
        foreach (var metric in own.GetProperty("metrics").EnumerateObject())
            Assert.Equal(Mean(own, metric.Name), Mean(result.Json, metric.Name), 12);
        Assert.Equal("lists.tsv", result.Json.GetProperty("model").GetString());
        Assert.Equal(result.Output.Trim(), File.ReadAllText(results).Trim());
        var counts = result.Json.GetProperty("predictions");
        Assert.Equal((0, 0), (counts.GetProperty("missingUsers").GetInt32(), counts.GetProperty("knownItems").GetInt32()));
        Assert.Contains("none is of an item that the user is known to have clicked", result.Messages);
        Assert.False(own.TryGetProperty("predictions", out _));

        // Compared with the run they came from, nothing differs; alone they need the data.
        var same = CommandLine.Run("compare", run, lists, "--metrics", "NDCG@5", "--json").Succeeded().Json;
        var row = same.GetProperty("comparisons")[0];
        Assert.Equal(0, row.GetProperty("difference").GetDouble(), 12);
        Assert.Equal(1, row.GetProperty("falseDiscoveryP").GetDouble());
        Assert.Contains("--data", CommandLine.Run("compare", lists, lists).Messages);
        CommandLine.Run("compare", lists, lists, "--data", data).Succeeded();
        Assert.Contains("--data", CommandLine.Run("evaluate", "--predictions", lists).Messages);
        Assert.Equal(2, CommandLine.Run("evaluate", "--predictions", lists, "--data", data, "--run", run).ExitCode);
        Assert.Contains("no such file", CommandLine.Run("evaluate", "--predictions", "nowhere.csv", "--data", data).Messages);
    }

    [Fact]
    public void A_protocol_says_what_is_shown_and_what_is_ranked()
    {
        // Training, validation, test: a clicked 0, 1, 2; b 1, 2, 0 and more in training.
        var train = FixedScores.Rows(4, [0], [1], [0, 2], [1, 3], [0, 2]);
        var validation = new EvaluationSplit(train, FixedScores.Rows(4, [1], [2], [], [], []), 0);
        new PreparedDataset(new DatasetManifest { Source = new("synthetic", "weak"), Split = SplitKind.Weak }, train, validation,
            new EvaluationSplit(CsrMatrix.Union(train, validation.HeldOut), FixedScores.Rows(4, [2], [0], [], [], []), 0),
            ["a", "b", "c", "d", "e"], new ItemList(["0", "1", "2", "3"])).Save(_folder["weak"]);
        string run = Train(_folder["weak"], "popularity");
        string[] evaluate = ["evaluate", "--run", run, "--metrics", "NDCG@1", "--json"];
        JsonElement Under(params string[] flags) => CommandLine.Run([.. evaluate, .. flags]).Succeeded().Json;

        // Clicks 3, 2, 2, 1. For a item 2 comes first once item 1, from validation, is kept out; else they tie.
        Assert.Equal((1, 1, 0.75), (Mean(Under(), "NDCG@1"), Mean(Under("--protocol", "diffrec"), "NDCG@1"),
            Mean(Under("--protocol", "lightgcn"), "NDCG@1")));
        Assert.False(Under("--protocol", "known").TryGetProperty("protocol", out _));
        Assert.Equal("diffrec", Under("--input", "train").GetProperty("protocol").GetString());
        Assert.Equal("lightgcn", Under("--protocol", "lightgcn").GetProperty("protocol").GetString());
        Assert.Contains("--input train is --protocol diffrec",
            CommandLine.Run([.. evaluate, "--protocol", "lightgcn", "--input", "train"]).Messages);
        Assert.Contains("--protocol", CommandLine.Run("evaluate", "--run", Train(CommandLine.WriteToyData(_folder["strong"]),
            "ease"), "--protocol", "lightgcn").Messages);
    }

    [Fact]
    public void Other_systems_lists_are_compared_with_ours_and_reported()
    {
        // To find: 3, by each of three users. Popularity ranks it last or last but one; the lists have it first, second, never.
        Weak([0], [1], [1, 2]);
        string run = Train(_folder["weak"], "popularity"), data = _folder["weak"];
        string lists = _folder.Write("theirs.csv", "user,item,rank\na,3,1\na,2,2\nb,2,1\nb,3,2\nc,0,1\n");
        var json = CommandLine.Run("compare", run, lists, "--metrics", "MRR@4", "--json").Succeeded().Json;
        var row = json.GetProperty("comparisons")[0];
        // Clicks 1, 2, 1, 0. a: 1, 2, 3; b: 0 and 2 tie, 3; c: 0, 3. Ranks of item 3: 3, 3, 2.
        Assert.Equal((1.0 / 3 + 1.0 / 3 + 1.0 / 2) / 3, row.GetProperty("baselineMean").GetDouble(), 12);
        Assert.Equal((1 + 0.5 + 0) / 3, row.GetProperty("mean").GetDouble(), 12);

        string results = _folder["theirs", "results.json"];
        CommandLine.Run("evaluate", "--predictions", lists, "--data", data, "--metrics", "MRR@4", "--output", results)
            .Succeeded();
        CommandLine.Run("evaluate", "--run", run, "--metrics", "MRR@4").Succeeded();
        string Report(params string[] of)
        {
            CommandLine.Run(["report", .. of, "--output", _folder["page.html"]]).Succeeded();
            return File.ReadAllText(_folder["page.html"]);
        }
        foreach (string alone in new[] { Report(_folder["theirs"]), Report(results) })
        {
            Assert.Contains("theirs.csv on weak", alone);
            Assert.Contains("0.5000", alone);
            Assert.Contains("5 for 3 users", alone);
        }
        string both = Report(run, _folder["theirs"]);
        Assert.Contains(">popularity</th>", both);
        Assert.Contains(">theirs</th>", both);
        Assert.Contains("<span class=\"best\">0.5000</span>", both);
        CommandLine.Run("report", _folder["theirs"]).Succeeded();
        Assert.True(File.Exists(_folder["theirs", "report.html"]));
        Assert.Contains("is not a run", CommandLine.Run("report", data).Messages);
    }

    [Fact]
    public void Users_of_whom_nothing_is_shown_are_counted()
    {
        Weak([0], [], [1, 2]);
        string run = Train(_folder["weak"], "popularity");
        var json = CommandLine.Run("evaluate", "--run", run, "--json").Succeeded().Json;
        Assert.Equal((3, 1), (json.GetProperty("users").GetInt32(), json.GetProperty("emptyFoldIn").GetInt32()));
        var table = CommandLine.Run("evaluate", "--run", run).Succeeded();
        Assert.Contains("1 ranked without knowledge (no clicks shown)", table.Output);
        Assert.Contains("Recall@20 asks for more than the 4 items there are", table.Messages);
    }

    [Fact]
    public void A_part_with_nothing_to_find_is_refused()
    {
        Weak([0], [1], [1, 2]);
        string run = Train(_folder["weak"], "popularity");
        Weak();
        foreach (string[] command in new string[][]
        {
            ["evaluate", "--run", run, "--data", _folder["weak"]], ["compare", run, run, "--data", _folder["weak"]],
            ["sweep", "--data", _folder["weak"], "--output", _folder["sweep"], "--vary", "latent=2,3"],
        })
        {
            var result = CommandLine.Run(command);
            Assert.Equal((2, ""), (result.ExitCode, result.Output));
            Assert.Contains("nothing is held out in its", result.Messages);
        }
        Assert.False(Directory.Exists(_folder["sweep"]));
    }

    // Three users, the clicks to find of each the same item 3, or none where no training clicks are given.
    private void Weak(params int[][] clicks)
    {
        var train = FixedScores.Rows(4, clicks.Length == 0 ? [[0], [1], [1, 2]] : clicks);
        var heldOut = FixedScores.Rows(4, clicks.Length == 0 ? [[], [], []] : [[3], [3], [3]]);
        new PreparedDataset(new DatasetManifest { Source = new("synthetic", "weak"), Split = SplitKind.Weak }, train,
            clicks.Length == 0 ? new(train, heldOut, 0) : null, new EvaluationSplit(train, heldOut, 0),
            ["a", "b", "c"], new ItemList(["0", "1", "2", "3"])).Save(_folder["weak"], overwrite: true);
    }

    private string Train(string data, string model)
    {
        CommandLine.Run("train", "--data", data, "--output", _folder[model], "--model", model).Succeeded();
        return _folder[model];
    }

    private static double Mean(JsonElement results, string metric) =>
        results.GetProperty("metrics").GetProperty(metric).GetProperty("mean").GetDouble();
}
