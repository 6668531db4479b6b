using System.Text.Json;
using ManualVae.Tools.Runs;
using ManualVae.Training;
using Xunit;

namespace ManualVae.Tests.Tools;

/// <summary>Defaults that suit data of any size, and what a training says of itself.</summary>
[Collection(nameof(CommandLine))]
public sealed class TrainingAdviceTests : IDisposable
{
    private static readonly RunSettings Settings = new() { Epochs = 10, BatchSize = 12, BetaSteps = 80 };

    private readonly TemporaryFolder _folder = TestData.NewFolder();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Without_a_preset_beta_reaches_its_target_on_data_of_any_size()
    {
        // 24 training users in batches of 12: 20 updates in 10 epochs; 16 of them reach 0.2 = 16 / 80.
        var result = Train("own").Succeeded();
        Assert.Equal((80, 0.2), Ramp("own"));
        Assert.Contains("beta-steps: 200000 -> 80", result.Messages, StringComparison.Ordinal);
        Assert.DoesNotContain("warning    beta", result.Messages, StringComparison.Ordinal);
        Train("given", "--beta-steps", "30").Succeeded();
        Assert.Equal((30, 0.2), Ramp("given"));
    }

    [Fact]
    public void A_preset_keeps_its_steps_and_a_beta_that_stays_low_is_said_before_training()
    {
        var result = Train("named", "--preset", "liang2018").Succeeded();
        Assert.Equal((200_000, 0.0001), Ramp("named"));
        Assert.Contains("warning    beta will reach only 0.0001 of 0.2 in the 20 updates of this run; "
            + "for all of it give --beta-steps 80", result.Messages, StringComparison.Ordinal);
        Assert.True(result.Messages.IndexOf("warning    beta", StringComparison.Ordinal)
            < result.Messages.IndexOf("epoch    1/10", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(1_000_000, 500)]
    [InlineData(4_501, 500)] // 10 updates an epoch
    [InlineData(4_500, 250)] // 18 rather than 9
    [InlineData(2_251, 250)]
    [InlineData(2_250, 100)]
    [InlineData(483, 50)] // ml-latest-small
    [InlineData(300, 25)]
    [InlineData(90, 10)]
    [InlineData(0, 10)]
    public void A_batch_leaves_ten_updates_to_an_epoch(int users, int expected) =>
        Assert.Equal(expected, RunSettings.BatchSizeFor(users));

    [Theory]
    [InlineData("", 10)] // of 24 training users
    [InlineData("--model multdae", 10)]
    [InlineData("--batch-size 7", 7)]
    [InlineData("--preset liang2018", 500)]
    [InlineData("--config CONFIG", 500)] // which names the preset
    public void Without_a_preset_or_a_batch_size_the_batch_suits_the_data(string flags, int expected)
    {
        string config = _folder.Write("preset.json", "{\"preset\": \"liang2018\"}");
        var result = CommandLine.Run(["train", "--data", CommandLine.WriteToyData(_folder["data"]), "--output", _folder["run"],
            "--hidden", "8", "--latent", "4", "--epochs", "1", "--device", "simd", "--validation-metric", "NDCG@5",
            .. flags.Replace("CONFIG", config).Split(' ', StringSplitOptions.RemoveEmptyEntries)]).Succeeded();
        Assert.Equal(expected, RunFolder.Open(_folder["run"]).Manifest.Settings.BatchSize);
        Assert.Equal(expected == 10,
            result.Messages.Contains("note       batches of 10 instead of 500, as suits 24 training users"));
    }

    [Theory]
    [InlineData(BetaScheduleKind.Linear, 0.5, 32)] // 16 of 20 updates reach 0.5
    [InlineData(BetaScheduleKind.Anneal, 0.5, 16)] // and 1
    [InlineData(BetaScheduleKind.Cyclical, 0.5, 5)]
    public void Steps_are_a_share_of_the_updates(BetaScheduleKind schedule, double beta, long expected) => Assert.Equal(expected,
        BetaSchedule.StepsFor(schedule, beta, Settings.UpdatesOn(users: 24)));

    [Fact]
    public void Updates_count_every_pass_and_the_last_batch()
    {
        Assert.Equal(30, Settings.UpdatesOn(users: 25));
        Assert.Equal(120, (Settings with { EncoderPasses = 3, DecoderPasses = 1 }).UpdatesOn(25));
    }

    [Fact]
    public void The_end_of_a_run_is_judged()
    {
        Assert.Equal($"note       the best epoch is the last, so more may help; go on with: manualvae train --resume --output "
            + $"{_folder["rising"]} --epochs 20", Assert.Single(After("rising", Settings, best: 10, epochs: 10)));
        Assert.Contains("--epochs 20", Assert.Single(After("linear",
            Settings with { LearningRateSchedule = LearningRateScheduleKind.Linear }, best: 10, epochs: 10)));
        Assert.Contains("nothing improved after the first epoch", Assert.Single(After("flat", Settings, best: 1, epochs: 10)));
        Assert.Empty(After("good", Settings, best: 7, epochs: 10));
        Assert.Contains("ended with beta 0.14, before it reached 0.2",
            Assert.Single(After("early", Settings, best: 3, epochs: 7)));
        Assert.Contains("stayed 0", Assert.Single(After("zero", Settings, best: 1, epochs: 10, value: 0)));
    }

    private IEnumerable<string> After(string name, RunSettings settings, int best, int epochs, double value = 0.3)
    {
        var run = RunFolder.Create(_folder[name],
            new() { Model = "multvae", Settings = settings, Data = "toy", DataHash = "0", Items = 20 });
        return TrainingAdvice.After(run, [.. Enumerable.Range(1, epochs).Select(epoch => new EpochMetrics(epoch, 2 * epoch, 1, 1,
            1, 0, Math.Min(0.2, 0.02 * epoch), value, 1, 1, Best: epoch == best))], users: 24);
    }

    private (int Steps, double LastBeta) Ramp(string run) => (
        JsonDocument.Parse(File.ReadAllText(_folder[run, "run.json"])).RootElement.GetProperty("settings")
            .GetProperty("beta-steps").GetInt32(),
        JsonDocument.Parse(File.ReadLines(_folder[run, "metrics.jsonl"]).Last()).RootElement.GetProperty("beta").GetDouble());

    private CommandResult Train(string run, params string[] more)
    {
        string data = _folder["data"];
        if (!Directory.Exists(data)) CommandLine.WriteToyData(data);
        return CommandLine.Run(["train", "--data", data, "--output", _folder[run], "--hidden", "8", "--latent", "4",
            "--batch-size", "12", "--epochs", "10", "--device", "simd", "--validation-metric", "NDCG@5", .. more]);
    }
}
