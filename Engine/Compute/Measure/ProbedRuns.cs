using System.Diagnostics;

namespace ManualVae.Compute.Measure;

/// <summary>
/// Runs of one piece of work, each compared with the samples of the peak next to it: if the clock changes from second to second,
/// the median of all samples may belong to other seconds than the median run.
/// </summary>
/// <param name="probe">
/// Takes a sample before each run or few, and one after the last; null on a device, whose clock is not sampled.
/// </param>
public sealed class ProbedRuns(MachineProbe? probe)
{
    private readonly List<(double Seconds, int Sample)> _runs = [];

    /// <summary>Runs of one piece of work alone, with a sample before each and after the last.</summary>
    /// <param name="probe">Takes the samples, if not null.</param>
    /// <param name="work">What to run.</param>
    /// <param name="runs">Measured runs.</param>
    /// <param name="warmUp">Unmeasured runs before.</param>
    public static ProbedRuns Of(MachineProbe? probe, Action work, int runs, int warmUp)
    {
        for (int i = 0; i < warmUp; i++) work();
        var measured = new ProbedRuns(probe);
        for (int i = 0; i < runs; i++)
        {
            probe?.Sample();
            measured.Time(work);
        }
        probe?.Sample();
        return measured;
    }

    /// <summary>Seconds of the runs.</summary>
    public Timing Timing => Timing.From(_runs.ConvertAll(run => run.Seconds));

    /// <summary>Runs the work once, measured, and returns the seconds it took.</summary>
    public double Time(Action work)
    {
        long start = Stopwatch.GetTimestamp();
        work();
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        _runs.Add((seconds, probe?.Samples ?? 0));
        return seconds;
    }

    /// <summary>The median run's fraction of the attainable rate (<see cref="MachineLimits.FractionOfRoof"/>).</summary>
    /// <param name="flops">Operations of a run.</param>
    /// <param name="bytes">Bytes a run must move.</param>
    /// <param name="limits">The limits if there are no samples.</param>
    public double FractionOfRoof(double flops, double bytes, MachineLimits limits) => Timing.Quantile(
        _runs.ConvertAll(run => (probe?.LimitsNextTo(run.Sample) ?? limits).FractionOfRoof(flops, bytes, run.Seconds)), 0.5);
}
