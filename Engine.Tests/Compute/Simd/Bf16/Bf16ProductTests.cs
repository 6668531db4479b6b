using ManualVae.Compute;
using ManualVae.Compute.Cases;
using ManualVae.Compute.Simd;
using ManualVae.Compute.Simd.Bf16;
using ManualVae.Data;
using ManualVae.Models;
using Xunit;

namespace ManualVae.Tests.Compute.Simd.Bf16;

/// <summary>Whole products and operations in bfloat16.</summary>
public sealed class Bf16ProductTests : IDisposable
{
    /// <summary>Relative to the largest element: two roundings of 2^-9, and some room for what follows a product.</summary>
    private const double Tolerance = 0.02;

    private readonly WorkerPool _one = new(1), _two = new(2), _three = new(3);

    public void Dispose()
    {
        _one.Dispose();
        _two.Dispose();
        _three.Dispose();
    }

    /// <summary>Against sums in double precision of the rounded operands: only the sums' own rounding is left.</summary>
    [Fact]
    public void A_product_is_that_of_rounded_operands()
    {
        using var backend = new SimdBackend(_two, GemmKernel.EmulatedBf16);
        foreach (var layout in Enum.GetValues<Transpose>())
            foreach (int m in new[] { 1, 12, 25 })
                foreach (int n in new[] { 1, 16, 17, 33 })
                    foreach (int k in new[] { 0, 1, 2, 33, 1283 })
                    {
                        var (a, b) = (Draw(m * k, 1), Draw(n * k, 2));
                        var c = Multiply(backend, layout, m, n, k, a, b, accumulate: true);
                        for (int i = 0; i < m; i++)
                            for (int j = 0; j < n; j++)
                            {
                                double sum = 0.5;
                                for (int p = 0; p < k; p++)
                                    sum += (double)Rounded(a[layout == Transpose.First ? p * m + i : i * k + p])
                                        * Rounded(b[layout == Transpose.Second ? j * k + p : p * n + j]);
                                Assert.True(Math.Abs(sum - c[i * n + j]) < 1e-6 * (k + 4),
                                    $"{layout} {m}x{k}x{n} ({i}, {j}): {sum} {c[i * n + j]}");
                            }
                    }

        static float Rounded(float x) => BFloat16.Widen(BFloat16.Round(x));
    }

    [Bf16Fact]
    public void The_instruction_gives_the_bits_of_the_emulation_with_any_number_of_threads()
    {
        using var emulated = new SimdBackend(_one, GemmKernel.EmulatedBf16);
        foreach (var threads in new[] { _one, _two, _three })
        {
            using var real = new SimdBackend(threads, Precision.Bf16);
            foreach (var layout in Enum.GetValues<Transpose>())
                foreach (var (m, n, k) in new[] { (1, 1, 1), (1, 107, 33), (33, 17, 1), (45, 107, 600), (107, 45, 1301) })
                {
                    var (a, b) = (Draw(m * k, 3), Draw(n * k, 4));
                    Assert.Equal(Multiply(emulated, layout, m, n, k, a, b, accumulate: false),
                        Multiply(real, layout, m, n, k, a, b, accumulate: false));
                }
        }
    }

    [Bf16Fact]
    public void A_row_has_the_same_bits_in_any_company()
    {
        const int Users = 45, Items = 107, K = 1301;
        using var backend = new SimdBackend(_two, Precision.Bf16);
        var (x, w) = (Draw(Users * K, 5), Draw(Items * K, 6));
        var together = Multiply(backend, Transpose.Second, Users, Items, K, x, w, accumulate: false);
        foreach (int company in new[] { 1, 2, 16, 17, 33 })
            Assert.Equal(together[..(company * Items)],
                Multiply(backend, Transpose.Second, company, Items, K, x[..(company * K)], w, accumulate: false));
    }

    [Fact]
    public void Every_operation_agrees_with_the_reference_within_the_rounding()
    {
        using var backend = new SimdBackend(_two, GemmKernel.EmulatedBf16);
        foreach (var test in OperationCases.Awkward())
        {
            // Its slope jumps: a rounded sum may lie on the other side.
            if ($"{test}".Contains("UnitClamp", StringComparison.Ordinal)) continue;
            var worst = OperationParity.Worst(test, backend);
            Assert.True(worst.Error <= Tolerance,
                $"{test}, {worst.Tensor}[{worst.Index}]: expected {worst.Expected:R}, got {worst.Actual:R}");
        }
    }

    [Bf16Fact]
    public void Operations_have_the_same_bits_with_two_threads_as_emulated_with_one()
    {
        using var emulated = new SimdBackend(_one, GemmKernel.EmulatedBf16);
        using var real = new SimdBackend(_two, Precision.Bf16);
        foreach (var test in OperationCases.Awkward())
            foreach (var (expected, actual) in OperationParity.Execute(test, emulated).Zip(OperationParity.Execute(test, real)))
                Assert.True(expected.Values.AsSpan().SequenceEqual(actual.Values), $"{test}, {expected.Name}");
    }

    [Fact]
    public void The_gradient_of_a_bias_is_not_rounded()
    {
        const int Users = 50, Items = 41, K = 7;
        float[] Bias(SimdBackend backend)
        {
            using var memory = new MemoryScope(backend);
            var block = new ParameterBlock(memory);
            var (w, b) = block.DeclareLayer("y", K, Items, weightDecay: 0);
            block.Build(seed: 1, training: true);
            backend.LinearBackward(TierChecks.Upload(backend, Draw(Users * K, 7), Users, K), w, b,
                TierChecks.Upload(backend, Draw(Users * Items, 8), Users, Items), default);
            var gradient = new float[Items];
            backend.Download(b.Gradient, gradient);
            return gradient;
        }

        using var single = new SimdBackend(_two);
        using var half = new SimdBackend(_two, GemmKernel.EmulatedBf16);
        Assert.Equal(Bias(single), Bias(half));
        Assert.Contains(Bias(half), value => value != 0);
    }

    [Fact]
    public void Where_it_is_lacking_it_is_refused_and_otherwise_described()
    {
        if (SimdBackend.LacksBf16 is { } lack)
        {
            Assert.Contains(lack, Assert.Throws<InputException>(() => Backends.Create("simd", 1, null, Precision.Bf16)).Message);
            Assert.Contains($"no bf16: {lack}", Backends.List(1).Single(device => device.Name == "simd").Description);
            return;
        }
        foreach (string device in new[] { "simd", "auto" })
        {
            using var backend = Backends.Create(device, 1, null, Precision.Bf16);
            Assert.EndsWith("single precision, products in bf16", backend.Description);
        }
        Assert.EndsWith("; bf16 too", Backends.List(1).Single(device => device.Name == "simd").Description);
    }

    [Theory]
    [InlineData("reference")]
    [InlineData("gpu")]
    [InlineData("gpu:7")]
    [InlineData("ilgpu-cpu")]
    public void Other_devices_refuse_it_in_one_line(string device)
    {
        string message = Assert.Throws<InputException>(() => Backends.Create(device, 1, null, Precision.Bf16)).Message;
        Assert.StartsWith("Precision is bf16, which Device " + device.Split(':')[0], message);
        Assert.DoesNotContain('\n', message);
    }

    private static float[] Draw(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => 2 * random.NextSingle() - 1)];
    }

    private static float[] Multiply(
        SimdBackend backend, Transpose layout, int m, int n, int k, float[] a, float[] b, bool accumulate)
    {
        var ta = TierChecks.Upload(backend, a, layout == Transpose.First ? k : m, layout == Transpose.First ? m : k);
        var tb = TierChecks.Upload(backend, b, layout == Transpose.Second ? n : k, layout == Transpose.Second ? k : n);
        var tc = backend.Allocate(m, n);
        backend.Fill(tc, 0.5);
        backend.MatMul(layout, ta, tb, tc, accumulate);
        var c = new float[m * n];
        backend.Download(tc, c);
        foreach (var tensor in new[] { ta, tb, tc }) backend.Free(tensor);
        return c;
    }
}
