using ManualVae.Compute;
using ManualVae.Compute.Cases;
using ManualVae.Compute.Reference;
using ManualVae.Data;
using ManualVae.Models;
using ManualVae.Training;
using Xunit;

namespace ManualVae.Tests.Compute;

/// <summary>What every device that runs the GPU kernels must satisfy; the fused updates, SIMD too.</summary>
internal static class BackendChecks
{
    /// <summary>The names of the operations in the case table.</summary>
    public static TheoryData<string> Operations => [.. OperationCases.Awkward().Select(test => test.Operation).Distinct()];

    /// <summary>All awkward shapes of an operation, forward and backward.</summary>
    public static void AssertAgrees(string operation, IBackend backend)
    {
        foreach (var test in OperationCases.Awkward().Where(test => test.Operation == operation))
            BackendParity.AssertAgrees(test, backend);
    }

    /// <summary>Sizes around the tiles (16, 64, 128), M below K and above, and inner dimensions that are divided unevenly.</summary>
    public static void AssertLevelsAgree(IBackend backend)
    {
        var ladder = Assert.IsAssignableFrom<ILayeredGemm>(backend);
        foreach (var (m, n, k) in new[] { (1, 1, 1), (3, 130, 17), (129, 5, 33), (20, 31, 300), (70, 40, 9) })
            foreach (var transpose in Enum.GetValues<Transpose>())
            {
                var expected = Multiply(new ReferenceBackend(), transpose, m, n, k, null);
                foreach (string level in ladder.Levels)
                {
                    // The emulation of tensor cores waits for all lanes at every step; one shape crosses all its edges.
                    if (level == "tf32" && backend.Name == "ilgpu-cpu" && k != 9) continue;
                    var actual = Multiply(ladder, transpose, m, n, k, level);
                    double tolerance = level == "tf32" ? 4e-3 : 1e-5;
                    for (int i = 0; i < expected.Length; i++)
                        Assert.True(Math.Abs(expected[i] - actual[i]) <= tolerance * Math.Sqrt(k),
                            $"{level} {transpose} {m}x{n}x{k} [{i}]: expected {expected[i]:R}, got {actual[i]:R}");
                }
            }
    }

    /// <summary>Ties, NaN, infinities, zeros of both signs, excluded items, more wanted than there are; the scores stay.</summary>
    public static void AssertTopKAgrees(IBackend backend)
    {
        const int rows = 6, columns = 300;
        var key = new RandomKey(4, 0, RandomPurpose.Study);
        var scores = new float[rows * columns];
        for (int i = 0; i < scores.Length; i++)
            scores[i] = CounterRandom.Below(key, 0, (uint)i, 9) switch
            {
                0 => float.NaN,
                1 => float.NegativeInfinity,
                2 => -0f,
                3 => 0f,
                4 => i % 50 == 0 ? float.PositiveInfinity : 1,
                _ => (float)CounterRandom.Normal(key, 1, (uint)i),
            };
        List<(int, int)> excluded = [];
        for (int column = 0; column < columns; column++)
        {
            excluded.Add((1, column)); // nothing is left to rank
            if (column != 7) excluded.Add((2, column)); // one is left
            if (column % 3 == 0) excluded.Add((3, column));
        }
        var matrix = CsrMatrix.FromPairs(rows, columns, excluded);
        foreach (int k in new[] { 1, 5, 100, columns, columns + 3 })
        {
            var expected = Rank(new ReferenceBackend());
            var actual = Rank(backend);
            Assert.Equal(expected.Items, actual.Items);
            Assert.Equal(expected.Scores, actual.Scores);
            Assert.Equal(scores, actual.After);

            (int[] Items, float[] Scores, float[] After) Rank(IBackend on)
            {
                var tensor = on.Allocate(rows, columns);
                on.Upload(scores, tensor);
                var batch = on.AllocateBatch(rows, columns, excluded.Count);
                batch.Load(matrix, [0, 1, 2, 3, 4, 5]);
                var (items, best, after) = (new int[rows * k], new float[rows * k], new float[scores.Length]);
                on.TopK(tensor, batch, k, items, best);
                on.Download(tensor, after);
                on.Free(tensor);
                return (items, best, after);
            }
        }
    }

    /// <summary>A mask of ones at keep probability 1/2: exactly the clicks that <see cref="CounterRandom"/> keeps.</summary>
    public static void AssertMasksEqual(IBackend backend)
    {
        const int rows = 5, columns = 200, firstUser = 70000;
        var matrix = CsrMatrix.FromPairs(rows, columns, [.. from row in Enumerable.Range(0, rows)
            from column in Enumerable.Range(0, columns) select (row, column)]);
        var key = new RandomKey(0x123456789ABCDEF0, 77, RandomPurpose.Mask);
        var batch = backend.AllocateBatch(rows, columns, rows * columns);
        batch.Load(matrix, [0, 1, 2, 3, 4], firstUser);
        backend.EncodeInputs(batch, new InputMask(MaskMode.MaskThenNormalise, 0.5f, key));
        var inputs = new float[rows * columns];
        backend.Download(batch.Inputs, inputs);
        for (int i = 0; i < inputs.Length; i++)
            Assert.Equal(CounterRandom.Keep(key, (uint)(firstUser + i / columns), (uint)(i % columns), 0.5f), inputs[i] > 0);
    }

    /// <summary>
    /// Updates of a small Mult-VAE on batches of different sizes, from loading to Adam, fused where the backend does that: the same
    /// weights as on the reference, which does not, and the same bits when repeated. One user and some items have no clicks.
    /// </summary>
    public static void AssertTrainsLikeTheReference(IBackend backend)
    {
        Assert.True(backend.FusesUpdates);
        var expected = Train(new ReferenceBackend());
        var actual = Train(backend);
        double largest = expected.Max(Math.Abs);
        for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], 1e-4 * largest);
        Assert.Equal(actual, Train(backend));

        static double[] Train(IBackend on)
        {
            const int users = 9, items = 37;
            var key = new RandomKey(8, 0, RandomPurpose.Study);
            var clicks = CsrMatrix.FromPairs(users, items, [.. from user in Enumerable.Range(0, users)
                from item in Enumerable.Range(0, items)
                where user != 4 && CounterRandom.Uniform(key, (uint)user, (uint)item) < 0.2 select (user, item)]);
            var settings = new AutoencoderSettings { Hidden = [19], Latent = 5, WeightDecay = 0.01 };
            using var model = new Autoencoder(on, settings, items, users, seed: 3, fuse: true);
            Assert.Equal(on.FusesUpdates, model.Parameters.All.Any(parameter => parameter.IsFused));
            var optimizer = new AdamOptimizer(on, model.Parameters.All, 1e-2);
            var batch = on.AllocateBatch(users, items, SparseBatch.LargestBatch(users, clicks));
            foreach (int[] rows in (int[][])[[0, 1, 2, 3, 4, 5, 6, 7, 8], [4], [8, 2, 5], [1, 4, 3, 0, 6, 7]])
            {
                uint update = (uint)optimizer.Step;
                batch.Load(clicks, rows);
                optimizer.Begin();
                model.Forward(batch, model.TrainingMask(3, update), new(3, update, RandomPurpose.LatentNoise));
                model.Backward(batch, new Objective(0.2));
                optimizer.End();
            }
            List<double> weights = [];
            foreach (var parameter in model.Parameters.All)
                foreach (var tensor in (Tensor[])[parameter.Value, parameter.FirstMoment, parameter.SecondMoment])
                {
                    var values = new double[tensor.Length];
                    on.Download(tensor, values);
                    weights.AddRange(values);
                }
            return [.. weights];
        }
    }

    /// <summary>
    /// A fused update is the gradient's: rows enough that the inner dimension is divided among groups where the device is small.
    /// </summary>
    public static void AssertFusedUpdatesAgree(IBackend backend, int rows = 300)
    {
        var (expected, actual) = (Run(new ReferenceBackend(), rows, fused: false), Run(backend, rows, fused: true));
        for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], 1e-5);

        static double[] Run(IBackend on, int rows, bool fused)
        {
            const int inputs = 7, outputs = 5;
            var parameter = new Parameter("w", Random(on, 1, outputs, inputs), fused ? default : on.Allocate(outputs, inputs),
                on.Allocate(outputs, inputs), on.Allocate(outputs, inputs)) { WeightDecay = 0.1, IsFused = fused };
            var (x, dy) = (Random(on, 2, rows, inputs), Random(on, 3, rows, outputs));
            for (int step = 1; step <= 2; step++)
            {
                parameter.FusedStep = new AdamStep(0.01, step);
                if (!fused) on.Fill(parameter.Gradient, 0);
                on.LinearBackward(x, parameter, null, dy, dx: default);
                if (!fused) on.Adam(parameter, parameter.FusedStep);
            }
            var values = new double[parameter.Value.Length];
            on.Download(parameter.Value, values);
            return values;
        }
    }

    /// <summary>A layer on a device that was asked for TF32: equal to the rounding of its operands, and not closer.</summary>
    public static void AssertTensorCoresServeLayers(IBackend backend)
    {
        var test = OperationCases.Linear(Activation.Identity, 7, 17, 13);
        var (expected, actual) = (OperationParity.Execute(test, new ReferenceBackend()), OperationParity.Execute(test, backend));
        double worst = 0;
        foreach (var (right, got) in expected.Zip(actual).Where(pair => pair.First.Name != "d bias"))
            worst = Math.Max(worst, right.Values.Zip(got.Values, (x, y) => Math.Abs(x - y)).Max() / right.Values.Max(Math.Abs));
        Assert.InRange(worst, 1e-5, 4e-3);
    }

    /// <summary>Batches loaded one after another while the work on the ones before may still be queued.</summary>
    public static void AssertLoadsDoNotDisturbQueuedWork(IBackend backend)
    {
        const int users = 40, items = 500, width = 30;
        var key = new RandomKey(9, 0, RandomPurpose.Study);
        var clicks = CsrMatrix.FromPairs(users, items, [.. from user in Enumerable.Range(0, users)
            from item in Enumerable.Range(0, items)
            where CounterRandom.Uniform(key, (uint)user, (uint)item) < 0.1 select (user, item)]);
        var (expected, actual) = (Run(new ReferenceBackend()), Run(backend));
        for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], 1e-4);

        double[] Run(IBackend on)
        {
            var weight = new Parameter("w", Random(on, 3, items, width), default, default, default);
            var batch = on.AllocateBatch(8, items, SparseBatch.LargestBatch(8, clicks));
            var y = on.Allocate(users, width);
            for (int first = 0; first < users; first += 8)
            {
                batch.Load(clicks, [.. Enumerable.Range(first, 8)]);
                on.EncodeInputs(batch, InputMask.Clean);
                on.SparseLinearForward(batch, weight, null, Activation.Identity, y.Slice(first, 8));
            }
            var values = new double[y.Length];
            on.Download(y, values);
            on.Free(y);
            on.Free(weight.Value);
            return values;
        }
    }

    /// <summary>A batch of nobody, and one of users without a click: nothing fails, nothing is learned, the bias alone is seen.</summary>
    public static void AssertEmptyBatchesPass(IBackend backend)
    {
        const int items = 50, width = 3, k = 4;
        Tensor Zeros(int rows, int columns) => backend.Allocate(rows, columns);
        var weight = new Parameter("w", Random(backend, 4, items, width), Zeros(items, width), default, default);
        var bias = new Parameter("b", Random(backend, 5, 1, width), Zeros(1, width), default, default);
        var output = new Parameter("o", Random(backend, 6, items, width), Zeros(items, width), default, default);
        var batch = backend.AllocateBatch(2, items, 1);
        var (y, dy, logits, loss) = (Zeros(2, width), Random(backend, 7, 2, width), Zeros(2, items), Zeros(2, 1));
        foreach (int rows in new[] { 0, 2 })
        {
            batch.Load(CsrMatrix.FromPairs(2, items, []), [.. Enumerable.Range(0, rows)]);
            backend.EncodeInputs(batch, InputMask.Clean);
            backend.SparseLinearForward(batch, weight, bias, Activation.Identity, y.Top(rows));
            backend.LinearForward(y.Top(rows), output, null, Activation.Identity, logits.Top(rows));
            var (items1, scores) = (new int[rows * k], new float[rows * k]);
            backend.TopK(logits.Top(rows), batch, k, items1, scores);
            Assert.DoesNotContain(-1, items1);
            backend.LikelihoodBackward(new Likelihood(LikelihoodKind.Multinomial), batch, 1, logits.Top(rows), loss.Top(rows));
            backend.LinearBackward(y.Top(rows), output, null, logits.Top(rows), dy.Top(rows));
            backend.SparseLinearBackward(batch, weight, bias, dy.Top(rows));
            backend.Download(y.Top(rows), new float[rows * width]);
        }
        Assert.Equal(0, backend.SquaredNorm(loss));
        Assert.Equal(0, backend.SquaredNorm(logits)); // the gradient
        Assert.Equal(0, backend.SquaredNorm(weight.Gradient));
        Assert.Equal(0, backend.SquaredNorm(output.Gradient));
        Assert.Equal(2 * backend.SquaredNorm(bias.Value), backend.SquaredNorm(y), 1e-6);
    }

    /// <summary>A NaN among the logits shows in the loss, wherever it lies.</summary>
    public static void AssertNaNReachesTheLoss(IBackend backend)
    {
        const int items = 700;
        var batch = backend.AllocateBatch(1, items, 1);
        batch.Load(CsrMatrix.FromPairs(1, items, [(0, 3)]), [0]);
        var (logits, loss) = (backend.Allocate(1, items), backend.Allocate(1, 1));
        foreach (int column in new[] { 0, 3, 200, items - 1 })
        {
            backend.Fill(logits, 1);
            backend.Fill(logits.View(column, 1, 1), double.NaN);
            backend.LikelihoodForward(new Likelihood(LikelihoodKind.Multinomial), batch, logits, loss);
            var value = new double[1];
            backend.Download(loss, value);
            Assert.True(double.IsNaN(value[0]), $"NaN at {column}: loss {value[0]}");
        }
        backend.Fill(logits, double.NegativeInfinity);
        backend.Fill(logits.View(3, 1, 1), 5);
        backend.LikelihoodForward(new Likelihood(LikelihoodKind.Multinomial), batch, logits, loss);
        var certain = new double[1];
        backend.Download(loss, certain);
        Assert.Equal(0, certain[0], 1e-6);
    }

    /// <summary>The reductions and the products twice, bit for bit.</summary>
    public static void AssertRepeats(IBackend backend)
    {
        OperationCase[] cases =
        [
            OperationCases.MatMul(Transpose.First, 20, 300, 31), OperationCases.Likelihood(LikelihoodKind.Multinomial, 7, 700),
            OperationCases.SparseLinear(9, 40, 33), OperationCases.LayerNorm(5, 300), OperationCases.MixtureLogDensity(5, 20, 30),
        ];
        foreach (var test in cases)
        {
            var first = OperationParity.Execute(test, backend);
            var second = OperationParity.Execute(test, backend);
            Assert.All(first.Zip(second), pair => Assert.Equal(pair.First.Values, pair.Second.Values));
        }
    }

    /// <summary>A single-precision sum would lose the small terms; a NaN must show.</summary>
    public static void AssertSquaredNorm(IBackend backend)
    {
        var tensor = backend.Allocate(1, 100_001);
        backend.Fill(tensor, 1.0 / 1024);
        backend.Fill(tensor.View(0, 1, 1), 4096);
        Assert.Equal(16777216 + 100_000.0 / 1048576, backend.SquaredNorm(tensor), 1e-9);
        backend.Fill(tensor.View(50_000, 1, 1), double.NaN);
        Assert.True(double.IsNaN(backend.SquaredNorm(tensor)));
        backend.Free(tensor);
    }

    private static float[] Multiply(IBackend backend, Transpose transpose, int m, int n, int k, string? level)
    {
        var a = transpose == Transpose.First ? Random(backend, 1, k, m) : Random(backend, 1, m, k);
        var b = transpose == Transpose.Second ? Random(backend, 2, n, k) : Random(backend, 2, k, n);
        var c = backend.Allocate(m, n);
        backend.Fill(c, 1e6); // must be overwritten
        if (level is null) backend.MatMul(transpose, a, b, c);
        else ((ILayeredGemm)backend).MatMul(level, transpose, a, b, c);
        var result = new float[m * n];
        backend.Download(c, result);
        foreach (var tensor in (Tensor[])[a, b, c]) backend.Free(tensor);
        return result;
    }

    private static Tensor Random(IBackend backend, uint stream, int rows, int columns)
    {
        var values = new float[rows * columns];
        var key = new RandomKey(6, 0, RandomPurpose.Study);
        for (int i = 0; i < values.Length; i++) values[i] = (float)CounterRandom.Normal(key, stream, (uint)i);
        var tensor = backend.Allocate(rows, columns);
        backend.Upload(values, tensor);
        return tensor;
    }
}
