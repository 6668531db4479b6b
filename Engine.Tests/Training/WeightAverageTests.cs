using ManualVae.Compute.Simd;
using ManualVae.Data;
using ManualVae.Training;
using Xunit;

namespace ManualVae.Tests.Training;

// Averages of the weights.
public sealed partial class TrainerTests
{
    [Fact]
    public void The_swa_is_the_mean_of_the_last_epochs_weights_and_changes_no_update()
    {
        using var backend = new SimdBackend(2);
        var settings = Settings with { Average = AverageKind.Swa, AverageEpochs = 2 };
        var plain = NewRun("plain", Settings);
        using var trainer = new Trainer(Data(), Settings, backend, plain) { Snapshots = [3, 4] };
        trainer.Run();
        var run = NewRun("swa", settings);
        using var averaged = new Trainer(Data(), settings, backend, run) { Snapshots = [3, 4] };
        averaged.Run();
        Assert.Equal(File.ReadAllBytes(plain.Snapshot(3))[^4096..^32], File.ReadAllBytes(run.Snapshot(3))[^4096..^32]);
        double[] Of(string checkpoint)
        {
            Checkpoint.Load(checkpoint, trainer.Model);
            return [.. trainer.Model.Parameters.All.SelectMany(p => Values(trainer, p.Value))];
        }
        double[] third = Of(plain.Snapshot(3)), fourth = Of(plain.Snapshot(4)), mean = Of(run.Snapshot(4));
        Assert.All(Enumerable.Range(0, mean.Length), i => Assert.Equal((third[i] + fourth[i]) / 2, mean[i], 1e-6));
        Assert.NotEqual(third, fourth);
        Checkpoint.LoadState(run.LastCheckpoint, averaged.Model, averages: null);
        Assert.Equal(fourth, averaged.Model.Parameters.All.SelectMany(p => Values(averaged, p.Value)));
    }

    /// <summary>Two updates with d = min(0.15, 2/11, 3/12): a = w0, then 0.15 a + 0.85 w each time.</summary>
    [Fact]
    public void The_ema_follows_its_formula()
    {
        using var backend = new SimdBackend(1);
        var plain = Settings with { Epochs = 2, BatchSize = 31 };
        var run = NewRun("plain", plain);
        using var trainer = new Trainer(Data(), plain, backend, run) { Snapshots = [1, 2] };
        double[] Of(string? checkpoint)
        {
            if (checkpoint is not null) Checkpoint.Load(checkpoint, trainer.Model);
            return [.. trainer.Model.Parameters.All.SelectMany(p => Values(trainer, p.Value))];
        }
        double[] start = Of(null);
        trainer.Run();
        double[] first = Of(run.Snapshot(1)), second = Of(run.Snapshot(2));
        var settings = plain with { Average = AverageKind.Ema, AverageDecay = 0.15 };
        var ema = NewRun("ema", settings);
        using var averaged = new Trainer(Data(), settings, backend, ema) { Snapshots = [2] };
        averaged.Run();
        var found = Of(ema.LastCheckpoint);
        for (int i = 0; i < found.Length; i++)
            Assert.Equal(0.15 * (0.15 * start[i] + 0.85 * first[i]) + 0.85 * second[i], found[i], 1e-5);
        Assert.Equal(found, Of(ema.Snapshot(2)));
    }

    [Theory, InlineData(true), InlineData(false)]
    public void Without_validation_the_averages_are_what_a_run_is_used_with(bool folder)
    {
        using var backend = new SimdBackend(2);
        var settings = Settings with { Average = AverageKind.Ema, AverageDecay = 0.9, FitValidation = true };
        var run = NewRun("fitted", settings);
        using var trainer = new Trainer(Data(), settings, backend, folder ? run : null);
        trainer.Run();
        if (!folder)
        {
            using var again = new Trainer(Data(), settings, backend, run);
            again.Run();
        }
        using var model = RunFolder.Open(run.Path).LoadModel(backend);
        foreach (var parameter in trainer.Model.Parameters.All)
            Assert.Equal(Values(trainer, parameter.Value), Values(trainer, model.Parameters[parameter.Name].Value));
        Checkpoint.LoadState(run.LastCheckpoint, trainer.Model, averages: null);
        Assert.NotEqual(
            Values(trainer, model.Parameters["decoder.0.weight"].Value),
            Values(trainer, trainer.Model.Parameters["decoder.0.weight"].Value));
    }

    [Theory]
    [InlineData(0, 10, "AverageDecay")]
    [InlineData(1, 10, "AverageDecay")]
    [InlineData(0.9, 0, "AverageEpochs")]
    public void Averages_out_of_range_are_refused(double decay, int epochs, string name) => Assert.Contains(
        name, Assert.Throws<InputException>(
            () => (Settings with { AverageDecay = decay, AverageEpochs = epochs }).Validate()).Message);
}
