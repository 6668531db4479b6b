using System.Diagnostics;

namespace ManualVae.Compute.Measure;

/// <summary>Seconds of repeated runs of one piece of work.</summary>
/// <param name="Median">Half of the runs took no longer.</param>
/// <param name="P90">Nine of ten runs took no longer.</param>
/// <param name="Best">The fastest run.</param>
/// <param name="Runs">How many were measured.</param>
public readonly record struct Timing(double Median, double P90, double Best, int Runs)
{
    /// <summary>From the seconds of each run, in any order; sorts them.</summary>
    public static Timing From(Span<double> seconds)
    {
        seconds.Sort();
        return new(seconds[seconds.Length / 2], seconds[Math.Min(seconds.Length - 1, seconds.Length * 9 / 10)], seconds[0], seconds.Length);
    }

    /// <summary>Runs the work a few times unmeasured (code is compiled, caches and pages are warm), then measures.</summary>
    /// <param name="work">What to run.</param>
    /// <param name="runs">Measured runs at least.</param>
    /// <param name="seconds">Goes on until this much time has passed, up to 1,000 runs.</param>
    /// <param name="warmUp">Unmeasured runs.</param>
    public static Timing Of(Action work, int runs = 15, double seconds = 0.5, int warmUp = 3)
    {
        for (int i = 0; i < warmUp; i++) work();
        List<double> times = [];
        for (double total = 0; times.Count < runs || (total < seconds && times.Count < 1000);)
        {
            long start = Stopwatch.GetTimestamp();
            work();
            times.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
            total += times[^1];
        }
        return From(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(times));
    }
}
