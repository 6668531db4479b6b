using ManualVae.Tools.Charts;

namespace ManualVae.Tools.Bench;

/// <summary>The log-log picture of a report: the two roofs and every line that has an intensity.</summary>
internal static class Roofline
{
    /// <summary>The picture as SVG.</summary>
    public static string Of(BenchReport report)
    {
        double peak = report.PeakGflops, copy = report.CopyGigabytesPerSecond, ridge = peak / copy;
        var points = report.Results.Where(r => r is { Gflops: > 0, GigabytesPerSecond: > 0 }).ToArray();
        double low = points.Select(Intensity).Append(0.1).Min() / 2, high = points.Select(Intensity).Append(ridge * 10).Max() * 2;
        int[] threads = [.. points.Select(point => point.Threads).Distinct()];
        string machine = report.Device ?? $"{report.Machine?.Processor}, {report.Machine?.Instructions}, "
            + string.Join(" and ", threads.SkipLast(1).Select(count => $"{count}").Append(Readable.Count(threads.LastOrDefault(), "thread")));
        return new Chart
        {
            Title = "Roofline",
            Subtitle = $"{machine}: {peak:0} GFLOP/s peak, {copy:0} GB/s copy, both measured in this run. A point above the roof has "
                + "its data in the caches, or only reads them.",
            Width = 700, PlotHeight = 340,
            X = new("arithmetic intensity", "operations a byte") { Log = true },
            Y = new("throughput", "GFLOP/s") { Log = true },
            Series =
            [
                new LineSeries("roof", [low, ridge, high], [low * copy, peak, peak]) { Colour = 7 },
                Points("operations", 0, point => !report.InCaches(point)),
                Points("above the roof: in the caches", 1, report.InCaches),
            ],
        }.ToSvg();

        LabelledPoints Points(string name, int colour, Func<BenchResult, bool> chosen)
        {
            BenchResult[] some = [.. points.Where(chosen)];
            return new(some.Length > 0 ? name : "", [.. some.Select(Intensity)], [.. some.Select(point => point.Gflops)],
                [.. some.Select(point => Label(point, threads.Length > 1))]) { Colour = colour };
        }
    }

    private static double Intensity(BenchResult result) => result.Gflops / result.GigabytesPerSecond;

    private static string Label(BenchResult result, bool withThreads) =>
        $"{result.Name} {result.Shape}{(withThreads ? $" ({result.Threads})" : "")}";
}
