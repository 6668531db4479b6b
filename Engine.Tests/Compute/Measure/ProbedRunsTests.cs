using ManualVae.Compute.Measure;
using Xunit;

namespace ManualVae.Tests.Compute.Measure;

public class ProbedRunsTests
{
    [Fact]
    public void A_run_is_set_against_the_samples_before_and_after_it()
    {
        using var probe = new MachineProbe(threads: 1);
        probe.Sample();
        double before = probe.LimitsNextTo(probe.Samples).PeakGflops; // there is none after it yet
        var runs = new ProbedRuns(probe);
        double seconds = runs.Time(() => Thread.Sleep(1));
        Assert.Equal(1e6 / seconds / (before * 1e9), runs.FractionOfRoof(flops: 1e6, bytes: 0, new(1, 100, 10)), 1e-9);

        probe.Sample();
        double after = probe.LimitsNextTo(probe.Samples).PeakGflops;
        Assert.Equal(
            1e6 / seconds / ((before + after) / 2 * 1e9), runs.FractionOfRoof(flops: 1e6, bytes: 0, new(1, 100, 10)), 1e-9);
    }

    [Fact]
    public void Without_samples_the_median_run_is_set_against_the_limits()
    {
        var runs = new ProbedRuns(null);
        double[] seconds = [.. Enumerable.Range(0, 5).Select(i => runs.Time(() => Thread.Sleep(i)))];
        Array.Sort(seconds);
        Assert.Equal(seconds[2], runs.Timing.Median);
        Assert.Equal(seconds[4], runs.Timing.P90);
        Assert.Equal(1e9 / seconds[2] / 100e9, runs.FractionOfRoof(flops: 1e9, bytes: 0, new(2, 100, 10)), 1e-12);
    }
}
