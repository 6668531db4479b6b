using ManualVae.Compute;
using ManualVae.Compute.Ranks;
using ManualVae.Compute.Reference;
using ManualVae.Compute.Simd;
using ManualVae.Data;
using ManualVae.Evaluation;
using ManualVae.Models;
using ManualVae.Tests.Models;
using ManualVae.Training;
using Xunit;

namespace ManualVae.Tests.Training;

/// <summary>A model that is split by items over ranks is the model of one process.</summary>
public sealed class RankTrainingTests : IDisposable
{
    private const int Items = 23;

    private static readonly RunSettings Plain = new()
    {
        Epochs = 4, BatchSize = 7, Hidden = [12], Latent = 5, BetaSteps = 20, Seed = 3, ValidationMetric = "NDCG@5",
        LearningRate = 0.01, WeightDecay = 1e-3,
    };

    private static readonly RunSettings Anchored = Plain with { AnchorWeight = 0.5 };

    private static readonly Dictionary<string, RunSettings> Kinds = new()
    {
        ["multinomial"] = Plain,
        ["gaussian"] = Plain with { Likelihood = LikelihoodKind.Gaussian },
        ["logistic"] = Plain with { Likelihood = LikelihoodKind.Logistic },
        ["dae"] = Plain with { Model = "multdae" },
        ["no hidden layers"] = Plain with { Hidden = [] },
        ["mask then normalise"] = Plain with { Mask = MaskMode.MaskThenNormalise },
        ["plain mask"] = Plain with { Mask = MaskMode.Plain },
        ["clean"] = Plain with { Mask = MaskMode.Clean },
        ["anchors"] = Anchored,
        ["sampled anchors"] = Anchored with { AnchorForm = AnchorForm.Sampled },
        ["variance alone"] = Anchored with { AnchorPart = AnchorPart.Variance },
        ["rare anchors"] = Anchored with { AnchorWeighting = AnchorWeighting.Rarity, AnchorsPerItem = 2 },
        ["codebook"] = Anchored with { AnchorCodebook = 3 },
        ["vamp, two levels"] = Plain with { Prior = PriorKind.Vamp, PseudoInputs = 4, Encoder = EncoderKind.Gated, Levels = 2 },
        ["recvae"] = Plain with
        {
            Encoder = EncoderKind.Recvae,
            Prior = PriorKind.Composite,
            KlPerClick = true,
            Beta = 0.01,
            Hidden = [12, 12],
            DecoderHidden = [],
            EncoderPasses = 2,
            DecoderPasses = 1,
            BetaSchedule = BetaScheduleKind.Constant,
        },
    };

    private readonly string _folder = Directory.CreateTempSubdirectory("manualvae-ranks-").FullName;

    public static TheoryData<string> AllKinds => [.. Kinds.Keys];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>31 training users, one of them without clicks and one with all; 9 validation users.</summary>
    private static PreparedDataset Data()
    {
        var clicks = ToyClicks.Random(40, Items);
        var (train, held) = (clicks.SelectRows(Enumerable.Range(0, 31).ToArray()),
            clicks.SelectRows(Enumerable.Range(31, 9).ToArray()));
        var (foldIn, heldOut) = (new List<(int, int)>(), new List<(int, int)>());
        for (int user = 0; user < held.Rows; user++)
            foreach (int item in held.RowColumns(user)) (item % 3 == 0 ? heldOut : foldIn).Add((user, item));
        return new PreparedDataset(
            new DatasetManifest { Source = new("synthetic", "random"), Split = SplitKind.Strong }, train,
            new EvaluationSplit(CsrMatrix.FromPairs(9, Items, foldIn), CsrMatrix.FromPairs(9, Items, heldOut), 31), null,
            [.. Enumerable.Range(0, 40).Select(u => $"user-{u}")],
            new ItemList([.. Enumerable.Range(0, Items).Select(i => $"item-{i}")]));
    }

    /// <summary>What a training shows: each update's losses, the epochs, the metrics at the end.</summary>
    private sealed class Seen : ITrainingObserver
    {
        public List<double> Losses { get; } = [];
        public List<double> Values { get; } = [];
        public void Updated(in TrainingProgress p) => Losses.AddRange([p.Reconstruction, p.Kl, p.Anchor]);

        public void EpochEnded(EpochMetrics epoch)
        {
            Losses.Add(epoch.Loss);
            if (epoch.AnchorSpread is double spread) Losses.Add(spread);
            Values.Add(epoch.Validation!.Value);
        }
    }

    private static Seen Train(RunSettings settings, IBackend backend, RunFolder? run = null, int? pauseAfter = null)
    {
        var seen = new Seen();
        using var trainer = new Trainer(Data(), settings, backend, run, seen, resume: run is not null
            && File.Exists(run.LastCheckpoint))
        { PauseAfter = pauseAfter };
        trainer.Run();
        Metric[] metrics = [Metric.Parse("Recall@3"), Metric.Parse("NDCG@10"), Metric.Parse("GAUC")];
        seen.Values.AddRange(Evaluator.Evaluate(trainer.Model, Data().Validation!, metrics).Metrics.Select(m => m.Mean));
        return seen;
    }

    private static Seen[] TrainOver(int ranks, Func<IBackend> backend, RunSettings settings, Func<int, RunFolder>? run = null,
        int? pauseAfter = null, int groups = 1)
    {
        var seen = new Seen[ranks];
        ThreadRanks.Run(ranks, of =>
        {
            using var own = new RankBackend(backend(), RankGrid.Of(of, groups));
            var folder = of.IsFirst ? run?.Invoke(0) : null;
            of.Barrier();
            folder ??= run?.Invoke(of.Rank);
            seen[of.Rank] = Train(settings, own, folder, pauseAfter);
        });
        return seen;
    }

    private static void Same(Seen expected, Seen actual, double tolerance)
    {
        Assert.Equal(expected.Losses.Count, actual.Losses.Count);
        foreach (var (one, split) in expected.Losses.Zip(actual.Losses))
            Assert.Equal(one, split, tolerance * Math.Max(1e-3, Math.Abs(one)));
        foreach (var (one, split) in expected.Values.Zip(actual.Values)) Assert.Equal(one, split, 1e-6);
    }

    [Theory, MemberData(nameof(AllKinds))]
    public void In_double_precision_three_ranks_train_the_model_of_one_process(string kind)
    {
        using var reference = new ReferenceBackend();
        var one = Train(Kinds[kind], reference);
        Assert.All(TrainOver(3, () => new ReferenceBackend(), Kinds[kind]), seen => Same(one, seen, 1e-9));
    }

    [Theory]
    [InlineData("multinomial", 1)]
    [InlineData("multinomial", 2)]
    [InlineData("gaussian", 3)]
    [InlineData("logistic", 4)]
    [InlineData("anchors", 4)]
    [InlineData("rare anchors", 2)]
    [InlineData("recvae", 2)]
    public void With_updates_in_the_backward_pass_ranks_train_the_model_of_one_process_and_repeat_their_bits(
        string kind, int ranks)
    {
        using var simd = new SimdBackend(1);
        var one = Train(Kinds[kind], simd);
        var first = TrainOver(ranks, () => new SimdBackend(1), Kinds[kind]);
        Assert.All(first, seen => Same(one, seen, 1e-5));
        var again = TrainOver(ranks, () => new SimdBackend(2), Kinds[kind]);
        Assert.All(first.Concat(again), seen => Assert.Equal(first[0].Losses, seen.Losses)); // on every rank, each time
    }

    /// <summary>Batches of 7 over 2, 3 and 8 groups: uneven parts, and groups without a user.</summary>
    [Theory]
    [InlineData("multinomial", 2, 2)]
    [InlineData("gaussian", 3, 3)]
    [InlineData("logistic", 8, 8)]
    [InlineData("anchors", 4, 2)]
    [InlineData("vamp, two levels", 2, 2)]
    [InlineData("recvae", 4, 2)]
    public void Groups_of_ranks_that_share_the_users_train_the_model_of_one_process(string kind, int ranks, int groups)
    {
        using var reference = new ReferenceBackend();
        var one = Train(Kinds[kind], reference);
        Assert.All(TrainOver(ranks, () => new ReferenceBackend(), Kinds[kind], groups: groups), seen => Same(one, seen, 1e-9));
        var first = TrainOver(ranks, () => new SimdBackend(1), Kinds[kind], groups: groups);
        Assert.All(first, seen => Same(one, seen, 1e-3));
        var again = TrainOver(ranks, () => new SimdBackend(2), Kinds[kind], groups: groups);
        Assert.All(first.Concat(again), seen => Assert.Equal(first[0].Losses, seen.Losses));
    }

    [Fact]
    public void A_run_of_two_groups_goes_on_in_one_process()
    {
        string path = Path.Combine(_folder, "run");
        RunFolder Folder(int rank) => rank > 0 || Directory.Exists(path) ? RunFolder.Open(path) : RunFolder.Create(path,
            new RunManifest { Model = "multvae", Settings = Anchored, Data = "toy", DataHash = "0", Items = Items });
        TrainOver(4, () => new ReferenceBackend(), Anchored, Folder, pauseAfter: 2, groups: 2);
        using var alone = new ReferenceBackend();
        var resumed = Train(Anchored, alone, RunFolder.Open(path));
        var whole = Train(Anchored, alone);
        Assert.Equal(whole.Losses[^1], resumed.Losses[^1], 1e-9);
        Assert.Equal(whole.Values[^3..], resumed.Values[^3..], (a, b) => Math.Abs(a - b) < 1e-6);
    }

    [Fact]
    public void Ranks_that_cannot_be_divided_into_groups_are_refused() => ThreadRanks.Run(4, of => Assert.Contains(
        "take a divisor of 4", Assert.Throws<InputException>(() => RankGrid.Of(of, 3)).Message, StringComparison.Ordinal));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_run_of_two_ranks_goes_on_with_three_and_any_process_opens_it(bool simd)
    {
        Func<IBackend> backend = simd ? () => new SimdBackend(1) : () => new ReferenceBackend();
        string path = Path.Combine(_folder, "run");
        RunFolder Folder(int rank) => rank > 0 || Directory.Exists(path) ? RunFolder.Open(path) : RunFolder.Create(path,
            new RunManifest { Model = "multvae", Settings = Anchored, Data = "toy", DataHash = "0", Items = Items });
        TrainOver(2, backend, Anchored, Folder, pauseAfter: 2);
        var resumed = TrainOver(3, backend, Anchored, Folder);

        using var alone = backend();
        var whole = Train(Anchored, alone);
        Same(new Seen { Losses = { whole.Losses[^1] } }, new Seen { Losses = { resumed[0].Losses[^1] } }, simd ? 1e-5 : 1e-9);
        Assert.Equal(whole.Values[^3..], resumed[2].Values[^3..], (a, b) => Math.Abs(a - b) < 1e-6);
        using var model = new Autoencoder(alone, Anchored, Items, 7, seed: null, training: false);
        Checkpoint.Load(RunFolder.Open(path).BestCheckpoint, model);
        var recall = Evaluator.Evaluate(model, Data().Validation!, [Metric.Parse("Recall@3")]);
        Assert.Equal(resumed[0].Values[^3], recall.Metrics[0].Mean, 1e-6);
    }

    [Fact]
    public void A_rank_needs_its_share_of_the_memory_of_items()
    {
        var settings = Plain with { AnchorWeight = 0.1, BatchSize = 50 };
        using var simd = new SimdBackend(1);
        long Bytes(IBackend backend) => MemoryEstimate.Of(settings, 100_000, backend).Bytes;
        long whole = Bytes(simd);
        ThreadRanks.Run(4, of =>
        {
            using var own = new RankBackend(simd, of, ownsInner: false);
            Assert.InRange(Bytes(own), 0.2499 * whole, 0.2501 * whole + 100_000);
        });
    }

    [Fact]
    public void A_backend_that_computes_no_parts_is_refused()
    {
        using var gpu = Backends.Create("ilgpu-cpu");
        var problem = Assert.Throws<NotSupportedException>(() => new RankBackend(gpu, Communicator.Alone));
        Assert.Contains("cannot share items", problem.Message);
    }
}
