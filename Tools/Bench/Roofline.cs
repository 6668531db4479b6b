using ManualVae.Tools.Charts;

namespace ManualVae.Tools.Bench;

/// <summary>The log-log picture of a report: the two roofs and every line that has an intensity.</summary>
internal static class Roofline
{
    /// <summary>Places of the roof that labels keep clear of.</summary>
    private const int RoofPlaces = 100;

    /// <summary>The picture as SVG.</summary>
    public static string Of(BenchReport report)
    {
        double peak = report.PeakGflops, copy = report.CopyGigabytesPerSecond, ridge = peak / copy;
        var points = report.Results.Where(r => r is { Gflops: > 0, GigabytesPerSecond: > 0 } && BelongsTo(report, r)).ToArray();
        double low = points.Select(Intensity).Append(0.1).Min() / 2, high = points.Select(Intensity).Append(ridge * 10).Max() * 2;
        double[] along = [.. Enumerable.Range(0, RoofPlaces + 1).Select(i => low * Math.Pow(high / low, (double)i / RoofPlaces))];
        int[] threads = [.. points.Select(point => point.Threads).Distinct()];
        return new Chart
        {
            Title = "Roofline",
            Subtitle = $"{Machine(report, threads)}: {peak:0} GFLOP/s peak, {copy:0} GB/s copy, both measured in this run. "
                + "A point above the roof of memory has its data in the caches, or only reads them.",
            Width = 700,
            PlotHeight = 340,
            X = new("arithmetic intensity", "operations a byte") { Log = true },
            Y = new("throughput", "GFLOP/s") { Log = true },
            Series =
            [
                new LineSeries("roof", [low, ridge, high], [low * copy, peak, peak]) { Colour = 7 },
                Points("operations", 0, point => !report.InCaches(point)),
                Points("in the caches", 1, report.InCaches),
                new PointLabels([.. points.Select(Intensity), .. along],
                    [.. points.Select(point => point.Gflops), .. along.Select(x => Math.Min(x * copy, peak))],
                    [.. points.Select(point => Label(point, threads.Length > 1)), .. along.Select(_ => "")]),
            ],
        }.ToSvg();

        ScatterSeries Points(string name, int colour, Func<BenchResult, bool> chosen)
        {
            BenchResult[] some = [.. points.Where(chosen)];
            return new(some.Length > 0 ? name : "", [.. some.Select(Intensity)], [.. some.Select(point => point.Gflops)])
            {
                Colour = colour, Radius = 4,
            };
        }
    }

    private static string Machine(BenchReport report, int[] threads)
    {
        if (report.Device is string device) return device;
        string counts = string.Join(" and ", threads.SkipLast(1).Select(count => $"{count}")
            .Append(Readable.Count(threads.LastOrDefault(), "thread")));
        return report.Machine is { } machine ? $"{machine.Processor}, {machine.Instructions}, {counts}" : counts;
    }

    /// <summary>The processor's lines in a report of a GPU have other roofs.</summary>
    private static bool BelongsTo(BenchReport report, BenchResult result) =>
        report.Device is null || result.Level != SideBySide.Processor;

    private static double Intensity(BenchResult result) => result.Gflops / result.GigabytesPerSecond;

    private static string Label(BenchResult result, bool withThreads) =>
        $"{result.Name} {result.Shape}{(withThreads ? $" ({result.Threads})" : "")}";
}
