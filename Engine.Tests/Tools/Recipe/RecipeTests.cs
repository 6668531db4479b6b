using ManualVae.Data;
using ManualVae.Tools;
using ManualVae.Tools.Recipe;
using Xunit;

namespace ManualVae.Tests.Tools.Recipe;

/// <summary>Whole recipes on small data.</summary>
[Collection(nameof(CommandLine))]
public sealed class RecipeTests : IDisposable
{
    private readonly TemporaryFolder _folder = TestData.NewFolder();
    private readonly string _data;

    public RecipeTests() => _data = CommandLine.WriteToyData(_folder["data"]);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_recipe_leaves_a_trained_winner_its_preset_and_a_report()
    {
        var result = Recipe().Succeeded();
        foreach (string part in (string[])["popularity", "ials", "gaussian-dae", "chosen     ", "manualvae evaluate --run ",
            "manualvae serve ", "--fit-validation true"])
            Assert.Contains(part, result.Output, StringComparison.Ordinal);
        var recipe = RecipeResult.Read(_folder["recipe"]);
        Assert.True(recipe.Finished);
        Assert.Equal((24, 20, true), (recipe.Shape.Users, recipe.Shape.Items, recipe.Shape.IsDense));
        Assert.Equal(recipe.Winner, recipe.Trials.Single(t => t.Run == "run"));
        // Even users click even items, so every model but popularity can know which half somebody likes.
        double Best(string name) => recipe.Rows.Single(r => r.Candidate == name).Validation ?? 0;
        Assert.True(Best("ease") > Best("popularity"));
        Assert.True(recipe.Winner!.Validation >= (1 - RecipeChoice.Tie) * recipe.Trials.Max(t => t.Validation));

        string run = _folder["recipe", "run"];
        double value = CommandLine.Run("evaluate", "--run", run, "--split", "validation", "--json").Succeeded().Json
            .GetProperty("metrics").GetProperty("NDCG@100").GetProperty("mean").GetDouble();
        Assert.Equal(recipe.Winner.Validation!.Value, value, 6);
        CommandLine.Run(["train", "--data", _data, "--output", _folder["again"], "--preset", _folder["recipe", "preset.json"],
            .. recipe.Winner.BestEpoch > 0 ? (string[])["--epochs", "1"] : []]).Succeeded();
        string report = File.ReadAllText(_folder["recipe", "report.html"]);
        foreach (string part in (string[])["What was tried", recipe.Chosen!, "<svg", "All trials"])
            Assert.Contains(part, report, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", report, StringComparison.Ordinal);
        // Of all trials the winner alone keeps its checkpoints, and members of an ensemble.
        Assert.Equal((recipe.Ensemble?.Members.Keys ?? []).Where(name => name != "run").Order(),
            Directory.GetFiles(_folder["recipe", "trials"], "best.ckpt", SearchOption.AllDirectories)
                .Select(file => Path.GetRelativePath(_folder["recipe"], Path.GetDirectoryName(file)!)).Order());
        Assert.True(File.Exists(Path.Combine(run, "best.ckpt")));
    }

    [Fact]
    public void An_interrupted_recipe_goes_on_and_trains_nothing_twice()
    {
        string[] flags = ["recipe", "--data", _data, "--output", _folder["recipe"], "--budget", "8s", "--threads", "1"];
        var stopped = CommandLine.RunUntil("  slim ", flags);
        Assert.Equal(130, stopped.ExitCode);
        Assert.Contains("--resume", stopped.Messages, StringComparison.Ordinal);
        var half = RecipeResult.Read(_folder["recipe"]);
        Assert.False(half.Finished);
        Assert.Null(half.Chosen);
        var done = half.Trials.ToDictionary(t => t.Run, t => t.Validation);
        Assert.True(done.Count > 5);
        var times = done.Keys.Where(run => File.Exists(_folder["recipe", run, "trial.json"])).ToDictionary(run => run,
            run => File.GetLastWriteTimeUtc(_folder["recipe", run, "trial.json"]));

        Refused("holds a recipe; give --resume", flags);
        Refused("other data, metric", [.. flags, "--resume", "--metric", "Recall@5"]);
        CommandLine.Run([.. flags, "--resume"]).Succeeded();
        var whole = RecipeResult.Read(_folder["recipe"]);
        Assert.True(whole.Finished);
        Assert.True(whole.SpentSeconds > half.SpentSeconds);
        Assert.True(whole.Trials.Count > half.Trials.Count);
        foreach (var trial in whole.Trials.Where(t => times.ContainsKey(t.Run)))
        {
            Assert.Equal(done[trial.Run], trial.Validation);
            Assert.Equal(times[trial.Run], File.GetLastWriteTimeUtc(_folder["recipe", trial.Run, "trial.json"]));
        }
        string text = File.ReadAllText(_folder["recipe", "recipe.json"]);
        CommandLine.Run([.. flags, "--resume"]).Succeeded(); // finished: shown again
        Assert.Equal(text, File.ReadAllText(_folder["recipe", "recipe.json"]));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_recipe_that_was_killed_before_its_first_file_was_whole_begins_anew(bool resume)
    {
        _folder.Write("recipe/.recipe.json.999999-0a.partial", "{ \"da");
        var result = CommandLine.Run(["recipe", "--data", _data, "--output", _folder["recipe"], "--budget", "5s", "--threads",
            "1", .. resume ? (string[])["--resume"] : []]).Succeeded();
        Assert.Contains("chosen     ", result.Output, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder["recipe"], ".*"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)] // a session of an older version said nothing of its trials: the run cannot be told from another's
    public void A_recipe_that_was_killed_after_its_winner_had_been_moved_ends(bool known)
    {
        Recipe().Succeeded();
        var whole = RecipeResult.Read(_folder["recipe"]);
        var winner = whole.Winner!;
        byte[] weights = File.ReadAllBytes(_folder["recipe", "run", "best.ckpt"]);
        // As just before the end: the winner is the folder run, and recipe.json knows the folder that it came from.
        var candidate = RecipeCandidates.Baselines(whole.Shape).Concat(RecipeCandidates.Family(whole.Shape))
            .Single(c => c.Name == winner.Candidate);
        var trials = new RecipeTrials(PreparedDataset.Open(_data), _folder["recipe"], new Dictionary<string, string>
        {
            ["validation-metric"] = whole.Metric, ["seed"] = $"{whole.Seed}", ["threads"] = "1", ["device"] = "auto",
        }, new Dictionary<string, double>());
        string from = Path.Combine("trials", Path.GetFileName(trials.RunOf(candidate, winner.Settings).Folder));
        AtomicFile.WriteText(_folder["recipe", RecipeResult.File], Terminal.ToJson(whole with
        {
            Finished = false,
            Chosen = null,
            Reason = "",
            Ensemble = null,
            SpentSeconds = whole.BudgetSeconds,
            Trials = known ? [.. whole.Trials.Select(t => t == winner ? t with { Run = from } : t)] : [],
        }));
        _folder.Write("recipe/trials/.a.999999-0a.partial/best.ckpt", "half of a fit");
        _folder.Write("recipe/trials/a/.run.json.999999-0a.partial", "half of a trial");
        CommandLine.Run("recipe", "--data", _data, "--output", _folder["recipe"], "--budget", "5s", "--threads", "1", "--resume")
            .Succeeded();
        var again = RecipeResult.Read(_folder["recipe"]);
        Assert.True(again.Finished);
        Assert.True(File.Exists(_folder["recipe", "run", "best.ckpt"]));
        Assert.Empty(Directory.GetFileSystemEntries(_folder["recipe"], ".*", SearchOption.AllDirectories));
        if (!known) return;
        Assert.Equal((winner.Candidate, winner.Validation), (again.Winner!.Candidate, again.Winner.Validation));
        Assert.Equal(whole.Trials.Count(t => t.Validation is not null), again.Trials.Count(t => t.Validation is not null));
        Assert.Equal(weights, File.ReadAllBytes(_folder["recipe", "run", "best.ckpt"]));
    }

    [Fact]
    public void What_does_not_fit_is_skipped_with_its_reason()
    {
        var shape = DataShape.Of(PreparedDataset.Open(_data));
        var slow = RecipeCandidates.Baselines(shape).Where(c => c.Name is "popularity" or "ease").ToList();
        var data = PreparedDataset.Open(_data);
        var trials = new RecipeTrials(data, _folder["recipe"], new Dictionary<string, string>
        {
            ["validation-metric"] = "NDCG@100",
        }, new Dictionary<string, double>());
        Session.Begin(CancellationToken.None);
        var stage = new BaselineStage(data, trials, new RecipeBudget(TimeSpan.FromSeconds(10), spentBefore: 5)); // 4 s are theirs
        stage.Run(slow);
        Assert.Equal(["popularity"], trials.All.Select(t => t.Candidate));
        Assert.Contains("0:00 of its time were left", stage.Skipped["ease"], StringComparison.Ordinal);
        var row = RecipeChoice.Rows(slow, trials.All, trials.All[0], stage.Skipped)[1];
        Assert.Null(row.Validation);
        Assert.StartsWith("skipped: a fit takes about ", row.Verdict, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--budget 3s", "too short to try anything")]
    [InlineData("--budget soon", "write a time such as 90s")]
    [InlineData("--metric NDCG", "NDCG")]
    [InlineData("--metric sampled-NDCG@10", "has no sampled candidates")]
    [InlineData("--resume", "holds no recipe to go on with")]
    public void An_impossible_recipe_is_refused(string flags, string message)
    {
        Refused(message, ["recipe", "--data", _data, "--output", _folder["recipe"], .. flags.Split(' ')]);
        Assert.False(Directory.Exists(_folder["recipe"]));
    }

    [Fact]
    public void A_folder_of_something_else_is_refused()
    {
        _folder.Write("full/notes.txt", "mine");
        Refused("is not empty and holds no recipe", ["recipe", "--data", _data, "--output", _folder["full"]]);
    }

    [Fact]
    public void Leading_models_together_are_a_run_only_if_they_gain()
    {
        string[] members = ["1", "2", "3", "4", "5", "6"];
        foreach (string seed in members)
            CommandLine.Run("train", "--data", _data, "--output", _folder["out", seed], "--model", "random", "--seed", seed)
                .Succeeded();
        var data = PreparedDataset.Open(_data);
        double alone = CommandLine.Run("evaluate", "--run", _folder["out", "1"], "--split", "validation", "--json").Succeeded()
            .Json.GetProperty("metrics").GetProperty("NDCG@100").GetProperty("mean").GetDouble();
        Assert.Null(RecipeEnsemble.Try(data, _folder["out"], members, "NDCG@100", winner: 1));
        Assert.Null(RecipeEnsemble.Try(data, _folder["out"], ["1"], "NDCG@100", winner: 0));
        Assert.False(Directory.Exists(_folder["out", "ensemble"]));
        var ensemble = RecipeEnsemble.Try(data, _folder["out"], members, "NDCG@100", winner: 0);
        Assert.NotNull(ensemble);
        Assert.Equal(1, ensemble.Members.Values.Sum(), 9);
        Assert.True(ensemble.Validation >= alone);
        Assert.True(File.Exists(_folder["out", "ensemble", "run.json"]));
    }

    private static void Refused(string message, string[] arguments)
    {
        var result = CommandLine.Run(arguments);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(message, result.Messages, StringComparison.Ordinal);
    }

    private CommandResult Recipe() => CommandLine.Run("recipe", "--data", _data, "--output", _folder["recipe"], "--budget", "5s",
        "--threads", "1");
}
