using System.Text.Json.Serialization;
using Spectre.Console;

namespace ManualVae.Tools.Bench;

/// <summary>What <c>manualvae bench</c> measured: the work, and the machine's limits meanwhile.</summary>
/// <param name="PeakGflops">Single-precision multiply-add peak at the largest number of threads.</param>
/// <param name="CopyGigabytesPerSecond">Copy bandwidth at the largest number of threads.</param>
/// <param name="Results">The lines.</param>
internal sealed record BenchReport(double PeakGflops, double CopyGigabytesPerSecond, IReadOnlyList<BenchResult> Results)
{
    /// <summary>Who measured; null in files of earlier versions.</summary>
    public BenchMachine? Machine { get; init; }

    /// <summary>The GPU whose limits these are; null for the processor.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Device { get; init; }

    /// <summary>The machine and its limits, in one line.</summary>
    public string Header => $"{(Machine is null ? "" : $"{Machine}\n")}{(Device is null ? "" : $"{Device}\n")}"
        + $"peak {PeakGflops:0.0} GFLOP/s (single-precision multiply-adds), copy {CopyGigabytesPerSecond:0.0} GB/s";

    /// <summary>The tables for people.</summary>
    /// <param name="console">Where to.</param>
    /// <param name="earlier">An earlier report to compare with, or null.</param>
    public void Print(IAnsiConsole console, EarlierReport? earlier)
    {
        console.WriteLine(Header);
        if (Results.Any(result => result.Tier is not null)) console.Write(TierTable.Of(Results));
        else console.Write(Table(earlier));
        if (earlier is not null) console.WriteLine(earlier.Note);
        if (Results.Any(InCaches))
            console.WriteLine("* Above the roof, a copy from and to memory: the data stay in the caches, or are only read.");
        if (Results.Any(IsDisturbed))
            console.WriteLine("! Faster than the peak: the machine is busy with other work, which takes more from longer runs.");
    }

    /// <summary>True where caches, or reading alone, beat a copy of memory.</summary>
    public bool InCaches(BenchResult result) => IsAbove(result) && !IsComputing(result);

    private bool IsDisturbed(BenchResult result) => IsAbove(result) && IsComputing(result);

    private static bool IsAbove(BenchResult result) => result is { FractionOfPeak: > 1.005, Tier: null };

    /// <summary>True where the peak is the nearer roof.</summary>
    private bool IsComputing(BenchResult result) =>
        result.Gflops * CopyGigabytesPerSecond >= result.GigabytesPerSecond * PeakGflops;

    private Table Table(EarlierReport? earlier)
    {
        bool shares = Results.Any(result => result.Share is not null);
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
            (">of the roof", r => r.FractionOfPeak > 0 ? $"{r.FractionOfPeak:P1}{Mark(r)}" : ""),
        ];
        var table = Terminal.Table([.. columns.Select(column => column.Title)]);
        foreach (var result in Results) table.AddRow([.. columns.Select(column => column.Cell(result))]);
        return table;
    }

    private string Mark(BenchResult result) => InCaches(result) ? "*" : IsDisturbed(result) ? "!" : " ";

    private static string Rate(double value) => value > 0 ? $"{value:0.0}" : "";
}
