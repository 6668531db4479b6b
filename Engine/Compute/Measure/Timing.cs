using System.Diagnostics;

namespace ManualVae.Compute.Measure;

/// <summary>Seconds of repeated runs of one piece of work.</summary>
/// <param name="Median">Half of the runs took no longer.</param>
/// <param name="P90">Nine of ten runs took no longer.</param>
/// <param name="Best">The fastest run.</param>
/// <param name="Runs">How many were measured.</param>
public readonly record struct Timing(double Median, double P90, double Best, int Runs)
{
    /// <summary>From the seconds of each run, in any order.</summary>
    public static Timing From(IReadOnlyCollection<double> seconds) =>
        new(Quantile(seconds, 0.5), Quantile(seconds, 0.9), seconds.Min(), seconds.Count);

    /// <summary>The same runs of which each did the work so many times over, as seconds of one.</summary>
    public Timing Times(double factor) => new(Median * factor, P90 * factor, Best * factor, Runs);

    /// <summary>One of the values: a share of all values lies below it.</summary>
    internal static double Quantile(IReadOnlyCollection<double> values, double share) =>
        values.Order().ElementAt(Math.Min(values.Count - 1, (int)(share * values.Count)));

    /// <summary>
    /// Runs the work until .NET has compiled its methods for the last time. A method moves up a tier after 30 calls, and only
    /// once no new method has come for a tenth of a second; there are up to three tiers. Work of a few milliseconds or less would
    /// otherwise be measured half through, with the code of a young process.
    /// </summary>
    /// <param name="work">What to run.</param>
    /// <param name="rounds">Rounds of 40 runs with a pause after each; 0 for none.</param>
    public static void Settle(Action work, int rounds = 3)
    {
        const int Calls = 40, PauseMilliseconds = 250;
        for (int round = 0; round < rounds; round++)
        {
            for (int i = 0; i < Calls; i++) work();
            Thread.Sleep(PauseMilliseconds);
        }
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
        return From(times);
    }
}
