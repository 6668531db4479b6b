using Spectre.Console;

namespace ManualVae.Tools.Bench;

/// <summary>A report as a table for people.</summary>
internal static class BenchTable
{
    /// <summary>The tables for people.</summary>
    /// <param name="report">What was measured.</param>
    /// <param name="console">Where to.</param>
    /// <param name="earlier">An earlier report to compare with, or null.</param>
    public static void Print(this BenchReport report, IAnsiConsole console, EarlierReport? earlier)
    {
        console.WriteLine(report.Header);
        if (report.Results.Any(result => result.Tier is not null)) console.Write(TierTable.Of(report.Results));
        else console.Write(Table(report, earlier));
        if (SideBySide.Of(report.Results) is { } table)
        {
            console.Write(table);
            console.WriteLine(SideBySide.Note(report.Results));
        }
        if (earlier is not null) console.WriteLine(earlier.Note);
        if (report.Results.Any(report.InCaches))
            console.WriteLine("* Above the roof, a copy from and to memory: the data stay in the caches, or are only read.");
        if (report.Results.Any(report.IsDisturbed))
            console.WriteLine("! Faster than the peak in single precision: a product in bf16, or the machine is busy with other "
                + "work, which takes more from longer runs.");
    }

    private static Table Table(BenchReport report, EarlierReport? earlier)
    {
        bool errors = report.Results.Any(result => result.Error is not null);
        bool shares = report.Results.Any(result => result.Share is not null);
        (string Title, Func<BenchResult, string> Cell)[] columns =
        [
            ("operation", r => Markup.Escape(r.Name)),
            ("shape", r => r.Shape),
            (">threads", r => $"{r.Threads}"),
            (">median ms", r => $"{r.MedianSeconds * 1e3:0.000}"),
            .. earlier is null ? [] : new (string, Func<BenchResult, string>)[] { (">times before", earlier.Ratio) },
            .. shares ? new (string, Func<BenchResult, string>)[] { (">of the step", r => $"{r.Share:P1}") } : [],
            (">p90 ms", r => $"{r.P90Seconds * 1e3:0.000}"),
            (">GFLOP/s", r => Rate(r.Gflops)),
            (">GB/s", r => Rate(r.GigabytesPerSecond)),
            .. errors ? new (string, Func<BenchResult, string>)[] { (">error", r => r.Error is { } e ? $"{e:0.0e0}" : "") } : [],
            (">of the roof", r => r.FractionOfPeak > 0 ? $"{r.FractionOfPeak:P1}{Mark(report, r)}" : ""),
        ];
        var table = Terminal.Table([.. columns.Select(column => column.Title)]);
        foreach (var result in report.Results) table.AddRow([.. columns.Select(column => column.Cell(result))]);
        return table;
    }

    private static string Mark(BenchReport report, BenchResult result) =>
        report.InCaches(result) ? "*" : report.IsDisturbed(result) ? "!" : " ";

    private static string Rate(double value) => value > 0 ? $"{value:0.0}" : "";
}
