using ManualVae.Compute.Measure;
using Xunit;

namespace ManualVae.Tests.Compute.Measure;

public class MachineProbeTests
{
    [Fact]
    public void Measures_a_peak_and_a_copy_between_what_it_is_asked_to_sample()
    {
        using var probe = new MachineProbe(threads: 1);
        for (int i = 0; i < 3; i++) probe.Sample();
        var limits = probe.Limits;
        Assert.Equal(1, limits.Threads);
        Assert.InRange(limits.PeakGflops, 0.1, 1e5);
        Assert.InRange(limits.CopyGigabytesPerSecond, 0.01, 1e4);
        Assert.True(probe.PeakRange.Low <= limits.PeakGflops && limits.PeakGflops <= probe.PeakRange.High);
    }

    [Theory]
    [InlineData(1e9, 0, 0.5)] // 10 ms at 100 GFLOP/s
    [InlineData(0, 1e8, 0.5)] // 10 ms at 10 GB/s
    [InlineData(1e9, 3e8, 1.5)] // the slower of the two decides; above 1 is possible where a cache helps
    public void The_nearer_roof_decides(double flops, double bytes, double fraction) =>
        Assert.Equal(fraction, new MachineLimits(2, 100, 10).FractionOfRoof(flops, bytes, seconds: 0.02), 1e-12);
}
