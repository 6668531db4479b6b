using ManualVae.Compute;
using ManualVae.Compute.Reference;
using ManualVae.Compute.Simd;
using ManualVae.Data;
using ManualVae.Models;
using ManualVae.Models.Baselines;
using ManualVae.Tests.Models;
using ManualVae.Training;
using Xunit;

namespace ManualVae.Tests.Training;

/// <summary>Runs that go on from another one with newer data.</summary>
public sealed partial class ContinuationTests : IDisposable
{
    private const int Items = 20;

    private static readonly RunSettings Settings = new()
    {
        Epochs = 2, BatchSize = 7, Hidden = [12], Latent = 5, BetaSteps = 20, Seed = 3, ValidationMetric = "NDCG@5",
        LearningRate = 0.01,
    };

    // Item i of the older data stands in column Moved[i] of the newer.
    private static readonly int[] Moved = [.. Enumerable.Range(0, Items).Select(i => (7 * i + 3) % Items)];

    private readonly string _folder = Directory.CreateTempSubdirectory("manualvae-continue-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static RunSettings Member(string name) => name switch
    {
        "multdae" => Settings with { Model = "multdae", WeightDecay = 0.001 },
        "gated" => Settings with { Encoder = EncoderKind.Gated },
        "recvae" => Settings with
        {
            Encoder = EncoderKind.Recvae,
            Hidden = [12, 12],
            DecoderHidden = [],
            Prior = PriorKind.Composite,
            KlPerClick = true,
            EncoderPasses = 2,
            DecoderPasses = 1,
            FanInInitialisation = true,
        },
        "vamp" => Settings with { Prior = PriorKind.Vamp, PseudoInputs = 3 },
        "hvamp" => Settings with { Encoder = EncoderKind.Gated, Prior = PriorKind.Vamp, Levels = 2, PseudoInputs = 3 },
        "negatives" => Settings with { Negatives = 2, LazyAdam = LazyAdamKind.Exact, BatchSize = 3 },
        "anchor" => Settings with { AnchorWeight = 1, AnchorWarmup = 3 },
        "rare anchors" => Settings with { AnchorWeight = 1, AnchorWeighting = AnchorWeighting.Rarity, AnchorsPerItem = 2 },
        // Every size that is none of items equals their number.
        "square" => Settings with
        {
            Encoder = EncoderKind.Gated,
            Prior = PriorKind.Vamp,
            Levels = 2,
            Hidden = [Items, Items],
            Latent = Items,
            PseudoInputs = Items,
            AnchorWeight = 1,
        },
        _ => Settings,
    };

    /// <summary>31 training users, 9 of validation; checkerboard tastes. Columns as <see cref="Moved"/> if asked.</summary>
    private static PreparedDataset Data(bool moved = false)
    {
        var clicks = ToyClicks.Checkerboard(40, Items);
        int Column(int item) => moved ? Moved[item] : item;
        CsrMatrix Pick(int first, int count, Func<int, bool> items) => CsrMatrix.FromPairs(count, Items,
            [.. from row in Enumerable.Range(0, count) from item in clicks.RowColumns(first + row).ToArray() where items(item)
                orderby row, Column(item) select (row, Column(item))]);
        string[] ids = new string[Items];
        for (int item = 0; item < Items; item++) ids[Column(item)] = $"item-{item}";
        return new(new DatasetManifest { Source = new("synthetic", "checkerboard"), Split = SplitKind.Strong },
            Pick(0, 31, _ => true), new EvaluationSplit(Pick(31, 9, item => item >= 6), Pick(31, 9, item => item < 6), 31), null,
            [.. Enumerable.Range(0, 40).Select(u => $"user-{u}")], new ItemList(ids));
    }

    /// <summary>The newer clicks: items 4 and 9 are gone, three are new; the last was never clicked.</summary>
    private static PreparedDataset Grown()
    {
        var older = Data();
        int[] map = new int[Items];
        int next = 0;
        for (int item = 0; item < Items; item++) map[item] = item is 4 or 9 ? -1 : next++;
        CsrMatrix Grow(CsrMatrix clicks) => CsrMatrix.FromPairs(clicks.Rows, next + 3,
            [.. from row in Enumerable.Range(0, clicks.Rows)
                let old = clicks.RowColumns(row).ToArray().Where(item => map[item] >= 0).Select(item => map[item])
                from item in row % 2 == 0 ? old.Append(next) : old.Append(next + 1)
                select (row, item)]);
        return new(older.Manifest, Grow(older.Train),
            new EvaluationSplit(Grow(older.Validation!.FoldIn), older.Validation.HeldOut.MapColumns(next + 3, map), 31), null,
            older.UserIds, new ItemList([.. Enumerable.Range(0, Items).Where(item => map[item] >= 0).Select(i => $"item-{i}"),
                "even", "odd", "never"]));
    }

    private RunFolder NewRun(string name, RunSettings settings, PreparedDataset data, Continuation? from = null)
    {
        var manifest = new RunManifest
        {
            Model = settings.Model, Settings = settings, Data = "toy", DataHash = "0", Items = data.ItemCount,
            ContinuedFrom = from?.Source,
        };
        return RunFolder.Create(Path.Combine(_folder, name), manifest, RunIds.Of(data, settings));
    }

    private RunFolder Train(RunSettings settings, PreparedDataset data, IBackend backend, string name = "older")
    {
        var run = NewRun(name, settings, data);
        using var trainer = new Trainer(data, settings, backend, run);
        trainer.Run();
        return run;
    }

    private static double[] Download(Autoencoder model, Tensor tensor)
    {
        var values = new double[tensor.Length];
        model.Backend.Download(tensor, values);
        return values;
    }

    private static double[][] Weights(Autoencoder model) => [.. model.Parameters.All.Select(p =>
    {
        model.Backend.Flush(p);
        return Download(model, p.Value);
    })];

    [Theory]
    [InlineData("multvae")]
    [InlineData("multdae")]
    [InlineData("gated")]
    [InlineData("recvae")]
    [InlineData("vamp")]
    [InlineData("hvamp")]
    [InlineData("anchor")]
    [InlineData("rare anchors")]
    [InlineData("negatives")]
    public void Permuted_items_give_permuted_weights_and_moments(string member)
    {
        var settings = Member(member);
        using var backend = new SimdBackend(2);
        var run = Train(settings, Data(), backend);
        using var older = new Autoencoder(backend, settings, Items, 7, seed: null);
        Checkpoint.Load(run.LastCheckpoint, older);
        var data = Data(moved: true);
        using var trainer = new Trainer(data, settings, backend);
        trainer.ContinueFrom(Continuation.Open(run, data, settings));
        int moved = 0;
        foreach (var (from, to) in older.Parameters.All.Zip(trainer.Model.Parameters.All))
        {
            // No other size is 20, so here the number tells.
            bool rows = from.Value.Rows == Items, columns = from.Value.Columns == Items;
            if (rows || columns) moved++;
            Tensor[] sources = from.IsConstant ? [from.Value] : [from.Value, from.FirstMoment, from.SecondMoment];
            Tensor[] targets = to.IsConstant ? [to.Value] : [to.Value, to.FirstMoment, to.SecondMoment];
            foreach (var (source, target) in sources.Zip(targets))
            {
                var (expected, actual) = (Download(older, source), Download(trainer.Model, target));
                for (int r = 0; r < source.Rows; r++)
                    for (int c = 0; c < source.Columns; c++)
                        Assert.Equal(expected[r * source.Columns + c],
                            actual[(rows ? Moved[r] : r) * source.Columns + (columns ? Moved[c] : c)]);
            }
            if (!from.IsConstant) Assert.Contains(Download(older, from.SecondMoment), moment => moment != 0);
        }
        Assert.True(moved >= 3, $"{moved} parameters have an item dimension"); // first layer, last layer, its bias
    }

    [Theory]
    [InlineData("multvae")]
    [InlineData("recvae")]
    [InlineData("hvamp")]
    [InlineData("square")]
    [InlineData("negatives")]
    public void Without_an_epoch_it_scores_as_the_older_run(string member)
    {
        var settings = Member(member);
        using var backend = new ReferenceBackend();
        var run = Train(settings, Data(), backend);
        using var older = new Autoencoder(backend, settings, Items, 9, seed: null);
        Checkpoint.Load(run.LastCheckpoint, older);
        var data = Data(moved: true);
        using var trainer = new Trainer(data, settings, backend);
        trainer.ContinueFrom(Continuation.Open(run, data, settings));
        float[] before = new float[9 * Items], after = new float[9 * Items];
        older.Score(Data().Validation!.FoldIn, 0, 9, before);
        trainer.Model.Score(data.Validation!.FoldIn, 0, 9, after);
        for (int user = 0; user < 9; user++)
            for (int item = 0; item < Items; item++)
                Assert.Equal(before[user * Items + item], after[user * Items + Moved[item]], 1e-5);
        Assert.Equal(RunFolder.Open(run.Path).ReadMetrics().Last(epoch => epoch.Best).Validation!.Value,
            trainer.State.Start!.Validation!.Value, 1e-12); // that of the best epoch
    }

    [Fact]
    public void Items_that_are_gone_are_dropped_and_new_ones_start_near_those_of_the_same_users()
    {
        using var backend = new ReferenceBackend();
        var run = Train(Settings, Data(), backend);
        using var older = new Autoencoder(backend, Settings, Items, 7, seed: null);
        Checkpoint.Load(run.LastCheckpoint, older);
        var data = Grown();
        using var trainer = new Trainer(data, Settings, backend);
        var continuation = Continuation.Open(run, data, Settings);
        Assert.Equal(new(31, 0, 0), continuation.Source.Changes.Users);
        Assert.Equal(new(21, 3, 2), continuation.Source.Changes.Items);
        trainer.ContinueFrom(continuation);
        var (from, to) = (older.Decoder.Output, trainer.Model.Decoder.Output);
        int width = from.Weight.Value.Columns;
        double[] before = Download(older, from.Weight.Value), after = Download(trainer.Model, to.Weight.Value);
        double[] Row(double[] values, int row) => values[(row * width)..((row + 1) * width)];
        Assert.Equal(Row(before, 3), Row(after, 3));
        Assert.Equal(Row(before, 5), Row(after, 4));
        Assert.Equal(Row(before, 19), Row(after, 17));
        // Never clicked: the mean of all known items that are left, far less popular than they.
        double[] mean = [.. Enumerable.Range(0, width).Select(c => Enumerable.Range(0, 18).Average(row => Row(after, row)[c]))];
        Assert.All(mean.Zip(Row(after, 20)), pair => Assert.Equal(pair.First, pair.Second, 1e-12));
        double[] biases = Download(trainer.Model, to.Bias.Value);
        int[] clicks = data.Train.ColumnCounts();
        double shifted = Enumerable.Range(0, 18).Average(i => biases[i] - Math.Log(clicks[i] + 0.5)) + Math.Log(0.5);
        Assert.Equal(shifted, biases[20], 1e-12);
        // Moments of new items are zero.
        Assert.All(Row(Download(trainer.Model, to.Weight.SecondMoment), 18), moment => Assert.Equal(0, moment));
        Assert.Contains(Row(Download(trainer.Model, to.Weight.SecondMoment), 17), moment => moment != 0);
        trainer.Run();
        Assert.Equal(2, trainer.State.Epoch);
    }

    [Fact]
    public void A_new_item_of_one_neighbour_starts_at_its_vector_and_bias_shifted_by_popularity()
    {
        // Known items 0 and 1 in columns 0 and 2; the new item in column 1 shares users with item 0 only.
        var train = CsrMatrix.FromPairs(5, 3, [(0, 0), (0, 1), (1, 0), (2, 0), (3, 2), (4, 2)]);
        var items = new NewItems(train, [0, -1, 1], knownItems: 2);
        Assert.Equal([[1]], items.Starts);
        Assert.Equal([(0, 1.0)], items.StartedBy(0));
        Assert.Empty(items.StartedBy(1));
        // Cosines 1/sqrt(1 x 3) and 1/sqrt(1 x 2) where it shares a user with each.
        var both = new NewItems(
            CsrMatrix.FromPairs(5, 3, [(0, 0), (0, 1), (0, 2), (1, 0), (2, 0), (3, 2)]), [0, -1, 1], knownItems: 2);
        double sum = 1 / Math.Sqrt(3) + 1 / Math.Sqrt(2);
        Assert.Equal(1 / Math.Sqrt(3) / sum, both.StartedBy(0)[0].Weight, 1e-6);
        Assert.Equal(1 / Math.Sqrt(2) / sum, both.StartedBy(1)[0].Weight, 1e-6);
    }

    [Fact]
    public void Ials_goes_on_from_the_vectors_of_known_items()
    {
        var (older, grown) = (Data(), Grown());
        var settings = new IalsSettings(Factors: 4, Epochs: 60);
        using var fitted = Ials.Fit(older.Train, settings);
        int[] known = [.. grown.ItemIds.Select(id => Array.IndexOf(older.ItemIds, id))];
        // From the fixed point on its own data another pass changes nothing; from a draw it does.
        var itself = new ItemStart(fitted.ItemVectors.ToArray(), 4, [.. Enumerable.Range(0, Items)]);
        using var same = Ials.Fit(older.Train, settings with { Epochs = 1 }, start: itself);
        using var drawn = Ials.Fit(older.Train, settings with { Epochs = 1 });
        Assert.True(Distance(fitted.ItemVectors, same.ItemVectors) < 1e-2, $"{Distance(fitted.ItemVectors, same.ItemVectors)}");
        Assert.True(Distance(fitted.ItemVectors, drawn.ItemVectors) > 0.1);
        using var next = Ials.Fit(grown.Train, settings with { Epochs = 2 }, start: new(itself.Vectors, 4, known));
        Assert.Equal(21, next.ItemCount);
        Assert.Throws<InputException>(() => Ials.Fit(grown.Train, settings with { Factors = 2 }, start: itself));
    }

    private static double Distance(ReadOnlySpan<float> a, ReadOnlySpan<float> b) =>
        System.Numerics.Tensors.TensorPrimitives.Distance(a, b);
}
