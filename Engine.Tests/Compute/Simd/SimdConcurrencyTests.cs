using ManualVae.Compute;
using ManualVae.Compute.Simd;
using ManualVae.Data;
using Xunit;

namespace ManualVae.Tests.Compute.Simd;

/// <summary>Several pools and backends in one process, nested and on several threads, and two callers of one backend.</summary>
public class SimdConcurrencyTests
{
    private const int Size = 40, Depth = 600; // several tasks, and operands that are packed into scratch

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(8)]
    public void A_product_inside_a_part_of_another_pool_is_right(int threads)
    {
        using var pool = new WorkerPool(threads);
        var products = Enumerable.Range(0, 2 * threads).Select(_ => new Product(new SimdBackend(1))).ToArray();
        pool.For(products.Length, 1, new Products(products), static (in Products s, int first, int last) =>
        {
            for (int i = first; i < last; i++) s.All[i].Run();
        });
        foreach (var product in products)
        {
            product.AssertRight();
            product.Backend.Dispose();
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Two_backends_on_two_threads_may_share_a_pool(bool nested)
    {
        using var pool = new WorkerPool(3);
        using var one = new SimdBackend(pool);
        using var another = new SimdBackend(pool);
        Product[] products = [new(one), new(another)];
        for (int repeat = 0; repeat < 50; repeat++)
        {
            if (nested)
                pool.For(2, 1, new Products(products), static (in Products s, int part, int _) => s.All[part].Run());
            else Parallel.ForEach(products, product => product.Run());
            Assert.All(products, product => product.AssertRight());
        }
    }

    [Fact]
    public void Two_threads_on_one_backend_get_right_answers_or_a_clear_refusal_and_never_hang()
    {
        using var backend = new SimdBackend(2);
        Product[] products = [new(backend), new(backend)];
        int refused = 0, done = 0;
        OnThreads(2, caller =>
        {
            // Goes on until calls have met; the time limit is for a machine that never runs two threads at once.
            long limit = Environment.TickCount64 + 20_000;
            while (Volatile.Read(ref done) < 200 || (Volatile.Read(ref refused) < 20 && Environment.TickCount64 < limit))
                try
                {
                    products[caller].Run();
                    products[caller].AssertRight();
                    Interlocked.Increment(ref done);
                }
                catch (InvalidOperationException problem)
                {
                    Assert.Contains("another thread", problem.Message);
                    Interlocked.Increment(ref refused);
                }
        });
        Assert.True(refused > 0, "the callers never met");
        products[0].Run();
        products[0].AssertRight();
    }

    /// <summary>While this thread is inside a call, every operation of another thread is refused.</summary>
    [Fact]
    public void Every_operation_refuses_a_second_thread()
    {
        using var backend = new SimdBackend(1);
        AssertEveryOperationRefusesASecondThread(backend, backend.Caller);
    }

    internal static void AssertEveryOperationRefusesASecondThread(IBackend backend, SingleCaller caller)
    {
        Tensor one = backend.Allocate(1, 1), a = backend.Allocate(1, 2), b = backend.Allocate(1, 2);
        Tensor wide = backend.Allocate(1, 4), square = backend.Allocate(2, 2);
        var p = new Parameter("p", b, b, b, b);
        var weight = new Parameter("w", square, square, square, square);
        var batch = backend.AllocateBatch(1, 2, 1);
        batch.Load(CsrMatrix.FromPairs(1, 2, [(0, 1)]), [0]);
        var (prior, term) = (CompositePrior.RecVae, new AnchorTerm(AnchorForm.ClosedForm));
        var likelihood = new Likelihood(LikelihoodKind.Multinomial);
        (string Name, Action<IBackend> Call)[] operations =
        [
            (nameof(IBackend.Upload), x => x.Upload([1f, 2], a)),
            (nameof(IBackend.Upload), x => x.Upload([1.0, 2], a)),
            (nameof(IBackend.Download), x => x.Download(a, new float[2])),
            (nameof(IBackend.Download), x => x.Download(a, new double[2])),
            (nameof(IBackend.Copy), x => x.Copy(a, b)),
            (nameof(IBackend.Fill), x => x.Fill(a, 1)),
            (nameof(IBackend.Add), x => x.Add(a, 1, b)),
            (nameof(IBackend.SquaredNorm), x => x.SquaredNorm(a)),
            (nameof(IBackend.ConcatForward), x => x.ConcatForward(a, a, wide)),
            (nameof(IBackend.ConcatBackward), x => x.ConcatBackward(wide, a, b)),
            (nameof(IBackend.ActivationBackward), x => x.ActivationBackward(Activation.Tanh, a, b)),
            (nameof(IBackend.SwishForward), x => x.SwishForward(a, b)),
            (nameof(IBackend.SwishBackward), x => x.SwishBackward(a, a, b)),
            (nameof(IBackend.GateForward), x => x.GateForward(a, a, b)),
            (nameof(IBackend.GateBackward), x => x.GateBackward(a, a, a, b, default)),
            (nameof(IBackend.LayerNormForward), x => x.LayerNormForward(a, p, p, 1, b, a)),
            (nameof(IBackend.LayerNormBackward), x => x.LayerNormBackward(a, p, p, a, a, b)),
            (nameof(IBackend.UnitRowsForward), x => x.UnitRowsForward(a, 1, b, one)),
            (nameof(IBackend.UnitRowsBackward), x => x.UnitRowsBackward(a, 1, one, a, b)),
            (nameof(IBackend.SelfTermForward), x => x.SelfTermForward(batch, weight, weight, a)),
            (nameof(IBackend.SelfTermBackward), x => x.SelfTermBackward(batch, weight, weight, a)),
            (nameof(IBackend.LeaveUsersOut), x => x.LeaveUsersOut(batch, a, a)),
            (nameof(IBackend.MatMul), x => x.MatMul(Transpose.None, a, square, b)),
            (nameof(IBackend.LinearForward), x => x.LinearForward(a, weight, p, Activation.Tanh, b)),
            (nameof(IBackend.LinearBackward), x => x.LinearBackward(a, weight, p, a, b)),
            (nameof(IBackend.EncodeInputs), x => x.EncodeInputs(batch, InputMask.Clean)),
            (nameof(IBackend.SparseLinearForward), x => x.SparseLinearForward(batch, weight, p, Activation.Tanh, b)),
            (nameof(IBackend.SparseLinearBackward), x => x.SparseLinearBackward(batch, weight, p, a)),
            (nameof(IBackend.DrawNoise), x => x.DrawNoise(batch, new(1, 1, RandomPurpose.LatentNoise), a)),
            (nameof(IBackend.SampleForward), x => x.SampleForward(wide, a, b)),
            (nameof(IBackend.SampleBackward), x => x.SampleBackward(wide, a, a, wide)),
            (nameof(IBackend.StandardKlForward), x => x.StandardKlForward(a, one)),
            (nameof(IBackend.StandardKlBackward), x => x.StandardKlBackward(a, one, b)),
            (nameof(IBackend.GaussianLogDensityForward), x => x.GaussianLogDensityForward(a, wide, one)),
            (nameof(IBackend.GaussianLogDensityBackward), x => x.GaussianLogDensityBackward(a, wide, one, b, wide)),
            (nameof(IBackend.CompositeLogDensityForward), x => x.CompositeLogDensityForward(prior, a, wide, one)),
            (nameof(IBackend.CompositeLogDensityBackward), x => x.CompositeLogDensityBackward(prior, a, wide, one, b)),
            (nameof(IBackend.MixtureLogDensityForward), x => x.MixtureLogDensityForward(a, wide, one, one)),
            (nameof(IBackend.MixtureLogDensityBackward), x => x.MixtureLogDensityBackward(a, wide, one, one, b, wide)),
            (nameof(IBackend.AnchorForward), x => x.AnchorForward(term, batch, weight, wide, a, b, one)),
            (nameof(IBackend.AnchorBackward), x => x.AnchorBackward(term, batch, weight, wide, a, b, one, wide, b)),
            (nameof(IBackend.DropEmphasis), x => x.DropEmphasis(batch, 2, 1, one)),
            (nameof(IBackend.LikelihoodForward), x => x.LikelihoodForward(likelihood, batch, a, one)),
            (nameof(IBackend.LikelihoodBackward), x => x.LikelihoodBackward(likelihood, batch, 1, a, one)),
            (nameof(IBackend.ClickLogitsForward), x => x.ClickLogitsForward(batch, a, weight, p, one)),
            (nameof(IBackend.ClickLogitsBackward), x => x.ClickLogitsBackward(batch, a, weight, p, one, b)),
            (nameof(IBackend.GaussianGramBackward),
                x => x.GaussianGramBackward(new(LikelihoodKind.Gaussian), batch, 1, a, a, a, one, one, one, b)),
            (nameof(IBackend.TopK), x => x.TopK(a, batch, 1, new int[1], new float[1])),
            (nameof(IBackend.LinearTopK), x => x.LinearTopK(a, weight, p, batch, 1, new int[1], new float[1])),
            (nameof(IBackend.Adam), x => x.Adam(weight, new(1, 1))),
            (nameof(IBackend.AdamAtRest), x => x.AdamAtRest(weight, [new(1, 0.9, 0.9), AdamRest.None], 1e-8)),
            (nameof(IBackend.GatherRows), x => x.GatherRows(square, [1], a)),
            (nameof(IBackend.ScatterRows), x => x.ScatterRows(a, [1], square)),
        ];
        (string Name, Action<IBackend> Call)[] ofParts =
        [
            (nameof(IBackend.LogSumExp), x => x.LogSumExp(a, one)),
            (nameof(IBackend.MultinomialOfPart), x => x.MultinomialOfPart(batch, 1, a, b, one)),
        ];
        if (backend.ComputesParts) operations = [.. operations, .. ofParts];
        string[] others =
        [
            nameof(IBackend.Allocate), nameof(IBackend.Free), nameof(IBackend.AllocateBatch), nameof(IBackend.Flush),
            nameof(IBackend.Hold), nameof(IBackend.FewUsers), nameof(IBackend.SumOverGroups),
            nameof(IBackend.OwnItems), .. backend.ComputesParts ? [] : ofParts.Select(operation => operation.Name),
        ];
        var methods = typeof(IBackend).GetMethods().Where(method => !method.IsSpecialName).Select(method => method.Name);
        Assert.Equal(methods.Except(others).Order(), operations.Select(operation => operation.Name).Distinct().Order());

        using (caller.Enter())
            OnThreads(1, _ =>
            {
                foreach (var (name, call) in operations)
                    Assert.Contains("another thread", Assert.Throws<InvalidOperationException>(() => call(backend)).Message);
                // Memory may be taken and given back by any thread at any time.
                backend.Free(backend.Allocate(3, 4));
                backend.AllocateBatch(1, 2, 3).Dispose();
            });
        foreach (var (_, call) in operations) call(backend);
    }

    [Fact]
    public void Tensors_may_be_allocated_and_freed_by_any_thread()
    {
        using var backend = new SimdBackend(1);
        Parallel.For(0, 20_000, i =>
        {
            var tensor = backend.Allocate(1, 1 + i % 7);
            if (i % 3 != 0) backend.Free(tensor);
        });
    }

    /// <summary>Runs the work on threads of their own; fails if it does, or if it does not end.</summary>
    private static void OnThreads(int count, Action<int> work)
    {
        var problems = new Exception?[count];
        Thread[] threads =
            [.. Enumerable.Range(0, count).Select(i => new Thread(() => problems[i] = Record.Exception(() => work(i))))];
        foreach (var thread in threads) thread.Start();
        foreach (var thread in threads) Assert.True(thread.Join(TimeSpan.FromMinutes(2)), "a thread hangs");
        Assert.All(problems, Assert.Null);
    }

    private readonly record struct Products(Product[] All);

    /// <summary>C = A B with elements of A and B that are 1, hence of C that are <see cref="Depth"/>.</summary>
    private sealed class Product
    {
        private readonly Tensor _a, _b, _c;
        private readonly float[] _result = new float[Size * Size];

        public Product(SimdBackend backend)
        {
            Backend = backend;
            (_a, _b, _c) = (backend.Allocate(Size, Depth), backend.Allocate(Size, Depth), backend.Allocate(Size, Size));
            backend.Fill(_a, 1);
            backend.Fill(_b, 1);
        }

        public SimdBackend Backend { get; }

        public void Run()
        {
            Backend.MatMul(Transpose.Second, _a, _b, _c);
            Backend.Download(_c, _result);
            Backend.Fill(_c, 0);
        }

        public void AssertRight() => Assert.All(_result, sum => Assert.Equal(Depth, sum));
    }
}
