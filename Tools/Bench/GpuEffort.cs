using ManualVae.Compute.Measure;

namespace ManualVae.Tools.Bench;

/// <summary>How long a GPU is measured.</summary>
/// <param name="Runs">Runs of each product and transfer at least.</param>
/// <param name="Seconds">Seconds of each at least.</param>
/// <param name="Launches">Launches of a queue.</param>
/// <param name="Settle">Rounds until the process is no longer young, see <see cref="Timing.Settle"/>.</param>
internal sealed record GpuEffort(int Runs = 11, double Seconds = 0.3, int Launches = 1000, int Settle = 3);
