using ManualVae.Compute;
using ManualVae.Compute.Cases;
using ManualVae.Compute.Reference;
using ManualVae.Data;
using ManualVae.Models;
using ManualVae.Training;
using Xunit;

namespace ManualVae.Tests.Compute;

/// <summary>What every device that runs the GPU kernels must satisfy.</summary>
internal static class GpuChecks
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
        var ladder = Assert.IsAssignableFrom<IGemmLadder>(backend);
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

    /// <summary>Three updates of a small Mult-VAE, from loading the batch to Adam: the same weights as on the reference.</summary>
    public static void AssertTrainsLikeTheReference(IBackend backend)
    {
        var expected = Train(new ReferenceBackend());
        var actual = Train(backend);
        double largest = expected.Max(Math.Abs);
        for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], 1e-4 * largest);

        static double[] Train(IBackend on)
        {
            const int users = 9, items = 37;
            var key = new RandomKey(8, 0, RandomPurpose.Study);
            var clicks = CsrMatrix.FromPairs(users, items, [.. from user in Enumerable.Range(0, users)
                from item in Enumerable.Range(0, items)
                where CounterRandom.Uniform(key, (uint)user, (uint)item) < 0.2 select (user, item)]);
            var settings = new AutoencoderSettings { Hidden = [19], Latent = 5 };
            using var model = new Autoencoder(on, settings, items, users, seed: 3);
            var optimizer = new AdamOptimizer(on, model.Parameters.All, 1e-2);
            var batch = on.AllocateBatch(users, items, SparseBatch.LargestBatch(users, clicks));
            for (uint update = 0; update < 3; update++)
            {
                batch.Load(clicks, [0, 1, 2, 3, 4, 5, 6, 7, 8]);
                optimizer.Begin();
                model.Forward(batch, model.TrainingMask(3, update), new(3, update, RandomPurpose.LatentNoise));
                model.Backward(batch, new Objective(0.2));
                optimizer.End();
            }
            List<double> weights = [];
            foreach (var parameter in model.Parameters.All)
            {
                var values = new double[parameter.Value.Length];
                on.Download(parameter.Value, values);
                weights.AddRange(values);
            }
            return [.. weights];
        }
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
            var first = BackendParity.Execute(test, backend);
            var second = BackendParity.Execute(test, backend);
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
        else ((IGemmLadder)backend).MatMul(level, transpose, a, b, c);
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
