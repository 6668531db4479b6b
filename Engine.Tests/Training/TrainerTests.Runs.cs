using ManualVae.Compute;
using ManualVae.Compute.Reference;
using ManualVae.Compute.Simd;
using ManualVae.Data;
using ManualVae.Models;
using ManualVae.Training;
using Xunit;

namespace ManualVae.Tests.Training;

// Runs that stop, go on, are opened, and whose best weights are kept.
public sealed partial class TrainerTests
{
    [Theory]
    [InlineData("reference", "multvae")]
    [InlineData("simd", "multvae")]
    [InlineData("simd", "multdae")]
    [InlineData("simd", "recvae")]
    [InlineData("simd", "hvamp")]
    [InlineData("simd", "anchor")]
    [InlineData("simd", "rare anchors")]
    [InlineData("simd", "codebook")]
    [InlineData("simd", "ema")]
    [InlineData("simd", "swa")]
    [InlineData("simd", "weighted loss")]
    [InlineData("simd", "ease")]
    [InlineData("simd", "every part")]
    [InlineData("simd", "implicit slim")]
    [InlineData("simd", "negatives")]
    [InlineData("simd", "negatives of recvae")]
    [InlineData("reference", "negatives")]
    [InlineData("simd", "exact lazy adam")]
    [InlineData("simd", "exact lazy adam of recvae")]
    [InlineData("reference", "exact lazy adam of recvae")]
    [InlineData("bf16", "multvae")]
    [InlineData("bf16", "recvae")]
    public void A_resumed_run_has_the_bits_of_an_uninterrupted_one(string device, string model)
    {
        var settings = model switch
        {
            "recvae" => Recvae,
            "hvamp" => Settings with { Encoder = EncoderKind.Gated, Prior = PriorKind.Vamp, Levels = 2, PseudoInputs = 3 },
            "anchor" => Settings with { AnchorWeight = 1, AnchorWarmup = 3 },
            "rare anchors" => Settings with { AnchorWeight = 1, AnchorWeighting = AnchorWeighting.Rarity, AnchorsPerItem = 2 },
            "codebook" => Settings with { AnchorWeight = 1, AnchorCodebook = 3 },
            "ema" => Recvae with { Average = AverageKind.Ema, AverageDecay = 0.8 },
            "swa" => Settings with { Average = AverageKind.Swa, AverageEpochs = 3 },
            "ease" => Settings with { LinearPath = LinearPathKind.Ease, LinearLambda = 5, Model = "multdae" },
            "every part" => Recvae with
            {
                LinearPath = LinearPathKind.LowRank,
                LinearRank = 3,
                OutputHead = OutputHead.Cosine,
                LogitCorrection = 0.3,
                Emphasis = 2,
                Average = AverageKind.Swa,
                AverageEpochs = 2,
            },
            "implicit slim" => Recvae with { ImplicitSlim = 2, ImplicitSlimLambda = 5 },
            "negatives" => Settings with { Negatives = 4, WeightDecay = 0.001 },
            "exact lazy adam" => Settings with
            {
                Negatives = 2,
                LazyAdam = LazyAdamKind.Exact,
                LearningRateSchedule = LearningRateScheduleKind.Linear,
                BatchSize = 2,
            },
            "exact lazy adam of recvae" => Recvae with
            {
                Negatives = 2,
                LazyAdam = LazyAdamKind.Exact,
                AnchorWeight = 0,
                BatchSize = 2,
            },
            "negatives of recvae" => Recvae with { Negatives = 4, AnchorWeight = 0 },
            "weighted loss" => Settings with { Emphasis = 3, UserWeightPower = 0.5 },
            _ => Settings with { Model = model, WeightDecay = 0.001 },
        };
        var data = Data();
        using var threads = new WorkerPool(2);
        using IBackend backend = device == "reference" ? new ReferenceBackend()
            : new SimdBackend(threads, device == "bf16" ? GemmKernel.EmulatedBf16 : null);
        using var whole = new Trainer(data, settings, backend, NewRun("whole", settings));
        whole.Run();

        // Stop in the middle of an epoch, as Ctrl-C would, then go on in a new process' worth of objects.
        var run = NewRun("stopped", settings);
        using var stop = new CancellationTokenSource();
        using (var first = new Trainer(data, settings, backend, run, new StopAfter(stop, updates: 8)))
            Assert.Throws<OperationCanceledException>(() => first.Run(stop.Token));
        using var second = new Trainer(data, settings, backend, RunFolder.Open(run.Path), resume: true);
        Assert.Equal(8, second.State.Updates);
        second.Run();

        Assert.Equal(Weights(whole), Weights(second));
        Assert.Equal(whole.State.BestEpoch, second.State.BestEpoch);
        Assert.Equal(File.ReadAllBytes(Path.Combine(_folder, "whole", "best.ckpt")), File.ReadAllBytes(run.BestCheckpoint));
        Assert.Equal(
            RunFolder.Open(Path.Combine(_folder, "whole")).ReadMetrics().Select(m => (m.Epoch, m.Loss, m.Kl, m.Validation)),
            run.ReadMetrics().Select(m => (m.Epoch, m.Loss, m.Kl, m.Validation)));
    }

    [Fact]
    public void Snapshots_are_the_weights_of_their_epochs_also_in_a_run_that_stopped_and_went_on()
    {
        var data = Data();
        using var backend = new SimdBackend(2);
        using var stop = new CancellationTokenSource();
        var run = NewRun("kept", Settings);
        using (var first = new Trainer(data, Settings, backend, run, new StopAfter(stop, updates: 8)) { Snapshots = [1, 3, 9] })
            Assert.Throws<OperationCanceledException>(() => first.Run(stop.Token));
        using var second = new Trainer(data, Settings, backend, run, resume: true) { Snapshots = [1, 3, 9] };
        second.Run();
        foreach (int epochs in (int[])[1, 3])
        {
            using var alone = new Trainer(data, Settings, backend) { PauseAfter = epochs, KeepBest = false };
            alone.Run();
            using var loaded = run.LoadModel(backend, epoch: epochs);
            foreach (var parameter in loaded.Parameters.All)
                Assert.Equal(
                    backend.Values(alone.Model.Parameters[parameter.Name].Value), backend.Values(parameter.Value));
        }
        Assert.False(File.Exists(run.Snapshot(9)));
        Assert.Contains("no weights of epoch 2", Assert.Throws<InputException>(() => run.LoadModel(backend, epoch: 2)).Message);
        Assert.True(RunFolder.Kind.Files(run.Path)!("epoch-3.ckpt"));
    }

    [Fact]
    public void A_resumed_run_remembers_where_beta_was_held()
    {
        // Weights that hardly move: the second epoch is no better than the first, so beta is held at its end, 10 updates of 20.
        var settings = Settings with { BetaSchedule = BetaScheduleKind.Hold, LearningRate = 1e-12, Epochs = 5 };
        using var backend = new SimdBackend(2);
        var run = NewRun("held", settings);
        using var stop = new CancellationTokenSource();
        using (var first = new Trainer(Data(), settings, backend, run, new StopAfter(stop, updates: 12)))
            Assert.Throws<OperationCanceledException>(() => first.Run(stop.Token));
        using var second = new Trainer(Data(), settings, backend, run, resume: true);
        Assert.Equal([0.25, 0.5, 0.5, 0.5, 0.5], second.Run().Select(epoch => epoch.Beta));
    }

    [Fact]
    public void An_epoch_that_was_interrupted_counts_the_seconds_of_both_parts()
    {
        var run = NewRun("interrupted", Settings);
        using var backend = new SimdBackend(2);
        using var stop = new CancellationTokenSource();
        using (var first = new Trainer(Data(), Settings, backend, run, new StopAfter(stop, updates: 4, pauseMilliseconds: 100)))
            Assert.Throws<OperationCanceledException>(() => first.Run(stop.Token));
        using var second = new Trainer(Data(), Settings, backend, run, resume: true);
        Assert.InRange(second.State.EpochSeconds, 0.4, 60);
        var epochs = second.Run();
        Assert.True(epochs[0].Seconds >= 0.4, $"{epochs[0].Seconds} s");
        Assert.Equal(31 / epochs[0].Seconds, epochs[0].UsersPerSecond, 1e-9);
        Assert.True(epochs[1].Seconds < epochs[0].Seconds);
    }

    [Fact]
    public void A_run_cannot_be_made_shorter_than_it_is()
    {
        var settings = Settings with { Epochs = 3 };
        var run = NewRun("short", settings);
        using var backend = new SimdBackend(2);
        using (var trainer = new Trainer(Data(), settings, backend, run)) trainer.Run();
        var before = File.ReadAllBytes(Path.Combine(run.Path, "run.json"));
        var problem = Assert.Throws<InputException>(() =>
            run.Update(run.Manifest with { Settings = settings with { Epochs = 2 } }));
        Assert.Contains("Epochs is 2, but", problem.Message);
        Assert.Contains("has finished 3 epochs", problem.Message);
        Assert.Equal(before, File.ReadAllBytes(Path.Combine(run.Path, "run.json")));
        Assert.Equal(4, run.Update(run.Manifest with { Settings = settings with { Epochs = 4 } }).Manifest.Settings.Epochs);
    }

    [Theory, InlineData(true), InlineData(false)]
    public void The_best_weights_are_kept_unless_the_last_are_asked_for(bool withFolder)
    {
        // A step size of 0.5 spoils the weights again: the best epoch is not the last.
        var settings = Settings with { Epochs = 12, LearningRate = 0.5 };
        using var backend = new SimdBackend(2);
        var run = NewRun("kept", settings);
        using var last = new Trainer(Data(), settings, backend, run) { KeepBest = false };
        using var best = new Trainer(Data(), settings, backend, withFolder ? NewRun("best", settings) : null);
        Assert.All(new[] { last, best }, trainer => trainer.Run());
        Assert.InRange(best.State.BestEpoch, 1, 11);
        byte[] final = Weights(last), kept = Weights(best);
        Assert.NotEqual(final, kept);
        Checkpoint.Load(run.BestCheckpoint, last.Model);
        Assert.Equal(Weights(last), kept);
    }

    [Fact]
    public void Opening_a_run_gives_the_weights_of_its_checkpoint_and_draws_none()
    {
        var settings = Settings with { Epochs = 1 };
        using var backend = new SimdBackend(2);
        var run = NewRun("opened", settings);
        using var trainer = new Trainer(Data(), settings, backend, run);
        trainer.Run();
        using var model = run.LoadModel(backend);
        foreach (var parameter in trainer.Model.Parameters.All)
            Assert.Equal(Values(trainer, parameter.Value), Values(trainer, model.Parameters[parameter.Name].Value));
        using var undrawn = new Autoencoder(backend, settings, 20, 5, seed: null);
        Assert.All(undrawn.Parameters.All, parameter => Assert.Equal(0, backend.SquaredNorm(parameter.Value)));
    }

    private sealed class StopAfter(CancellationTokenSource stop, int updates, int pauseMilliseconds = 0) : ITrainingObserver
    {
        private int _seen;

        public void Updated(in TrainingProgress progress)
        {
            Thread.Sleep(pauseMilliseconds);
            if (++_seen == updates) stop.Cancel();
        }

        public void EpochEnded(EpochMetrics metrics) { }
    }
}
