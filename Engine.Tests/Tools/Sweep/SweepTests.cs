using System.Diagnostics;
using System.Text.Json;
using ManualVae.Compute.Simd;
using ManualVae.Data;
using ManualVae.Tools.Sweep;
using ManualVae.Training;
using Xunit;

namespace ManualVae.Tests.Tools.Sweep;

/// <summary>Whole searches on small data.</summary>
[Collection(nameof(CommandLine))]
public sealed class SweepTests : IDisposable
{
    private readonly TemporaryFolder _folder = TestData.NewFolder();
    private readonly string _data;

    public SweepTests() => _data = CommandLine.WriteToyData(_folder["data"]);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_paused_trial_goes_on_with_the_bits_of_one_that_was_not()
    {
        var sweep = Sweep("halved", "--vary", "learning-rate=log:0.0001..0.1", "--trials", "6", "--halving", "--min-epochs", "1",
            "--epochs", "9", "--beta-steps", "30");
        Assert.Equal([1, 3, 9], sweep.Search!.Rungs!);
        Assert.Equal(9, sweep.Best!.Epochs);
        Assert.Equal(6, sweep.Spent!.Trials);
        string rate = sweep.Best.Settings["learning-rate"];
        CommandLine.Run(["train", "--data", _data, "--output", _folder["whole"], .. Small, "--learning-rate", rate, "--epochs",
            "9", "--beta-steps", "30"]).Succeeded();
        foreach (string file in (string[])["last.ckpt", "best.ckpt"])
            Assert.Equal(File.ReadAllBytes(_folder["whole", file]), File.ReadAllBytes(Path.Combine(sweep.Best.Run, file)));
    }

    [Fact]
    public void Only_the_best_keep_their_checkpoints_and_nothing_is_trained_twice()
    {
        string[] flags = ["--vary", "latent=2,3,4,5", "--epochs", "2"];
        var sweep = Sweep("kept", flags);
        Assert.Equal([true, false, false, false],
            sweep.Trials.Select(trial => File.Exists(Path.Combine(trial.Run, "best.ckpt"))));
        Assert.Equal([true, false, false, false],
            sweep.Trials.Select(trial => File.Exists(Path.Combine(trial.Run, "last.ckpt"))));
        Assert.All(sweep.Trials, trial => Assert.Equal(2, File.ReadLines(Path.Combine(trial.Run, "metrics.jsonl")).Count()));
        var times = Times();
        string text = File.ReadAllText(_folder["kept", "sweep.json"]);
        Sweep("kept", flags);
        Assert.Equal(times, Times());
        Assert.Equal(text, File.ReadAllText(_folder["kept", "sweep.json"]));
        Assert.All(Sweep("all", [.. flags, "--keep", "0"]).Trials,
            trial => Assert.True(File.Exists(Path.Combine(trial.Run, "best.ckpt"))));

        Dictionary<string, DateTime> Times() => Directory.GetFiles(_folder["kept"], "metrics.jsonl", SearchOption.AllDirectories)
            .ToDictionary(file => file, File.GetLastWriteTimeUtc);
    }

    [Fact]
    public void A_run_that_a_worker_still_holds_is_not_cleaned()
    {
        string[] flags = ["--vary", "latent=2,3,4", "--epochs", "2"];
        var sweep = Sweep("sweep", [.. flags, "--keep", "0"]);
        string[] Kept() => [.. sweep.Trials.Where(trial => File.Exists(Path.Combine(trial.Run, "last.ckpt")))
            .Select(trial => trial.Run)];
        Assert.Equal(3, Kept().Length);
        using (RunClaim.Take(_folder["sweep"], Path.GetFileName(sweep.Trials[2].Run), 1, TimeSpan.FromMinutes(1)))
        {
            Sweep("sweep", flags); // that worker has written its metrics, and may be writing its checkpoint
            Assert.Equal([sweep.Trials[0].Run, sweep.Trials[2].Run], Kept());
        }
        Sweep("sweep", flags);
        Assert.Equal([sweep.Trials[0].Run], Kept());
    }

    [Fact]
    public void The_best_settings_are_a_preset_and_a_command()
    {
        var sweep = Sweep("sweep", "--vary", "latent=3,4", "--vary", "dropout=0.2,0.6", "--epochs", "3");
        CommandLine.Run("train", "--data", _data, "--output", _folder["again"], "--preset", _folder["sweep", "best.json"],
            "--device", "simd").Succeeded();
        Assert.Equal(File.ReadAllBytes(Path.Combine(sweep.Best!.Run, "best.ckpt")).Length,
            new FileInfo(_folder["again", "best.ckpt"]).Length);
        Assert.Equal(Validation(_folder["again"]), sweep.Best.Validation);

        CommandLine.Run("report", _folder["sweep"], "--output", _folder["page.html"]).Succeeded();
        string page = File.ReadAllText(_folder["page.html"]);
        Assert.Contains("Curves of the trials", page, StringComparison.Ordinal);
        Assert.Contains("12 epochs", page, StringComparison.Ordinal);
        string command = page.Split("Its settings as a command: <code>manualvae ")[1].Split("</code>")[0];
        CommandLine.Run([.. command.Replace("runs/best", _folder["copied"], StringComparison.Ordinal).Split(' ')]).Succeeded();
        Assert.Equal(sweep.Best.Validation, Validation(_folder["copied"]));

        double Validation(string run) => File.ReadLines(Path.Combine(run, "metrics.jsonl"))
            .Max(line => JsonDocument.Parse(line).RootElement.GetProperty("validation").GetDouble());
    }

    [Fact]
    public void The_best_baseline_is_a_preset_too()
    {
        Run("sweep", "--model", "ease", "--vary", "lambda=1,50").Succeeded();
        CommandLine.Run("train", "--data", _data, "--output", _folder["again"], "--preset", _folder["sweep", "best.json"])
            .Succeeded();
        Assert.Contains("\"model\": \"ease\"", File.ReadAllText(_folder["again", "run.json"]), StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_has_only_the_settings_that_it_reads()
    {
        var sweep = Read(Run("sweep", "--vary", "model=multvae,multdae,ease,popularity", "--vary", "beta=0.1,0.2", "--vary",
            "lambda=10,20", "--vary", "click-weight=2,3", "--hidden", "4", "--latent", "2", "--epochs", "1").Succeeded());
        Assert.Equal(["model=ease lambda=10", "model=ease lambda=20", "model=multdae", "model=multvae beta=0.1",
            "model=multvae beta=0.2", "model=popularity"],
            sweep.Trials.Select(trial => SweepTrial.Shown(trial.Settings)).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("--model multdae --vary beta=0.1,0.2", "--vary beta: multdae does not read it")]
    [InlineData("--model ease --vary latent=2,3", "--vary latent: ease does not read it")]
    [InlineData("--vary latent=2..9 --sampler tpe", "--sampler tpe: it has no end")]
    [InlineData("--vary latent=2..9 --trials 0", "--trials is 0")]
    [InlineData("--vary latent=2..9 --trials 2 --min-epochs 2", "--min-epochs: is the first rung of --halving")]
    [InlineData("--vary latent=2..9 --trials 2 --halving --min-epochs 9 --epochs 3", "--min-epochs is 9")]
    [InlineData("--vary epochs=2,3 --halving", "--vary epochs and --halving")]
    [InlineData("--vary seed=2,3 --seeds 2", "--vary seed and --seeds")]
    [InlineData("--vary latent=2,3 --keep -1", "--keep is -1")]
    [InlineData("--vary latent=2,3 --lease 0", "--lease is 0")]
    [InlineData("--vary dropout=0.5..1.5 --sampler tpe --trials 3", "--dropout is")]
    public void An_impossible_search_is_refused(string flags, string message)
    {
        var result = CommandLine.Run(["sweep", "--data", _data, "--output", _folder["sweep"], .. flags.Split(' ')]);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(message, result.Messages, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["sweep"]));
    }

    [Fact]
    public void The_mean_over_seeds_counts()
    {
        var sweep = Sweep("sweep", "--vary", "latent=2,4", "--epochs", "2", "--seeds", "3", "--seed", "7");
        foreach (var trial in sweep.Trials)
        {
            double[] values = [.. trial.Runs!.Select(run => File.ReadLines(Path.Combine(run, "metrics.jsonl"))
                .Max(line => JsonDocument.Parse(line).RootElement.GetProperty("validation").GetDouble()))];
            Assert.Equal(values.Average(), trial.Validation!.Value, 12);
            Assert.Equal(Math.Sqrt(values.Sum(v => Math.Pow(v - values.Average(), 2)) / 2), trial.Spread!.Value, 12);
            Assert.Equal([7UL, 8, 9], trial.Runs!.Select(run =>
                JsonDocument.Parse(File.ReadAllText(Path.Combine(run, "run.json"))).RootElement.GetProperty("settings")
                    .GetProperty("seed").GetUInt64()));
        }
        Assert.Equal(12, sweep.Spent!.Epochs);
        Assert.Single(Read(Run("ease", "--model", "ease", "--vary", "lambda=5,6", "--seeds", "3")).Trials[0].Runs ?? ["one"]);
    }

    [Fact]
    public void A_budget_of_epochs_ends_the_search()
    {
        var sweep = Sweep("sweep", "--vary", "latent=2..9", "--epochs", "2", "--budget-epochs", "5");
        Assert.Equal((2, 4, true), (sweep.Spent!.Trials, sweep.Spent.Epochs, sweep.Spent.Finished));
        var result = Run("short", [.. Small, "--vary", "latent=2,3", "--epochs", "200000", "--budget-minutes", "0.02"]);
        Assert.Contains("the search is not finished", result.Messages, StringComparison.Ordinal);
    }

    [Fact]
    public void Processes_of_which_one_is_killed_twice_find_what_one_finds()
    {
        string[] flags = [.. Small, "--vary", "learning-rate=log:0.001..0.1", "--vary", "latent=2..6", "--sampler", "tpe",
            "--trials", "10", "--round", "4", "--epochs", "9", "--halving", "--min-epochs", "3", "--lease", "2"];
        Run("one", flags).Succeeded();
        using var other = Start("many", flags);
        for (int kill = 0; kill < 2; kill++)
        {
            using var victim = Start("many", flags);
            while (victim.StandardError.ReadLine() is { } line && !line.StartsWith("trial", StringComparison.Ordinal)) { }
            victim.Kill();
            victim.WaitForExit();
        }
        Run("many", flags).Succeeded();
        other.StandardError.ReadToEnd();
        other.WaitForExit();
        Assert.Equal(0, other.ExitCode);
        Assert.Equal(Table("one"), Table("many"));
        Assert.Empty(Directory.GetFiles(_folder["many"], "*.claim"));

        string Table(string name) =>
            File.ReadAllText(_folder[name, "sweep.json"]).Replace(_folder[name], "", StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_claim_and_the_rest_of_a_killed_start_hinder_nobody_for_long()
    {
        string[] flags = ["--vary", "latent=2,3", "--epochs", "1"];
        var sweep = Sweep("first", flags);
        foreach (var trial in sweep.Trials)
        {
            string run = Path.GetFileName(trial.Run);
            _folder.Write($"sweep/{run}/items.tsv", "killed while"); // before run.json
            _folder.Write($"sweep/{run}/.run.json.1-a.partial", "{");
            _folder.Write($"sweep/{run}.1.claim", "\0\0\0");
        }
        var again = Sweep("sweep", [.. flags, "--lease", "0.3"]);
        Assert.Equal(sweep.Trials.Select(t => t.Validation), again.Trials.Select(t => t.Validation));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_trial_that_was_killed_between_its_metrics_and_its_last_checkpoint_is_finished(int epochs)
    {
        string[] flags = ["--vary", "latent=2,3", "--epochs", $"{epochs}", "--keep", "0"];
        var best = Sweep("sweep", flags).Best!;
        string last = Path.Combine(best.Run, "last.ckpt");
        byte[] whole = File.ReadAllBytes(last);
        var settings = RunFolder.Open(best.Run).Manifest.Settings;
        File.Delete(last);
        if (epochs > 1)
            using (var backend = new SimdBackend(1))
            using (var trainer = new Trainer(PreparedDataset.Open(_data), settings, backend,
                RunFolder.Create(_folder["paused"], RunFolder.Open(best.Run).Manifest))
            { PauseAfter = epochs - 1 })
            {
                trainer.Run();
                File.Copy(_folder["paused", "last.ckpt"], last);
            }
        _folder.Write(Path.Combine(best.Run, ".last.ckpt.999999-0a.partial"), "half");
        Sweep("sweep", flags);
        Assert.Equal(whole, File.ReadAllBytes(last));
        Assert.Empty(Directory.GetFiles(_folder["sweep"], ".*", SearchOption.AllDirectories));
    }

    [Fact]
    public void Another_search_waits_until_the_workers_of_the_first_are_gone()
    {
        Sweep("sweep", "--vary", "latent=2,3", "--epochs", "1");
        _folder.Write("sweep/some-run.1.claim", "of another system");
        using (var claim = RunClaim.Take(_folder["sweep"], "alive", 1, TimeSpan.FromSeconds(0.6)))
        {
            // A longer lease than the claim's: on a busy machine its signs of life come late.
            var refused = Run("sweep", [.. Small, "--vary", "latent=4,5", "--epochs", "1", "--lease", "20"]);
            Assert.Equal(2, refused.ExitCode);
            Assert.Contains("workers of a sweep with other arguments are at work", refused.Messages, StringComparison.Ordinal);
        }
        Assert.Equal(2, Sweep("sweep", "--vary", "latent=4,5", "--epochs", "1", "--lease", "0.5").Trials.Count);
    }

    [Fact]
    public void A_place_that_cannot_be_written_is_named()
    {
        string file = _folder.Write("file", "");
        var result = CommandLine.Run(["sweep", "--data", _data, "--output", Path.Combine(file, "sweep"), .. Small, "--vary",
            "latent=2,3"]);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("cannot be written", result.Messages, StringComparison.Ordinal);
    }

    [Fact]
    public void Whole_paths_are_printed()
    {
        var result = Run("sweep", [.. Small, "--vary", "latent=2,3", "--epochs", "1"]).Succeeded();
        foreach (string run in Directory.GetDirectories(_folder["sweep"]))
            Assert.Contains(run + "\n", result.Output, StringComparison.Ordinal);
    }

    private static string[] Small =>
        ["--hidden", "8", "--batch-size", "8", "--device", "simd", "--threads", "1", "--validation-metric", "NDCG@5"];

    private SweepResult Sweep(string name, params string[] flags)
    {
        Run(name, [.. Small, .. flags]).Succeeded();
        return SweepResult.Read(_folder[name, "sweep.json"]);
    }

    private static SweepResult Read(CommandResult result) => SweepResult.Read(
        Path.Combine(Path.GetDirectoryName(result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1].Split("  ")[^1])!,
            "sweep.json"));

    private CommandResult Run(string name, params string[] flags) =>
        CommandLine.Run(["sweep", "--data", _data, "--output", _folder[name], .. flags]);

    private Process Start(string name, params string[] flags)
    {
        var start = new ProcessStartInfo(ToolProcess.Host) { RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "manualvae.dll"));
        foreach (string word in (string[])["sweep", "--data", _data, "--output", _folder[name], .. flags, "--json"])
            start.ArgumentList.Add(word);
        return Process.Start(start)!;
    }
}
