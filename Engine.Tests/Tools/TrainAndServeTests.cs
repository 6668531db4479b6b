using System.Text.Json;
using ManualVae.Data;
using ManualVae.Tests.Evaluation;
using Xunit;

namespace ManualVae.Tests.Tools;

[Collection(nameof(CommandLine))]
public sealed class TrainAndServeTests : IDisposable
{
    // Small enough for milliseconds, large enough to learn the checkerboard.
    private static readonly string[] Small =
        ["--hidden", "16", "--latent", "6", "--batch-size", "8", "--learning-rate", "0.01", "--beta-steps", "100", "--device",
            "simd",
         "--threads", "2", "--validation-metric", "NDCG@5"];

    private readonly TemporaryFolder _folder = TestData.NewFolder();
    private readonly string _data;

    public TrainAndServeTests() => _data = CommandLine.WriteToyData(_folder["data"]);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Training_learns_and_evaluation_says_how_well()
    {
        var trained = Train("run", "--epochs", "100", "--json").Succeeded().Json;
        Assert.Equal((100, "multvae"), (trained.GetProperty("epochs").GetInt32(), trained.GetProperty("model").GetString()));
        Assert.InRange(trained.GetProperty("validation").GetDouble(), 0.75, 1);
        Assert.Equal(100, File.ReadAllLines(_folder["run", "metrics.jsonl"]).Length);

        var results = CommandLine.Run("evaluate", "--run", _folder["run"], "--metrics", "Recall@5,NDCG@5", "--per-user",
            _folder["users.tsv"], "--json").Succeeded().Json;
        Assert.Equal(("multvae", "test"), (results.GetProperty("model").GetString(), results.GetProperty("split").GetString()));
        Assert.Equal((8, 0), (results.GetProperty("users").GetInt32(), results.GetProperty("skippedUsers").GetInt32()));
        var metrics = results.GetProperty("metrics");
        Assert.InRange(metrics.GetProperty("NDCG@5").GetProperty("mean").GetDouble(), 0.75, 1);
        Assert.True(metrics.GetProperty("Recall@5").GetProperty("standardError").GetDouble() >= 0);
        string saved = File.ReadAllText(_folder["run", "results.json"]);
        Assert.Equal(results.ToString(), JsonDocument.Parse(saved).RootElement.ToString());
        Assert.Equal(9, File.ReadAllLines(_folder["users.tsv"]).Length);

        string table = CommandLine.Run("evaluate", "--run", _folder["run"]).Succeeded().Output;
        Assert.Contains("NDCG@100", table);
        Assert.Contains("standard error", table);
    }

    [Fact]
    public void A_user_gets_what_the_user_misses_and_an_item_its_kind()
    {
        Train("run", "--epochs", "100").Succeeded();
        string[] run = ["--run", _folder["run"]];

        // u32 is even and in the test part: what it misses of its kind comes first, and what it has never comes.
        string[] shown = ["--user", "u32", "--history", "shown"];
        var list = CommandLine.Run(["recommend", .. run, .. shown, "--top", "3", "--json"]).Succeeded().Json
            .GetProperty("recommendations");
        Assert.Equal([0, 0, 0], Parities(list));
        Assert.StartsWith("Title ", list[0].GetProperty("title").GetString());
        Assert.Contains("Title", CommandLine.Run(["recommend", .. run, "--user", "u32"]).Succeeded().Output);

        // Someone new, known by odd items only.
        var someone = CommandLine.Run(["recommend", .. run, "--items", "i1,i3", "i5", "--top", "4", "--json"]).Succeeded().Json;
        Assert.Equal([1, 1, 1, 1], Parities(someone.GetProperty("recommendations")));

        var neighbours = CommandLine.Run(["similar", .. run, "--item", "i4", "--top", "5", "--json"]).Succeeded().Json;
        Assert.Equal([0, 0, 0, 0, 0], Parities(neighbours.GetProperty("similar")));

        static IEnumerable<int> Parities(JsonElement items) =>
            items.EnumerateArray().Select(item => int.Parse(item.GetProperty("item").GetString()![1..]) % 2);
    }

    [Fact]
    public void Recommendations_for_all_users_go_into_a_file()
    {
        Train("run", "--epochs", "1").Succeeded();
        CommandLine.Run("recommend", "--run", _folder["run"], "--all", "--top", "2", "--output", _folder["all.tsv"]).Succeeded();
        var lines = File.ReadAllLines(_folder["all.tsv"]);
        Assert.Equal(1 + 40 * 2, lines.Length);
        Assert.Contains("Title", lines[^1]);
    }

    [Fact]
    public void An_interrupted_run_goes_on_to_the_same_bits()
    {
        Train("whole", "--epochs", "6").Succeeded();
        var stopped = CommandLine.RunUntil("epoch    3/6",
            ["train", "--data", _data, "--output", _folder["stopped"], .. Small, "--epochs", "6"]);
        Assert.Equal(130, stopped.ExitCode);
        Assert.Contains("--resume", stopped.Messages);
        Assert.Equal(3, File.ReadAllLines(_folder["stopped", "metrics.jsonl"]).Length);
        CommandLine.Run("train", "--resume", "--output", _folder["stopped"]).Succeeded();
        foreach (string file in new[] { "best.ckpt", "last.ckpt" })
            Assert.Equal(File.ReadAllBytes(_folder["whole", file]), File.ReadAllBytes(_folder["stopped", file]));
    }

    [Fact]
    public void A_finished_run_can_be_made_longer()
    {
        Train("long", "--epochs", "6").Succeeded();
        Train("short", "--epochs", "4").Succeeded();
        CommandLine.Run("train", "--resume", "--output", _folder["short"], "--epochs", "6").Succeeded();
        Assert.Equal(File.ReadAllBytes(_folder["long", "last.ckpt"]), File.ReadAllBytes(_folder["short", "last.ckpt"]));
        var refused = CommandLine.Run("train", "--resume", "--output", _folder["short"], "--latent", "7");
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("--latent 7", refused.Messages);
    }

    [Fact]
    public void A_run_killed_before_its_first_checkpoint_starts_again()
    {
        Train("killed", "--epochs", "2").Succeeded();
        byte[] last = File.ReadAllBytes(_folder["killed", "last.ckpt"]);
        foreach (string file in new[] { "last.ckpt", "best.ckpt", "metrics.jsonl" }) File.Delete(_folder["killed", file]);
        CommandLine.Run("train", "--resume", "--output", _folder["killed"]).Succeeded();
        Assert.Equal(last, File.ReadAllBytes(_folder["killed", "last.ckpt"]));
    }

    [Theory]
    [InlineData("popularity", 0.1, 1)]
    [InlineData("itemknn", 0.75, 1)]
    [InlineData("ease", 0.75, 1, "--lambda", "10")]
    public void A_baseline_is_a_run_like_any_other(string model, double least, double most, params string[] settings)
    {
        CommandLine.Run(["train", "--data", _data, "--output", _folder[model], "--model", model, .. settings]).Succeeded();
        var results = CommandLine.Run("evaluate", "--run", _folder[model], "--metrics", "NDCG@5", "--json").Succeeded().Json;
        Assert.Equal(model, results.GetProperty("model").GetString());
        Assert.InRange(results.GetProperty("metrics").GetProperty("NDCG@5").GetProperty("mean").GetDouble(), least, most);
        Assert.Equal(4, CommandLine.Run("recommend", "--run", _folder[model], "--items", "i3", "--top", "4",
            "--json").Succeeded().Json
            .GetProperty("recommendations").GetArrayLength());
        CommandLine.Run("similar", "--run", _folder[model], "--item", "i4").Succeeded();
        var refused = CommandLine.Run("train", "--data", _data, "--output", _folder["other"], "--model", model, "--latent", "3");
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains($"--latent is not a setting of {model}", refused.Messages);
    }

    [Fact]
    public void A_ready_made_split_can_be_tested_on_its_training_clicks_alone()
    {
        // Every user clicked one item in training, another for validation (the pairs 0-1, 2-3) and a third in the test.
        var train = FixedScores.Rows(6, [0], [2], [0, 4], [2, 5]);
        var validation = new EvaluationSplit(train, FixedScores.Rows(6, [2], [0], [], []), 0);
        new PreparedDataset(new DatasetManifest { Source = new("synthetic", "pairs"), Split = SplitKind.Weak }, train, validation,
            new EvaluationSplit(CsrMatrix.Union(train, validation.HeldOut), FixedScores.Rows(6, [4], [5], [], []), 0),
            ["a", "b", "c", "d"], new ItemList(["0", "1", "2", "3", "4", "5"])).Save(_folder["weak"]);
        CommandLine.Run("train", "--data", _folder["weak"], "--output", _folder["run"], "--model", "itemknn", "--shrinkage", "0")
            .Succeeded();
        string[] evaluate = ["evaluate", "--run", _folder["run"], "--metrics", "MRR@6", "--json"];
        var all = CommandLine.Run(evaluate).Succeeded().Json;
        var shown = CommandLine.Run([.. evaluate, "--input", "train"]).Succeeded().Json;
        Assert.Equal((0.75, 1.0), (Mrr(all), Mrr(shown)));
        Assert.False(all.TryGetProperty("input", out _));
        Assert.Equal("train", shown.GetProperty("input").GetString());
        Assert.Equal(0.75, Mrr(CommandLine.Run([.. evaluate, "--input", "all"]).Succeeded().Json));

        static double Mrr(JsonElement results) => results.GetProperty("metrics").GetProperty("MRR@6").GetProperty("mean")
            .GetDouble();
    }

    [Fact]
    public void Flags_win_over_the_file_and_the_file_over_the_preset()
    {
        string config = _folder.Write("settings.json", """
            { "epochs": 2, "latent": 5, "hidden": [9], "batch-size": 8, "preset": "liang2018" } // a remark
            """);
        var result = CommandLine.Run("train", "--data", _data, "--output", _folder["run"], "--config", config, "--latent", "4",
            "--device", "simd").Succeeded();
        var settings = JsonDocument.Parse(File.ReadAllText(_folder["run", "run.json"])).RootElement;
        Assert.Equal(4, settings.GetProperty("settings").GetProperty("latent").GetInt32());
        Assert.Equal(2, settings.GetProperty("settings").GetProperty("epochs").GetInt32());
        Assert.Equal(0.2, settings.GetProperty("settings").GetProperty("beta").GetDouble());
        Assert.Contains("latent: 200 -> 4", result.Messages);
        Assert.Contains("hidden: [600] -> [9]", result.Messages);
        Assert.Contains("4 deviations", result.Messages);
    }

    [Fact]
    public void That_auto_found_no_GPU_is_said_once_where_a_device_was_asked_for()
    {
        if (ManualVae.Compute.Backends.List(1).Any(d => d.Name == "gpu:0" && d.Available)) return;
        string[] tiny = [.. Small.Where(word => word is not ("--device" or "simd")), "--epochs", "1"];
        foreach (var (expected, arguments) in new (int, string[])[]
        {
            (1, ["train", "--data", _data, "--output", _folder["run"], .. tiny]),
            (1, ["train", "--resume", "--output", _folder["run"], "--epochs", "2"]),
            (1, ["sweep", "--data", _data, "--output", _folder["sweep"], .. tiny, "--vary", "latent=3,4"]),
            (1, ["evaluate", "--run", _folder["run"], "--device", "auto"]),
            (0, ["evaluate", "--run", _folder["run"]]),
        })
            Assert.Equal(expected, CommandLine.Run(arguments).Succeeded().Messages.Split("no GPU found").Length - 1);
    }

    [Fact]
    public void Help_shows_every_setting_with_its_default()
    {
        string help = CommandLine.Run("train", "--help-all").Succeeded().Output;
        foreach (string text in new[] { "--learning-rate", "[default: 0.001]", "--hidden", "[default: 600]", "liang2018",
            "multdae", "closed-form" })
            Assert.Contains(text, help);
        foreach (var property in typeof(ManualVae.Training.RunSettings).GetProperties().Where(p => p.CanWrite))
            Assert.NotEqual("", ManualVae.Tools.Settings.Documentation.Of(property));
    }

    private CommandResult Train(string run, params string[] more) =>
        CommandLine.Run(["train", "--data", _data, "--output", _folder[run], .. Small, .. more]);
}
