using System.Globalization;
using ManualVae.Compute;
using ManualVae.Compute.Reference;
using ManualVae.Compute.Simd;
using ManualVae.Data;
using ManualVae.Models.Baselines;
using ManualVae.Tests.Evaluation;
using Xunit;

namespace ManualVae.Tests.Models.Baselines;

public class NcfTests
{
    private static readonly CsrMatrix Train = FixedScores.Rows(6, [0, 1, 2], [0, 1, 2], [3, 4], [3, 5], [1, 2, 5], [],
        [0, 1, 2, 3, 4, 5]);

    private static readonly NcfSettings Settings = new(Factors: 3, Epochs: 20, BatchSize: 40, LearningRate: 0.01);

    public static TheoryData<NcfKind> Kinds => [.. Enum.GetValues<NcfKind>()];

    private static IBackend Simd() => new SimdBackend(2);

    // GMF: 3 * -2 = -6. The MLP: [1, 2, -3, 1] with the last bias -1, then relu [1, 2, 0, 1] after a one of the user's,
    // then [1 - 2 + 0.5, 0 + 1], relu [0, 1], then 2 * 0 + 1 + 0.25 = 1.25.
    private static readonly float[]
        UserProduct = [3, 1], ItemProduct = [1, -2],
        UserDeep = [1, 0, 0, 1, /**/ 0, 0, 0, 0], ItemDeep = [0, 0, 0, 0, /**/ 0, 2, -3, 1],
        First = [1, 0, 0, 0, 1, 0, 0, 0, /**/ 0, 1, 0, 0, 0, 1, 0, 0, /**/ 0, 0, 1, 0, 0, 0, 1, 0, /**/ 0, 0, 0, 1, 0, 0, 0, 1],
        Second = [1, -1, 0, 0, /**/ 0, 0, 1, 1], Third = [2, 1], FirstBias = [0, 0, 0, -1], SecondBias = [0.5f, 0],
        ThirdBias = [0.25f];

    [Theory]
    [InlineData(NcfKind.Gmf, -2.9f)]
    [InlineData(NcfKind.Mlp, 2.6f)]
    [InlineData(NcfKind.NeuMf, -0.4f)]
    public void The_logit_is_the_one_computed_by_hand(NcfKind kind, float expected)
    {
        Array[] deep = [UserDeep, ItemDeep, First, Second, Third, FirstBias, SecondBias, ThirdBias];
        Array[] state = kind switch
        {
            NcfKind.Gmf => [UserProduct, ItemProduct, new[] { 0.5f, 0.1f }],
            NcfKind.Mlp => [.. deep, new[] { 2f, 0.1f }],
            _ => [UserProduct, ItemProduct, .. deep, new[] { 0.5f, 2, 0.1f }],
        };
        using var model = Ncf.Restore(kind, 1, state, Simd);
        var scores = new float[4];
        model.Score(FixedScores.Rows(2, [], []), 0, 2, scores);
        Assert.Equal(expected, scores[1], 1e-6f);
        Assert.Equal(state, model.State);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_gradients_are_those_of_central_differences(NcfKind kind)
    {
        using var fitted = NcfTraining.Fit(kind, Train, Settings, Simd); // away from the start, where vectors are nearly zero
        using var model = Ncf.Owning(() => new ReferenceBackend(),
            memory => NcfTraining.New(memory, kind, Train, Settings, adam: false));
        model.Load(fitted.State);
        var backend = model.Memory.Backend;
        var training = new NcfTraining(model, Train, Settings, adam: false);
        training.Begin(1);
        const int count = 40;
        training.AddGradients(0, count);
        var (checkedCount, largest) = (0, 0.0);

        void Check(string name, int i, double gradient, double above, double below, double width)
        {
            double numeric = (above - below) / (width * count);
            Assert.True(Math.Abs(numeric - gradient) < 1e-6 + 1e-3 * Math.Abs(numeric), $"{name}[{i}]: {gradient}, {numeric}");
            largest = Math.Max(largest, Math.Abs(numeric));
            checkedCount++;
        }

        var gradients = model.Parameters.Select(parameter => Values(backend, parameter.Gradient)).ToArray();
        var vectorGradients = model.Tables.Select(table => table.Gradient()).ToArray();
        foreach (var (parameter, gradient) in model.Parameters.Zip(gradients))
        {
            var values = Values(backend, parameter.Value);
            double LossWith(int i, double change)
            {
                values[i] += change;
                backend.Upload(values, parameter.Value);
                values[i] -= change;
                return training.AddGradients(0, count);
            }
            for (int i = 0; i < values.Length; i++)
                Check(parameter.Name, i, gradient[i], LossWith(i, 1e-5), LossWith(i, -1e-5), 2e-5);
            backend.Upload(values, parameter.Value);
        }
        foreach (var (table, gradient) in model.Tables.Zip(vectorGradients))
            for (int i = 0; i < gradient.Length; i++)
            {
                float value = table.Values[i], up = value + 1f / 8192, down = value - 1f / 8192;
                table.Values[i] = up;
                double above = training.AddGradients(0, count);
                table.Values[i] = down;
                double below = training.AddGradients(0, count);
                table.Values[i] = value;
                Check("vector", i, gradient[i], above, below, (double)up - down);
            }
        Assert.True(checkedCount >= 13 * Settings.Factors && largest > 0.01, $"{checkedCount} {largest}");
    }

    [Fact]
    public void Each_click_comes_once_an_epoch_with_four_negatives_that_its_user_has_not_clicked()
    {
        (int User, int Item, int Label)[] Epoch(uint epoch)
        {
            var samples = new NcfSamples(Train, new());
            samples.Begin(epoch);
            var (users, items, labels) = (new int[samples.Count], new int[samples.Count], new int[samples.Count]);
            samples.Load(0, users, items, labels);
            return [.. Enumerable.Range(0, users.Length).Select(s => (users[s], items[s], labels[s]))];
        }
        var first = Epoch(1);
        var clicks = Enumerable.Range(0, Train.Rows).SelectMany(user => Train.RowColumns(user).ToArray()
            .Select(item => (user, item)));
        var some = first.Where(s => s.User != 6).ToArray(); // user 6 clicked everything: five times, for want of negatives
        Assert.Equal(clicks.Where(c => c.user != 6), some.Where(s => s.Label == 1).Select(s => (s.User, s.Item)).Order());
        Assert.All(some.Where(s => s.Label == 0), s => Assert.False(Train.Contains(s.User, s.Item)));
        Assert.All(some.GroupBy(s => s.User), user =>
            Assert.Equal(4 * user.Count(s => s.Label == 1), user.Count(s => s.Label == 0)));
        Assert.Equal(30, first.Count(s => s is { User: 6, Label: 1 }));
        Assert.Equal(first, Epoch(1));
        Assert.NotEqual(first.Order(), Epoch(2).Order());
    }

    [Fact]
    public void Updates_at_rest_taken_at_once_are_those_of_dense_Adam()
    {
        const int rows = 5, width = 11, steps = 700;
        var (random, optimizer) = (new Random(3), new NcfOptimizer(1e-3, adam: true));
        var table = new EmbeddingTable(rows, width, 3, counting: false);
        table.Draw(new RandomKey(1, 0, RandomPurpose.Initialisation), 0);
        double[] w = [.. table.Values.Select(x => (double)x)], m = new double[w.Length], v = new double[w.Length];
        for (int step = 1; step <= steps; step++)
        {
            // Row 4 rests for 500 updates; row 3 comes twice in a batch.
            int[] batch = step is < 100 or >= 600 && step % 7 == 0 ? [4, random.Next(3), 3] : [random.Next(3), 3, 3];
            var gradient = new float[3 * width];
            for (int i = 0; i < gradient.Length; i++) gradient[i] = (float)(0.01 * (random.NextDouble() - 0.3));
            optimizer.Begin();
            table.Read(batch, optimizer, new float[3 * width], 0, width);
            table.TakeGradient(batch, gradient, 0, width);
            table.Update(optimizer);
            optimizer.End();

            var dense = new double[w.Length];
            for (int s = 0; s < 3; s++)
                for (int i = 0; i < width; i++) dense[batch[s] * width + i] += gradient[s * width + i];
            double rate = new AdamStep(1e-3, step).CorrectedRate;
            for (int i = 0; i < w.Length; i++)
            {
                m[i] = 0.9 * m[i] + 0.1 * dense[i];
                v[i] = 0.999 * v[i] + 0.001 * dense[i] * dense[i];
                w[i] -= rate * m[i] / (Math.Sqrt(v[i]) + 1e-8);
            }
        }
        table.Flush(optimizer);
        for (int i = 0; i < w.Length; i++) Assert.Equal(w[i], table.Values[i], 2e-5);
        Assert.True(Math.Abs(w[4 * width] - 0.01) > 0.02); // it has moved by much more than that
    }

    [Fact]
    public void NeuMF_starts_from_both_parts_with_halved_outputs()
    {
        Array[] gmf = [UserProduct, ItemProduct, new[] { 4f, 1 }];
        Array[] mlp = [UserDeep, ItemDeep, First, Second, Third, FirstBias, SecondBias, ThirdBias, new[] { -6f, 3 }];
        var fused = NcfTraining.Fuse(gmf, mlp);
        Assert.Equal([2f, -3, 2], (float[])fused[^1]);
        Assert.Equal([UserProduct, ItemProduct, .. mlp[..^1]], fused.SkipLast(1));
    }

    [Fact]
    public void Pretraining_starts_at_the_mean_of_both_parts_and_descends_plainly()
    {
        var settings = new NeuMfSettings(3, 1, 40, 0.01, Pretrain: true, GmfEpochs: 4, MlpEpochs: 6);
        using var gmf = NcfTraining.Fit(NcfKind.Gmf, Train, settings.Of(4), Simd);
        using var mlp = NcfTraining.Fit(NcfKind.Mlp, Train, settings.Of(6), Simd);
        using var fitted = NcfTraining.Fit(Train, settings, Simd);
        var (a, b, c) = (Scores(gmf), Scores(mlp), Scores(fitted));
        double moved = Enumerable.Range(0, c.Length).Max(i => Math.Abs(c[i] - (a[i] + b[i]) / 2));
        Assert.InRange(moved, 1e-6, 0.05); // three updates of gradient descent at 0.01
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_bits_do_not_depend_on_the_number_of_threads(NcfKind kind)
    {
        using var one = NcfTraining.Fit(kind, Train, Settings with { Factors = 8 }, () => new SimdBackend(1));
        using var three = NcfTraining.Fit(kind, Train, Settings with { Factors = 8 }, () => new SimdBackend(3));
        Assert.Equal(one.State, three.State);
        Assert.Equal(Scores(one), Scores(three));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_loss_falls_and_a_new_seed_gives_another_model(NcfKind kind)
    {
        var losses = new List<double>();
        using var model = NcfTraining.Fit(kind, Train, Settings, Simd, new FitMonitor(line =>
        {
            if (line.Contains("loss"))
                losses.Add(double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
        }));
        Assert.Equal(20, losses.Count);
        Assert.Equal(Math.Log(2), losses[0], 0.05);
        Assert.True(losses[^1] < 0.8 * losses[0], $"{losses[0]} to {losses[^1]}");
        using var other = NcfTraining.Fit(kind, Train, Settings with { Seed = 2 }, Simd);
        Assert.NotEqual(Scores(model), Scores(other));
    }

    [Fact]
    public void Users_nobody_trained_on_and_impossible_settings_are_refused()
    {
        using var model = NcfTraining.Fit(NcfKind.NeuMf, Train, Settings with { Epochs = 1 }, Simd);
        Assert.Contains("7 training users", Assert.Throws<InputException>(
            () => model.Score(FixedScores.Rows(6, [1]), 0, 1, new float[6])).Message);
        Assert.Throws<InputException>(() => NcfTraining.Fit(NcfKind.Gmf, Train, Settings with { Factors = 0 }, Simd));
        Assert.Throws<OperationCanceledException>(() =>
            NcfTraining.Fit(NcfKind.Mlp, Train, Settings, Simd, new FitMonitor(null, new CancellationToken(true))));
    }

    private static float[] Scores(Ncf model)
    {
        var scores = new float[Train.Rows * Train.Columns];
        model.Score(Train, 0, Train.Rows, scores);
        return scores;
    }

    private static double[] Values(IBackend backend, ManualVae.Compute.Tensor tensor)
    {
        var values = new double[tensor.Length];
        backend.Download(tensor, values);
        return values;
    }
}
