using System.Numerics;
using ManualVae.Compute;
using ManualVae.Compute.Cases;
using ManualVae.Compute.Simd;
using Xunit;

namespace ManualVae.Tests.Compute.Simd;

/// <summary>
/// Checks of everything that depends on the vector width. Tests run them in this process and, by <see cref="Main"/>, in child
/// processes whose instruction sets are switched off.
/// </summary>
public static unsafe class TierChecks
{
    /// <summary>
    /// Entry point of the child: prints the kernel in use, then runs every check. On a machine without the SDK: tests by their
    /// names, and the kernels' PTX into a folder.
    /// </summary>
    public static int Main(string[] args)
    {
        if (args is ["memory", var preset]) return Training.MemoryChecks.Main(preset);
        if (args is ["tests", .. var names]) return TestRunner.Run(names, Console.Out);
        if (args is ["ptx", var folder]) return GpuCompileTests.Write(folder);
        if (args is not ["tier"]) return 0; // the test host has its own way in
        try
        {
            using var backend = new SimdBackend(2);
            Console.WriteLine(backend.Description);
            Operations(backend);
            Products(backend);
            ElementaryFunctions();
            SpecialValues(backend);
            Console.WriteLine("passed");
            return 0;
        }
        catch (Exception problem)
        {
            Console.WriteLine(problem);
            return 1;
        }
    }

    /// <summary>0, 1, around each vector width, primes.</summary>
    public static readonly int[] Lengths = [0, 1, 3, 4, 5, 7, 8, 9, 13, 15, 16, 17, 31, 32, 33, 61, 64, 67, 127];

    /// <summary>Every operation against the double-precision reference.</summary>
    public static void Operations(SimdBackend backend)
    {
        foreach (var test in OperationCases.Awkward()) BackendParity.AssertAgrees(test, backend);
    }

    /// <summary>Products at every combination of awkward sizes, in the three layouts, against sums in double precision.</summary>
    public static void Products(SimdBackend backend)
    {
        int[] sizes = [1, 5, 6, 7, 12, 13, 31, 33, 65];
        foreach (var layout in Enum.GetValues<Transpose>())
            foreach (int m in sizes)
                foreach (int n in sizes)
                    foreach (int k in new[] { 0, 1, 17, 64 })
                        Product(backend, layout, m, n, k);
        // k, m and n in several chunks, blocks and groups
        foreach (var layout in Enum.GetValues<Transpose>())
            foreach (var (m, n, k) in new[]
                { (19, 45, 1500), (45, 19, 1500), (1, 20_000, 70), (20_000, 1, 70), (30, 3, 20_000), (1, 3000, 700) })
                Product(backend, layout, m, n, k);
    }

    private static void Product(SimdBackend backend, Transpose layout, int m, int n, int k)
    {
        var random = new Random(m * 1000 + n * 10 + k);
        float[] a = Random(random, m * k), b = Random(random, k * n), c = new float[m * n];
        var ta = Upload(backend, a, layout == Transpose.First ? k : m, layout == Transpose.First ? m : k);
        var tb = Upload(backend, b, layout == Transpose.Second ? n : k, layout == Transpose.Second ? k : n);
        var tc = backend.Allocate(m, n);
        foreach (bool accumulate in new[] { false, true })
        {
            backend.Fill(tc, 2);
            backend.MatMul(layout, ta, tb, tc, accumulate);
            backend.Download(tc, c);
            for (int i = 0; i < m; i++)
                for (int j = 0; j < n; j++)
                {
                    double sum = accumulate ? 2 : 0;
                    for (int p = 0; p < k; p++)
                        sum += (double)(layout == Transpose.First ? a[p * m + i] : a[i * k + p])
                            * (layout == Transpose.Second ? b[j * k + p] : b[p * n + j]);
                    Assert.True(Math.Abs(sum - c[i * n + j]) < 1e-6 * (k + 4),
                        $"{layout} {m}x{k}x{n} ({i}, {j}): {sum} {c[i * n + j]}");
                }
        }
        foreach (var tensor in new[] { ta, tb, tc }) backend.Free(tensor);
    }

    /// <summary>exp, sigmoid, tanh, softplus and log against double precision, over their range.</summary>
    public static void ElementaryFunctions()
    {
        var points = Enumerable.Range(0, 40_001).Select(i => -110 + i * 0.0055f).ToArray();
        Within(2, points, VectorMath.Exp, Math.Exp);
        Within(2, [.. points.Where(x => x is <= 0 and > -87)], VectorMath.ExpNonPositive, Math.Exp);
        Within(4, points, VectorMath.Sigmoid, x => 1 / (1 + Math.Exp(-x)));
        Within(4, points, VectorMath.Tanh, Math.Tanh);
        Within(4, [.. points.Select(x => x / 100)], VectorMath.Tanh, Math.Tanh);
        Within(4, points, VectorMath.Softplus, x => Math.Max(x, 0) + LogOnePlus(Math.Exp(-Math.Abs(x))));
        Within(4, [.. points.Select(x => (float)Math.Exp(x / 3))], VectorMath.Log, Math.Log);
        foreach (int length in Lengths) Tail(length);
    }

    private static double LogOnePlus(double u) => u < 1e-4 ? u - u * u / 2 + u * u * u / 3 : Math.Log(1 + u);

    private static void Within(
        double ulps, float[] points, Func<Vector<float>, Vector<float>> actual, Func<double, double> expected)
    {
        int width = Vector<float>.Count;
        var buffer = new float[width];
        for (int i = 0; i < points.Length; i += width)
        {
            var chunk = points.AsSpan(i, Math.Min(width, points.Length - i));
            Array.Fill(buffer, points[i]);
            chunk.CopyTo(buffer);
            actual(new Vector<float>(buffer)).CopyTo(buffer);
            for (int j = 0; j < chunk.Length; j++)
            {
                double exact = expected(chunk[j]);
                if (Math.Abs(exact) > float.MaxValue) Assert.Equal(float.PositiveInfinity, buffer[j]);
                else
                {
                    double ulp = Math.Max(Math.Abs(exact) * Math.Pow(2, -23), float.Epsilon);
                    Assert.True(Math.Abs(exact - buffer[j]) <= ulps * ulp, $"f({chunk[j]:R}) = {exact:R}, got {buffer[j]:R}");
                }
            }
        }
    }

    /// <summary>A map over any length equals the map one element at a time, and writes nothing beyond.</summary>
    private static void Tail(int length)
    {
        var random = new Random(length);
        float[] x = Random(random, length + 1), y = new float[length + 1], one = new float[1];
        y[length] = 123;
        fixed (float* px = x, py = y, single = one)
        {
            Elementwise.Apply(default(Gate), length, py, px, px);
            double sum = 0;
            for (int i = 0; i < length; i++)
            {
                Elementwise.Apply(default(Gate), 1, single, px + i, px + i);
                Assert.Equal(one[0], y[i]);
                sum += one[0];
            }
            Assert.Equal(sum, Elementwise.Sum(default(Gate), length, px, px), 1e-5);
        }
        Assert.Equal(123, y[length]);
    }

    /// <summary>NaN stays NaN, infinities reach the limits, and a row with NaN logits spoils no other row.</summary>
    public static void SpecialValues(SimdBackend backend)
    {
        float[] x =
            [float.NaN, float.PositiveInfinity, float.NegativeInfinity, 1e30f, -1e30f, 0, -0f, float.Epsilon, 88.7f, -103f];
        Special(x, VectorMath.Exp, [float.NaN, float.PositiveInfinity, 0, float.PositiveInfinity, 0, 1, 1, 1]);
        Special(x, VectorMath.Sigmoid, [float.NaN, 1, 0, 1, 0, 0.5f, 0.5f, 0.5f]);
        Special(x, VectorMath.Tanh, [float.NaN, 1, -1, 1, -1, 0, 0, float.Epsilon]);
        Special(x, VectorMath.Softplus, [float.NaN, float.PositiveInfinity, 0, 1e30f, 0, 0.6931472f, 0.6931472f, 0.6931472f]);

        const int Items = 37;
        var logits = new float[3 * Items];
        logits[Items + 5] = float.NaN;
        logits[2 * Items + 5] = float.PositiveInfinity;
        var tensor = Upload(backend, logits, 3, Items);
        var loss = backend.Allocate(3, 1);
        var batch = backend.AllocateBatch(3, Items, 3);
        batch.Load(ManualVae.Data.CsrMatrix.FromPairs(3, Items, [(0, 1), (1, 1), (2, 1)]), [0, 1, 2]);
        backend.LikelihoodBackward(new Likelihood(LikelihoodKind.Multinomial), batch, 1, tensor, loss);
        var losses = new float[3];
        backend.Download(loss, losses);
        Assert.Equal(Math.Log(Items), losses[0], 1e-5);
        Assert.False(float.IsFinite(losses[1]));
        Assert.False(float.IsFinite(losses[2]));
        backend.Download(tensor, logits);
        Assert.All(logits[..Items], value => Assert.True(float.IsFinite(value)));
        Assert.True(float.IsNaN(logits[Items + 5]));
        Assert.False(double.IsFinite(backend.SquaredNorm(tensor)));
    }

    private static void Special(float[] x, Func<Vector<float>, Vector<float>> function, float[] expected)
    {
        var buffer = new float[Vector<float>.Count];
        for (int i = 0; i < expected.Length; i++)
        {
            function(new Vector<float>(x[i])).CopyTo(buffer);
            Assert.All(buffer, value => Assert.True(
                value.Equals(expected[i]) || Math.Abs(value - expected[i]) <= 2e-7 * Math.Abs(expected[i]),
                $"f({x[i]}) = {value}"));
        }
    }

    private static float[] Random(Random random, int length)
    {
        var values = new float[length];
        for (int i = 0; i < length; i++) values[i] = 2 * random.NextSingle() - 1;
        return values;
    }

    internal static Tensor Upload(SimdBackend backend, float[] values, int rows, int columns)
    {
        var tensor = backend.Allocate(rows, columns);
        backend.Upload(values.AsSpan(0, rows * columns), tensor);
        return tensor;
    }
}
