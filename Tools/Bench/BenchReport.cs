using ManualVae.Compute.Measure;
using ManualVae.Tools.Charts;
using Spectre.Console;

namespace ManualVae.Tools.Bench;

/// <summary>One measured line. Rates that make no sense for the work are 0.</summary>
/// <param name="Name">What ran.</param>
/// <param name="Shape">Its sizes.</param>
/// <param name="Threads">Threads that computed.</param>
/// <param name="MedianSeconds">Median duration.</param>
/// <param name="P90Seconds">Nine of ten runs took no longer.</param>
/// <param name="Gflops">Floating-point operations a second, in thousands of millions.</param>
/// <param name="GigabytesPerSecond">Bytes that must move, a second.</param>
/// <param name="FractionOfPeak">
/// The time that the nearer roof (peak or copy bandwidth) allows, divided by the time it took: of the median run against the
/// samples next to it, or of the median time against the median of all samples where there are none between runs.
/// </param>
internal sealed record BenchResult(
    string Name, string Shape, int Threads, double MedianSeconds, double P90Seconds, double Gflops, double GigabytesPerSecond,
    double FractionOfPeak)
{
    /// <summary>A measurement that is not yet set against limits.</summary>
    /// <param name="name">What ran.</param>
    /// <param name="shape">Its sizes.</param>
    /// <param name="flops">Operations of a run.</param>
    /// <param name="bytes">Bytes that a run must move.</param>
    /// <param name="timing">Seconds of the runs.</param>
    /// <param name="threads">Threads that computed.</param>
    /// <param name="runs">The runs with the samples between them, or null if there are no samples.</param>
    public static BenchResult From(
        string name, string shape, double flops, double bytes, Timing timing, int threads, ProbedRuns? runs = null)
    {
        double seconds = Math.Max(timing.Median, 1e-9); // no clock resolves less, and rates must stay finite
        return new(name, shape, threads, timing.Median, timing.P90, flops / seconds / 1e9, bytes / seconds / 1e9, 0)
        {
            Runs = runs,
        };
    }

    /// <summary>The same measurement against the limits.</summary>
    public BenchResult Under(MachineLimits limits)
    {
        double flopsPerSecond = Gflops * 1e9, bytesPerSecond = GigabytesPerSecond * 1e9;
        return this with
        {
            FractionOfPeak = Runs?.FractionOfRoof(flopsPerSecond * MedianSeconds, bytesPerSecond * MedianSeconds, limits)
                ?? limits.FractionOfRoof(flopsPerSecond, bytesPerSecond, seconds: 1),
        };
    }

    private ProbedRuns? Runs { get; init; }
}

/// <summary>What <c>manualvae bench</c> measured: the work, and the machine's limits meanwhile.</summary>
/// <param name="PeakGflops">Single-precision multiply-add peak at the largest number of threads.</param>
/// <param name="CopyGigabytesPerSecond">Copy bandwidth at the largest number of threads.</param>
/// <param name="Results">The lines.</param>
internal sealed record BenchReport(double PeakGflops, double CopyGigabytesPerSecond, IReadOnlyList<BenchResult> Results)
{
    /// <summary>The table for people.</summary>
    public void Print(IAnsiConsole console)
    {
        var table = Terminal.Table("operation", "shape", ">threads", ">median ms", ">p90 ms", ">GFLOP/s", ">GB/s",
            ">of the roof");
        foreach (var r in Results)
            table.AddRow(Markup.Escape(r.Name), r.Shape, $"{r.Threads}", $"{r.MedianSeconds * 1e3:0.000}",
                $"{r.P90Seconds * 1e3:0.000}", Rate(r.Gflops), Rate(r.GigabytesPerSecond), $"{r.FractionOfPeak:P1}");
        console.Write(table);
        console.WriteLine($"peak {PeakGflops:0.0} GFLOP/s (single-precision multiply-adds), copy "
            + $"{CopyGigabytesPerSecond:0.0} GB/s");
    }

    /// <summary>Log-log picture: the two roofs and every result that has an intensity.</summary>
    public string Roofline()
    {
        double ridge = PeakGflops / CopyGigabytesPerSecond;
        var points = Results.Where(r => r is { Gflops: > 0, GigabytesPerSecond: > 0 }).ToArray();
        double low = points.Select(p => p.Gflops / p.GigabytesPerSecond).Append(0.1).Min() / 2;
        double high = points.Select(p => p.Gflops / p.GigabytesPerSecond).Append(ridge * 10).Max() * 2;
        return new Chart
        {
            Title = "Roofline of this machine",
            Subtitle = $"{PeakGflops:0} GFLOP/s peak, {CopyGigabytesPerSecond:0} GB/s copy, both measured in this run",
            X = new("arithmetic intensity", "operations a byte") { Log = true },
            Y = new("throughput", "GFLOP/s") { Log = true },
            Series =
            [
                new LineSeries("roof", [low, ridge, high], [low * CopyGigabytesPerSecond, PeakGflops, PeakGflops]),
                .. points.Select(p => new ScatterSeries($"{p.Name} {p.Shape}", [p.Gflops / p.GigabytesPerSecond], [p.Gflops])),
            ],
        }.ToSvg();
    }

    private static string Rate(double value) => value > 0 ? $"{value:0.0}" : "";
}
