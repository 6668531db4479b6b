using System.Text.Json.Serialization;
using ManualVae.Compute;
using ManualVae.Compute.Measure;

namespace ManualVae.Tools.Bench;

/// <summary>What <c>manualvae bench</c> measured: the work, and the machine's limits meanwhile.</summary>
/// <param name="PeakGflops">Single-precision multiply-add peak at the largest number of threads.</param>
/// <param name="CopyGigabytesPerSecond">Copy bandwidth at the largest number of threads.</param>
/// <param name="Results">The lines.</param>
internal sealed record BenchReport(double PeakGflops, double CopyGigabytesPerSecond, IReadOnlyList<BenchResult> Results)
{
    /// <summary>Who measured; null in files of earlier versions.</summary>
    public BenchMachine? Machine { get; init; }

    /// <summary>Read bandwidth at the largest number of threads; 0 where it was not measured.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public double ReadGigabytesPerSecond { get; init; }

    /// <summary>The GPU whose limits these are; null for the processor.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Device { get; init; }

    /// <summary>The GPU's name, clocks and driver; null for the processor.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public GpuCard? Card { get; init; }

    /// <summary>The GPU's rate of multiply-adds in TF32, by tensor cores; 0 where it has none or it was not measured.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public double TensorPeakGflops { get; init; }

    /// <summary>The processor's limits, where a report of a GPU has lines of the processor too; null elsewhere.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public MachineLimits? Processor { get; init; }

    /// <summary>The machine and its limits.</summary>
    public string Header => $"{(Machine is null ? "" : $"{Machine}\n")}"
        + (Processor is { } own
            ? $"{Limits(own.PeakGflops, own.CopyGigabytesPerSecond, own.ReadGigabytesPerSecond)}\n" : "")
        + (Device is null ? "" : $"{Device}\n")
        + (Card is null ? "" : $"clock {Card.ClockMegahertz} MHz, memory {Card.MemoryClockMegahertz} MHz, CUDA {Card.Driver}\n")
        + Limits(PeakGflops, CopyGigabytesPerSecond, ReadGigabytesPerSecond)
        + (TensorPeakGflops > 0 ? $", TF32 {TensorPeakGflops:0.0} GFLOP/s" : "");

    private static string Limits(double peak, double copy, double read) =>
        $"peak {peak:0.0} GFLOP/s (single-precision multiply-adds), copy {copy:0.0} GB/s"
        + (read > 0 ? $", read {read:0.0} GB/s" : "");

    /// <summary>True where caches, or reading alone, beat a copy of memory.</summary>
    public bool InCaches(BenchResult result) => IsAbove(result) && !IsComputing(result);

    /// <summary>True for a product that beat the peak: the samples of the peak were disturbed more.</summary>
    public bool IsDisturbed(BenchResult result) => IsAbove(result) && IsComputing(result);

    private static bool IsAbove(BenchResult result) => result is { FractionOfPeak: > 1.005, Tier: null, Level: null };

    /// <summary>True where the peak is the nearer roof.</summary>
    private bool IsComputing(BenchResult result) =>
        result.Gflops * CopyGigabytesPerSecond >= result.GigabytesPerSecond * PeakGflops;
}
