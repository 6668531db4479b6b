using System.Diagnostics;

namespace ManualVae.Compute.Measure;

/// <summary>What one operation at one shape took, each time it ran.</summary>
/// <param name="Name">Operation.</param>
/// <param name="Rows">Rows of its largest tensor.</param>
/// <param name="Columns">Columns of it.</param>
/// <param name="Flops">Floating-point operations of one run.</param>
/// <param name="Bytes">Bytes that one run must move, in single precision.</param>
/// <param name="Seconds">Duration of each run.</param>
public sealed record OperationTimes(string Name, int Rows, int Columns, double Flops, double Bytes, List<double> Seconds);

/// <summary>
/// A backend that passes everything on to another and, while <see cref="Enabled"/>, notes what each operation took: timing by
/// decorator, so that neither models nor kernels know of it.
/// </summary>
/// <param name="inner">The backend that computes; disposed with this one.</param>
public sealed partial class TimedBackend(IBackend inner) : IBackend
{
    private readonly Dictionary<(string, int, int), OperationTimes> _times = [];

    /// <summary>Whether durations are noted.</summary>
    public bool Enabled { get; set; }

    /// <summary>What was noted, in order of first appearance.</summary>
    public IReadOnlyCollection<OperationTimes> Times => _times.Values;

    /// <inheritdoc/>
    public string Name => inner.Name;

    /// <inheritdoc/>
    public string Description => inner.Description;

    /// <inheritdoc/>
    public bool IsDoublePrecision => inner.IsDoublePrecision;

    /// <inheritdoc/>
    public long? MemoryLimit => inner.MemoryLimit;

    /// <inheritdoc/>
    public bool FusesUpdates => inner.FusesUpdates;

    /// <inheritdoc/>
    public void Dispose() => inner.Dispose();

    private static long Start() => Stopwatch.GetTimestamp();

    private static double Products(Tensor result, int k) => 2.0 * result.Length * k;

    private void Note(long start, string name, Tensor largest, double flops, double bytes)
    {
        if (!Enabled) return;
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var key = (name, largest.Rows, largest.Columns);
        if (!_times.TryGetValue(key, out var times))
            _times.Add(key, times = new(name, largest.Rows, largest.Columns, flops, bytes, []));
        times.Seconds.Add(seconds);
    }
}
