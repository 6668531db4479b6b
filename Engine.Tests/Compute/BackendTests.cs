using ManualVae.Compute;
using ManualVae.Compute.Cases;
using ManualVae.Compute.Reference;
using ManualVae.Data;
using Xunit;

namespace ManualVae.Tests.Compute;

/// <summary>
/// What every backend must satisfy beside the single operations (<see cref="OperationTests"/>), by the contract alone.
/// </summary>
public abstract partial class BackendTests(DeviceFixture device)
{
    /// <summary>The backend that is tested.</summary>
    internal IBackend Backend => device.Backend;

    /// <summary>
    /// True where threads of a device are emulated: fewer and smaller cases that still reach every path of the kernels.
    /// </summary>
    protected virtual bool IsEmulated => false;

    /// <summary>
    /// Memory in use, for tests that look for leaks. Other tests of the process count too, unless the backend counts itself.
    /// </summary>
    protected virtual long MemoryInUse()
    {
        GC.Collect();
        return Environment.WorkingSet;
    }

    /// <summary>How much <see cref="MemoryInUse"/> may differ where nothing leaks.</summary>
    protected virtual long MemoryNoise => 64 << 20;

    /// <summary>
    /// Ties, NaN, infinities, zeros of both signs, excluded items, more wanted than there are. The scores stay, and nothing is
    /// written around the lists.
    /// </summary>
    [DeviceFact]
    public void Top_k_agrees_with_the_reference()
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
        foreach (int k in IsEmulated ? new[] { 1, columns + 3 } : new[] { 1, 5, 100, columns, columns + 3 })
        {
            var expected = Rank(new ReferenceBackend());
            var actual = Rank(Backend);
            Assert.Equal(expected.Items, actual.Items);
            Assert.Equal(expected.Scores, actual.Scores);
            Assert.Equal(scores, actual.After);

            (int[] Items, float[] Scores, float[] After) Rank(IBackend on)
            {
                var tensor = on.Allocate(rows, columns);
                on.Upload(scores, tensor);
                using var batch = on.AllocateBatch(rows, columns, excluded.Count);
                batch.Load(matrix, [0, 1, 2, 3, 4, 5]);
                const int guard = 16, guardValue = -77;
                var (items, best) = (new int[rows * k + 2 * guard], new float[rows * k + 2 * guard]);
                var after = new float[scores.Length];
                items.AsSpan().Fill(guardValue);
                best.AsSpan().Fill(guardValue);
                on.TopK(tensor, batch, k, items.AsSpan(guard, rows * k), best.AsSpan(guard, rows * k));
                on.Download(tensor, after);
                on.Free(tensor);
                Assert.All([.. items[..guard], .. items[^guard..]], item => Assert.Equal(guardValue, item));
                Assert.All([.. best[..guard], .. best[^guard..]], score => Assert.Equal(guardValue, score));
                return (items[guard..^guard], best[guard..^guard], after);
            }
        }
    }

    /// <summary>A mask of ones at keep probability 1/2: exactly the clicks that <see cref="CounterRandom"/> keeps.</summary>
    [DeviceFact]
    public void Uniform_draws_are_those_of_the_processor()
    {
        const int rows = 5, columns = 200, firstUser = 70000;
        var matrix = CsrMatrix.FromPairs(rows, columns, [.. from row in Enumerable.Range(0, rows)
            from column in Enumerable.Range(0, columns) select (row, column)]);
        var key = new RandomKey(0x123456789ABCDEF0, 77, RandomPurpose.Mask);
        using var batch = Backend.AllocateBatch(rows, columns, rows * columns);
        batch.Load(matrix, [0, 1, 2, 3, 4], firstUser);
        Backend.EncodeInputs(batch, new InputMask(MaskMode.MaskThenNormalise, 0.5f, key));
        var inputs = new float[rows * columns];
        Backend.Download(batch.Inputs, inputs);
        for (int i = 0; i < inputs.Length; i++)
            Assert.Equal(CounterRandom.Keep(key, (uint)(firstUser + i / columns), (uint)(i % columns), 0.5f), inputs[i] > 0);
    }

    /// <summary>x * b: a click that is kept counts 1, whatever the keep probability and the length of the history.</summary>
    [DeviceFact]
    public void Plain_input_is_neither_normalised_nor_rescaled()
    {
        var matrix = CsrMatrix.FromPairs(4, 9, [(0, 1), (0, 4), (0, 8), (2, 3), .. Enumerable.Range(0, 9).Select(i => (3, i))]);
        var key = new RandomKey(31, 2, RandomPurpose.Mask);
        using var batch = Backend.AllocateBatch(4, 9, 13);
        batch.Load(matrix, [0, 1, 2, 3]);
        int[] users = [0, 0, 0, 2, .. Enumerable.Repeat(3, 9)], items = [1, 4, 8, 3, .. Enumerable.Range(0, 9)];
        foreach (float keep in (float[])[1, 0.5f, 0.2f])
        {
            Backend.EncodeInputs(batch, new InputMask(MaskMode.Plain, keep, key));
            var inputs = new float[13];
            Backend.Download(batch.Inputs.View(0, 1, 13), inputs);
            Assert.Equal(
                users.Zip(items, (u, i) => CounterRandom.Keep(key, (uint)u, (uint)i, keep) ? 1f : 0), inputs);
        }
        Backend.EncodeInputs(batch, InputMask.CleanFor(MaskMode.Plain));
        var clean = new float[13];
        Backend.Download(batch.Inputs.View(0, 1, 13), clean);
        Assert.All(clean, x => Assert.Equal(1, x));
    }

    /// <summary>Batches loaded one after another while the work on the ones before may still be queued.</summary>
    [DeviceFact]
    public void Loads_do_not_disturb_queued_work()
    {
        const int users = 40, items = 500, width = 30;
        var key = new RandomKey(9, 0, RandomPurpose.Study);
        var clicks = CsrMatrix.FromPairs(users, items, [.. from user in Enumerable.Range(0, users)
            from item in Enumerable.Range(0, items)
            where CounterRandom.Uniform(key, (uint)user, (uint)item) < 0.1 select (user, item)]);
        var (expected, actual) = (Run(new ReferenceBackend()), Run(Backend));
        for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], 1e-4);

        double[] Run(IBackend on)
        {
            var weight = new Parameter("w", Random(on, 3, items, width), default, default, default);
            using var batch = on.AllocateBatch(8, items, SparseBatch.LargestBatch(8, clicks));
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

    /// <summary>
    /// A batch of nobody, and one of users without a click: nothing fails, nothing is learned, the bias alone is seen.
    /// </summary>
    [DeviceFact]
    public void Empty_batches_pass()
    {
        const int items = 50, width = 3, k = 4;
        Tensor Zeros(int rows, int columns) => Backend.Allocate(rows, columns);
        var weight = new Parameter("w", Random(Backend, 4, items, width), Zeros(items, width), default, default);
        var bias = new Parameter("b", Random(Backend, 5, 1, width), Zeros(1, width), default, default);
        var output = new Parameter("o", Random(Backend, 6, items, width), Zeros(items, width), default, default);
        using var batch = Backend.AllocateBatch(2, items, 1);
        var (y, dy, logits, loss) = (Zeros(2, width), Random(Backend, 7, 2, width), Zeros(2, items), Zeros(2, 1));
        foreach (int rows in new[] { 0, 2 })
        {
            batch.Load(CsrMatrix.FromPairs(2, items, []), [.. Enumerable.Range(0, rows)]);
            Backend.EncodeInputs(batch, InputMask.Clean);
            Backend.SparseLinearForward(batch, weight, bias, Activation.Identity, y.Top(rows));
            Backend.LinearForward(y.Top(rows), output, null, Activation.Identity, logits.Top(rows));
            var (items1, scores) = (new int[rows * k], new float[rows * k]);
            Backend.TopK(logits.Top(rows), batch, k, items1, scores);
            Assert.DoesNotContain(-1, items1);
            Backend.LikelihoodBackward(new Likelihood(LikelihoodKind.Multinomial), batch, 1, logits.Top(rows), loss.Top(rows));
            Backend.LinearBackward(y.Top(rows), output, null, logits.Top(rows), dy.Top(rows));
            Backend.SparseLinearBackward(batch, weight, bias, dy.Top(rows));
            Backend.Download(y.Top(rows), new float[rows * width]);
        }
        Assert.Equal(0, Backend.SquaredNorm(loss));
        Assert.Equal(0, Backend.SquaredNorm(logits)); // the gradient
        Assert.Equal(0, Backend.SquaredNorm(weight.Gradient));
        Assert.Equal(0, Backend.SquaredNorm(output.Gradient));
        Assert.Equal(2 * Backend.SquaredNorm(bias.Value), Backend.SquaredNorm(y), 1e-6);
    }

    /// <summary>A NaN among the logits shows in the loss, wherever it lies.</summary>
    [DeviceFact]
    public void NaN_reaches_the_loss()
    {
        const int items = 700;
        using var batch = Backend.AllocateBatch(1, items, 1);
        batch.Load(CsrMatrix.FromPairs(1, items, [(0, 3)]), [0]);
        var (logits, loss) = (Backend.Allocate(1, items), Backend.Allocate(1, 1));
        foreach (int column in new[] { 0, 3, 200, items - 1 })
        {
            Backend.Fill(logits, 1);
            Backend.Fill(logits.View(column, 1, 1), double.NaN);
            Backend.LikelihoodForward(new Likelihood(LikelihoodKind.Multinomial), batch, logits, loss);
            var value = new double[1];
            Backend.Download(loss, value);
            Assert.True(double.IsNaN(value[0]), $"NaN at {column}: loss {value[0]}");
        }
        Backend.Fill(logits, double.NegativeInfinity);
        Backend.Fill(logits.View(3, 1, 1), 5);
        Backend.LikelihoodForward(new Likelihood(LikelihoodKind.Multinomial), batch, logits, loss);
        var certain = new double[1];
        Backend.Download(loss, certain);
        Assert.Equal(0, certain[0], 1e-6);
    }

    /// <summary>
    /// The reductions and the products twice, bit for bit; products on an emulated device in the training test.
    /// </summary>
    [DeviceFact]
    public void Equal_work_gives_equal_bits()
    {
        OperationCase[] cases = IsEmulated
            ?
            [
                OperationCases.Likelihood(LikelihoodKind.Multinomial, 1, 300), OperationCases.SparseLinear(3, 4, 3),
                OperationCases.LayerNorm(3, 131), OperationCases.MixtureLogDensity(2, 5, 3),
            ]
            :
            [
                OperationCases.MatMul(Transpose.First, 20, 300, 31), OperationCases.SparseLinear(9, 40, 33),
                OperationCases.Likelihood(LikelihoodKind.Multinomial, 7, 700), OperationCases.LayerNorm(5, 300),
                OperationCases.MixtureLogDensity(5, 20, 30),
            ];
        foreach (var test in cases)
        {
            var first = OperationParity.Execute(test, Backend);
            var second = OperationParity.Execute(test, Backend);
            Assert.All(first.Zip(second), pair => Assert.Equal(pair.First.Values, pair.Second.Values));
        }
    }

    /// <summary>A single-precision sum would lose the small terms; a NaN must show.</summary>
    [DeviceFact]
    public void A_squared_norm_is_summed_in_double_precision()
    {
        var tensor = Backend.Allocate(1, 100_001);
        Backend.Fill(tensor, 1.0 / 1024);
        Backend.Fill(tensor.View(0, 1, 1), 4096);
        Assert.Equal(16777216 + 100_000.0 / 1048576, Backend.SquaredNorm(tensor), 1e-9);
        Backend.Fill(tensor.View(50_000, 1, 1), double.NaN);
        Assert.True(double.IsNaN(Backend.SquaredNorm(tensor)));
        Backend.Free(tensor);
    }

    /// <summary>Tensors and batches, many times: a leak shows as at least 280 MiB.</summary>
    [DeviceFact]
    public void Memory_that_was_given_back_is_free_again()
    {
        const int rows = 3, columns = 500, entries = 50_000, length = 256 * 1024;
        var matrix = CsrMatrix.FromPairs(rows, columns, [(0, 1), (2, 4), (2, 499)]);
        var source = new float[length];
        Growth(); // the first time, operations make their working memory
        // Other tests that run beside this one do not grow every time.
        Assert.Contains(Enumerable.Range(0, 10).Select(_ => Growth()), growth => growth <= MemoryNoise);

        long Growth()
        {
            long before = MemoryInUse();
            for (int round = 0; round < 200; round++)
            {
                var tensor = Backend.Allocate(1, length);
                Backend.Upload(source, tensor);
                using (var batch = Backend.AllocateBatch(rows, columns, entries)) batch.Load(matrix, [0, 1, 2]);
                Backend.Free(tensor);
            }
            return MemoryInUse() - before;
        }
    }

    [DeviceFact]
    public void Giving_back_twice_or_after_the_backend_is_quiet()
    {
        var backend = Backends.Create(Backend.Name, threads: 2);
        var (tensor, remaining) = (backend.Allocate(3, 4), backend.Allocate(1, 1));
        var (batch, remainingBatch) = (backend.AllocateBatch(2, 5, 6), backend.AllocateBatch(2, 5, 6));
        var scope = new MemoryScope(backend);
        scope.AllocateBatch(2, 5, 6).Load(CsrMatrix.FromPairs(1, 5, [(0, 1)]), [0]);
        backend.Fill(scope.Allocate(3, 4), 1);
        for (int i = 0; i < 2; i++)
        {
            backend.Free(tensor);
            batch.Dispose();
        }
        for (int i = 0; i < 2; i++)
        {
            backend.Dispose();
            backend.Free(remaining);
            remainingBatch.Dispose();
            scope.Dispose();
        }

        using var another = Backends.Create(Backend.Name, threads: 2);
        var filled = another.Allocate(2, 3);
        another.Fill(filled, 2);
        Assert.Equal(24, another.SquaredNorm(filled));
    }

    internal static Tensor Random(IBackend backend, uint stream, int rows, int columns)
    {
        var values = new float[rows * columns];
        var key = new RandomKey(6, 0, RandomPurpose.Study);
        for (int i = 0; i < values.Length; i++) values[i] = (float)CounterRandom.Normal(key, stream, (uint)i);
        var tensor = backend.Allocate(rows, columns);
        backend.Upload(values, tensor);
        return tensor;
    }
}
