namespace ManualVae.Compute.Measure;

/// <summary>
/// What the machine can do at most: the two roofs of the roofline, as <see cref="MachineProbe"/> measures them.
/// </summary>
/// <param name="Threads">Threads that worked together.</param>
/// <param name="PeakGflops">Single-precision multiply-adds (two operations each), from registers only; median.</param>
/// <param name="CopyGigabytesPerSecond">
/// Copying between arrays far larger than any cache, bytes read plus bytes written; median.
/// </param>
public sealed record MachineLimits(int Threads, double PeakGflops, double CopyGigabytesPerSecond)
{
    /// <summary>
    /// Reading an array far larger than any cache, and nothing else; median. It is more than the copy's, which also reads the
    /// lines it overwrites. 0 where it was not measured.
    /// </summary>
    public double ReadGigabytesPerSecond { get; init; }

    /// <summary>Fraction of the attainable rate for work of this intensity: the lower of the two roofs.</summary>
    /// <param name="flops">Operations of the work.</param>
    /// <param name="bytes">Bytes it must move.</param>
    /// <param name="seconds">What it took.</param>
    public double FractionOfRoof(double flops, double bytes, double seconds) =>
        Math.Max(flops / (PeakGflops * 1e9), bytes / (CopyGigabytesPerSecond * 1e9)) / seconds;
}
