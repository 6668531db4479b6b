using ManualVae.Compute.Simd;
using ManualVae.Data;
using ManualVae.Models;
using ManualVae.Training;
using Xunit;

namespace ManualVae.Tests.Training;

// Where a continued run stands, what it keeps, how it is interrupted, and what it refuses.
public sealed partial class ContinuationTests
{
    [Fact]
    public void Beta_Adam_and_the_streams_go_on_where_they_were()
    {
        var settings = Member("recvae");
        using var backend = new SimdBackend(2);
        var run = Train(settings, Data(), backend);
        var data = Grown();
        var next = NewRun("next", settings, data, Continuation.Open(run, data, settings));
        using (var trainer = new Trainer(data, settings, backend, next))
        {
            trainer.ContinueFrom(Continuation.Open(run, data, settings));
            // Two epochs of two encoder passes and one decoder pass of five batches.
            var start = trainer.State.Start!;
            Assert.Equal((2, 30L, 20L, 10L), (start.Epochs, start.Updates, start.EncoderUpdates, start.DecoderUpdates));
            Assert.Equal((0, 30L), (trainer.State.Epoch, trainer.State.Updates));
            Assert.Equal([45L, 60L], trainer.Run().Select(epoch => epoch.Updates));
        }
        var third = Continuation.Open(next, data, settings);
        Assert.Equal((4, 60L), (third.Source.Epochs, third.Source.Updates));
        using var again = new Trainer(data, settings, backend);
        again.ContinueFrom(third);
        Assert.Equal((40L, 20L), (again.State.Start!.EncoderUpdates, again.State.Start.DecoderUpdates));
    }

    [Fact]
    public void A_run_that_gets_no_better_keeps_the_older_weights()
    {
        using var backend = new SimdBackend(2);
        var run = Train(Settings, Data(), backend);
        var (data, still) = (Data(moved: true), Settings with { LearningRate = 1e-12, Patience = 1 });
        var next = NewRun("next", still, data, Continuation.Open(run, data, still));
        using var trainer = new Trainer(data, still, backend, next);
        trainer.ContinueFrom(Continuation.Open(run, data, still));
        byte[] before = File.ReadAllBytes(next.BestCheckpoint);
        Assert.Single(trainer.Run()); // patience counts from epoch 0
        Assert.Equal((0, trainer.State.Start!.Validation), (trainer.State.BestEpoch, trainer.State.BestValue));
        Assert.Equal(before, File.ReadAllBytes(next.BestCheckpoint));

        using var inMemory = new Trainer(data, still, backend);
        inMemory.ContinueFrom(Continuation.Open(run, data, still));
        inMemory.Run();
        Assert.Equal(Weights(trainer.Model), Weights(inMemory.Model));
    }

    [Fact]
    public void The_number_of_threads_does_not_change_a_bit()
    {
        var settings = Member("recvae");
        using var one = new SimdBackend(1);
        var (run, data) = (Train(settings, Data(), one), Grown());
        var weights = new List<double[][]>();
        foreach (int threads in new[] { 1, 2, 3 })
        {
            using var backend = new SimdBackend(threads);
            using var trainer = new Trainer(data, settings, backend);
            trainer.ContinueFrom(Continuation.Open(run, data, settings));
            trainer.Run();
            weights.Add(Weights(trainer.Model));
        }
        Assert.All(weights, w => Assert.Equal(weights[0], w));
    }

    [Theory]
    [InlineData("multvae")]
    [InlineData("recvae")]
    [InlineData("anchor")]
    [InlineData("negatives")]
    public void An_interrupted_one_resumes_to_the_bits_of_an_uninterrupted_one(string member)
    {
        var settings = Member(member) with { LearningRateSchedule = LearningRateScheduleKind.Linear };
        using var backend = new SimdBackend(2);
        var (run, data) = (Train(settings, Data(), backend), Grown());
        var next = settings with { Epochs = 3 };
        var from = Continuation.Open(run, data, next);
        using var whole = new Trainer(data, next, backend, NewRun("whole", next, data, from));
        whole.ContinueFrom(from);
        whole.Run();

        var stopped = NewRun("stopped", next, data, from);
        using var stop = new CancellationTokenSource();
        using (var first = new Trainer(data, next, backend, stopped, new StopAfter(stop, 8)))
        {
            first.ContinueFrom(Continuation.Reopen(from.Source, data, next));
            Assert.Throws<OperationCanceledException>(() => first.Run(stop.Token));
        }
        using var second = new Trainer(data, next, backend, RunFolder.Open(stopped.Path), resume: true);
        Assert.Equal(whole.State.Start, second.State.Start);
        second.Run();
        Assert.Equal(Weights(whole.Model), Weights(second.Model));
        Assert.Equal(File.ReadAllBytes(Path.Combine(_folder, "whole", "best.ckpt")), File.ReadAllBytes(stopped.BestCheckpoint));
    }

    [Fact]
    public void A_run_that_changed_since_is_not_gone_on_from_again()
    {
        using var backend = new SimdBackend(1);
        var (run, data) = (Train(Settings, Data(), backend), Grown());
        var from = Continuation.Open(run, data, Settings);
        using (var more = new Trainer(Data(), Settings with { Epochs = 3 }, backend, run, resume: true)) more.Run();
        Assert.Contains("has changed since",
            Assert.Throws<InputException>(() => Continuation.Reopen(from.Source, data, Settings)).Message);
    }

    [Fact]
    public void Settings_that_change_shapes_are_refused_by_name()
    {
        using var backend = new SimdBackend(1);
        var (run, data) = (Train(Settings, Data(), backend), Grown());
        void Refused(string name, RunSettings settings)
        {
            using var trainer = new Trainer(data, settings, backend);
            string message = Assert.Throws<InputException>(
                () => trainer.ContinueFrom(Continuation.Open(run, data, settings))).Message;
            Assert.StartsWith($"{name} differs", message, StringComparison.Ordinal);
        }
        Refused("Latent", Settings with { Latent = 6 });
        Refused("Hidden", Settings with { Hidden = [12, 12] });
        Refused("Prior", Settings with { Prior = PriorKind.Vamp });
        Refused("AnchorWeight", Settings with { AnchorWeight = 0.1 });
        run = Train(Settings with { AnchorWeight = 1 }, Data(), backend, "anchors");
        Refused("AnchorsPerItem", Settings with { AnchorWeight = 1, AnchorsPerItem = 2 });
        Refused("AnchorWeighting", Settings with { AnchorWeight = 1, AnchorWeighting = AnchorWeighting.Rarity });
        run = Train(Settings, Data(), backend, "plain");
        using var same = new Trainer(data, Settings with { DecoderHidden = [12], LearningRate = 0.02, Beta = 0.1 }, backend);
        same.ContinueFrom(Continuation.Open(run, data, Settings));
    }

    private sealed class StopAfter(CancellationTokenSource stop, int updates) : ITrainingObserver
    {
        private int _seen;

        public void Updated(in TrainingProgress progress)
        {
            if (++_seen == updates) stop.Cancel();
        }

        public void EpochEnded(EpochMetrics metrics) { }
    }
}
