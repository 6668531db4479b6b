using System.Text.Json.Serialization;
using ManualVae.Compute.Measure;

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
/// samples next to it, or of the median time against the median of all samples where there are none between runs. Above 1 where
/// the data stay in the caches, or are only read: the roof of memory is a copy.
/// </param>
internal sealed record BenchResult(
    string Name, string Shape, int Threads, double MedianSeconds, double P90Seconds, double Gflops, double GigabytesPerSecond,
    double FractionOfPeak)
{
    /// <summary>Share of the training step that it is part of; null if it is part of none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Share { get; init; }

    /// <summary>The instruction sets it ran with, where several are compared; null elsewhere.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Tier { get; init; }

    /// <summary>
    /// What made a product, where several stand side by side: a level of the GPU's product, simd, or a transfer that belongs to
    /// it; null elsewhere.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Level { get; init; }

    /// <summary>
    /// Relative error of a product: in bfloat16 against single precision, of a GPU's level against the SIMD backend; null
    /// elsewhere.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Error { get; init; }

    private ProbedRuns? Runs { get; init; }

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
}
