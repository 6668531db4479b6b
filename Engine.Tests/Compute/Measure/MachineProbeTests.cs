using System.Numerics;
using System.Runtime.Intrinsics;
using ManualVae.Compute;
using ManualVae.Compute.Measure;
using ManualVae.Compute.Simd;
using ManualVae.Tests.Tools;
using Xunit;

namespace ManualVae.Tests.Compute.Measure;

[Collection(nameof(CommandLine))] // beside no other test: it counts the processor time of the process
public class MachineProbeTests
{
    /// <summary>By the best of many in processor time, which other programs disturb little.</summary>
    [Fact]
    public unsafe void No_matrix_product_is_faster_than_the_peak()
    {
        const int M = 240, N = 480, K = 512, Iterations = 10_000;
        using var backend = new SimdBackend(threads: 1);
        Tensor a = backend.Allocate(M, K), b = backend.Allocate(K, N), c = backend.Allocate(M, N);
        using var result = new NativeBuffer(Vector512<float>.Count);
        double peak = 0, product = 0;
        for (int i = 0; i < 100; i++)
        {
            peak = Math.Max(peak, Rate(20 * Iterations * MachineProbe.FlopsOfIteration, () =>
            {
                for (int part = 0; part < 20; part++)
                    if (Vector512.IsHardwareAccelerated)
                        MachineProbe.MultiplyAdds<Lanes512, Vector512<float>>(Iterations, (float*)result.Pointer);
                    else MachineProbe.MultiplyAdds<PortableLanes, Vector<float>>(Iterations, (float*)result.Pointer);
            }));
            product = Math.Max(product, Rate(2.0 * M * N * K, () => backend.MatMul(Transpose.None, a, b, c)));
        }
        Assert.True(product < 1.1 * peak, $"product {product / 1e9:0.0}, peak {peak / 1e9:0.0} GFLOP/s");
        Assert.True(product > 0.4 * peak, $"product {product / 1e9:0.0}, peak {peak / 1e9:0.0} GFLOP/s");
    }

    private static double Rate(double flops, Action work)
    {
        var before = Environment.CpuUsage.TotalTime;
        work();
        return flops / (Environment.CpuUsage.TotalTime - before).TotalSeconds;
    }

    [Fact]
    public void Measures_a_peak_and_a_copy_between_what_it_is_asked_to_sample()
    {
        using var probe = new MachineProbe(threads: 1);
        for (int i = 0; i < 3; i++) probe.Sample();
        var limits = probe.Limits;
        Assert.Equal(1, limits.Threads);
        Assert.InRange(limits.PeakGflops, 0.1, 1e5);
        Assert.InRange(limits.CopyGigabytesPerSecond, 0.01, 1e4);
        Assert.InRange(limits.ReadGigabytesPerSecond, 0.01, 1e4);
        Assert.InRange(probe.SampleReads(), 0.01, 1e4);
        Assert.True(probe.PeakRange.Low <= limits.PeakGflops && limits.PeakGflops <= probe.PeakRange.High);
    }

    [Theory]
    [InlineData(1e9, 0, 0.5)] // 10 ms at 100 GFLOP/s
    [InlineData(0, 1e8, 0.5)] // 10 ms at 10 GB/s
    [InlineData(1e9, 3e8, 1.5)] // the slower of the two decides; above 1 is possible where a cache helps
    public void The_nearer_roof_decides(double flops, double bytes, double fraction) =>
        Assert.Equal(fraction, new MachineLimits(2, 100, 10).FractionOfRoof(flops, bytes, seconds: 0.02), 1e-12);
}
