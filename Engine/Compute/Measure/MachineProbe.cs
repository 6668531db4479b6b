using System.Diagnostics;
using System.Numerics;
using System.Runtime.Intrinsics;
using ManualVae.Compute.Simd;

namespace ManualVae.Compute.Measure;

/// <summary>
/// Measures the machine's limits in samples of some fifty milliseconds, taken between the runs that are compared with them. A
/// shared machine changes its clock by a fifth from one second to the next, so work must be compared with limits of the same
/// seconds.
/// </summary>
public sealed unsafe class MachineProbe : IDisposable
{
    private const int CopyLength = 32 << 20; // 128 MiB each way
    private const int Grain = 1 << 18; // of copying and reading
    private const int PeakSamplesPerCopy = 8, ReadsPerCopy = 3;
    /// <summary>Some 0.05 to 0.1 ms each, so that threads end together.</summary>
    private const int Iterations = 10_000;
    /// <summary>
    /// Parts for each thread: some 10 ms, and some 50 ms, long enough that no short burst of the clock decides.
    /// </summary>
    private const int WakingParts = 150, SampleParts = 750;

    private readonly WorkerPool _pool;
    private readonly NativeBuffer _sink;
    private NativeBuffer? _kept;
    private readonly List<double> _peaks = [], _copies = [], _reads = [];

    /// <summary>Warms up: code is compiled.</summary>
    /// <param name="threads">Threads; 0 for all processors.</param>
    public MachineProbe(int threads = 0)
    {
        const int WarmUp = 4;
        _pool = new WorkerPool(threads);
        _sink = new NativeBuffer(Vector512<float>.Count * SampleParts * _pool.Count);
        for (int i = 0; i < WarmUp; i++) Sample();
        Thread.Sleep(200); // while the last tier is compiled
        for (int i = 0; i < WarmUp; i++) Sample();
        _peaks.Clear();
        _copies.Clear();
        _reads.Clear();
        Sample();
    }

    /// <summary>Threads that work together.</summary>
    public int Threads => _pool.Count;

    /// <summary>
    /// The threads, also for the work that is measured. While they still spin, threads of another pool would share cores with
    /// them for some milliseconds; this happens in no training run.
    /// </summary>
    public WorkerPool Pool => _pool;

    /// <summary>The medians of all samples.</summary>
    public MachineLimits Limits => Under(Median(_peaks));

    /// <summary>Number of samples of the peak.</summary>
    public int Samples => _peaks.Count;

    /// <summary>
    /// The middle four fifths of the peaks that were sampled, in GFLOP/s: how much the machine changed meanwhile.
    /// </summary>
    public (double Low, double High) PeakRange => (Timing.Quantile(_peaks, 0.1), Timing.Quantile(_peaks, 0.9));

    /// <summary>Takes a sample of the peak, and with every eighth one samples of copying and of reading.</summary>
    public void Sample()
    {
        if (_peaks.Count % PeakSamplesPerCopy == 0) CopyAndRead();
        Peak(WakingParts); // wakes sleeping threads, which may share a core for some milliseconds
        _peaks.Add(Peak(SampleParts));
    }

    /// <summary>
    /// Takes samples of reading only, and returns their median in GB/s. The array that is read is kept (128 MiB).
    /// </summary>
    public double SampleReads()
    {
        if (_kept is null)
        {
            _kept = new(CopyLength);
            new Span<float>(_kept.Pointer, CopyLength).Fill(1);
        }
        double[] samples = [.. Enumerable.Range(0, ReadsPerCopy).Select(_ => Read(_kept.Pointer))];
        _reads.AddRange(samples);
        return Timing.Quantile(samples, 0.5);
    }

    /// <summary>The limits between two samples: the mean of both peaks, and the medians of copying and reading.</summary>
    /// <param name="samples">Number of samples before.</param>
    public MachineLimits LimitsNextTo(int samples) =>
        Under((_peaks[samples - 1] + _peaks[Math.Min(samples, _peaks.Count - 1)]) / 2);

    /// <summary>Ends the threads.</summary>
    public void Dispose()
    {
        _pool.Dispose();
        _sink.Dispose();
        _kept?.Dispose();
    }

    private MachineLimits Under(double peak) =>
        new(Threads, peak, Median(_copies)) { ReadGigabytesPerSecond = Median(_reads) };

    private static double Median(List<double> samples) => Timing.Quantile(samples, 0.5);

    /// <summary>GFLOP/s: two operations for each multiply-add.</summary>
    private double Peak(int partsPerThread)
    {
        double flopsOfPart = Iterations * FlopsOfIteration;
        int parts = partsPerThread * _pool.Count;
        long start = Stopwatch.GetTimestamp();
        _pool.For(parts, 1, (nint)_sink.Pointer, static (in nint sink, int first, int last) =>
        {
            for (int part = first; part < last; part++)
            {
                float* result = (float*)sink + part * Vector512<float>.Count;
                if (Vector512.IsHardwareAccelerated) MultiplyAdds<Lanes512, Vector512<float>>(Iterations, result);
                else MultiplyAdds<PortableLanes, Vector<float>>(Iterations, result);
            }
        });
        return flopsOfPart * parts / Stopwatch.GetElapsedTime(start).TotalSeconds / 1e9;
    }

    private void CopyAndRead()
    {
        // Not kept, so that a bench can measure the resident memory of the work itself.
        using var from = new NativeBuffer(CopyLength);
        using var to = new NativeBuffer(CopyLength);
        new Span<float>(from.Pointer, CopyLength).Fill(1);
        new Span<float>(to.Pointer, CopyLength).Fill(1);
        long start = Stopwatch.GetTimestamp();
        _pool.For(CopyLength, Grain, ((nint)from.Pointer, (nint)to.Pointer),
            static (in (nint From, nint To) s, int first, int last) => CopyRange((float*)s.From, (float*)s.To, first, last));
        _copies.Add(Rate(2L * CopyLength, start));
        for (int i = 0; i < ReadsPerCopy; i++) _reads.Add(Read(from.Pointer));
    }

    private double Read(float* from)
    {
        long start = Stopwatch.GetTimestamp();
        _pool.For(CopyLength, Grain, ((nint)from, (nint)_sink.Pointer),
            static (in (nint From, nint Sink) s, int first, int last) =>
                *((float*)s.Sink + first / Grain) = ReadRange((float*)s.From, first, last));
        return Rate(CopyLength, start);
    }

    private static double Rate(long floats, long start) =>
        (double)sizeof(float) * floats / Stopwatch.GetElapsedTime(start).TotalSeconds / 1e9;

    /// <summary>Some sum of everything, so that all is read.</summary>
    private static float ReadRange(float* from, int first, int last)
    {
        int width = Vector<float>.Count;
        Vector<float> a = default, b = default, c = default, d = default;
        for (int i = first; i <= last - 4 * width; i += 4 * width)
        {
            a += Vector.Load(from + i);
            b += Vector.Load(from + i + width);
            c += Vector.Load(from + i + 2 * width);
            d += Vector.Load(from + i + 3 * width);
        }
        return Vector.Sum((a + b) + (c + d));
    }

    private static void CopyRange(float* from, float* to, int first, int last)
    {
        int width = Vector<float>.Count;
        for (int i = first; i <= last - 2 * width; i += 2 * width)
        {
            Vector.Load(from + i).Store(to + i);
            Vector.Load(from + i + width).Store(to + i + width);
        }
    }

    /// <summary>Operations of an iteration of <see cref="MultiplyAdds"/> at the widest vectors.</summary>
    internal static double FlopsOfIteration => 12.0 * 2 * (Vector512.IsHardwareAccelerated ? Vector512<float>.Count
        : Vector<float>.Count);

    /// <summary>
    /// Twelve chains of multiply-adds. The result goes to the caller's memory: with a stack buffer in this method the JIT would
    /// store every chain in every iteration, and the peak would be that of the stores.
    /// </summary>
    internal static void MultiplyAdds<TLanes, TVector>(int iterations, float* result) where TLanes : struct, ILanes<TVector>
    {
        TVector x = TLanes.All(0.999f), y = TLanes.All(1e-7f);
        TVector a = y, b = y, c = y, d = y, e = y, f = y, g = y, h = y, i = y, j = y, k = y, l = y;
        for (; iterations > 0; iterations--)
        {
            a = TLanes.MultiplyAdd(a, x, y);
            b = TLanes.MultiplyAdd(b, x, y);
            c = TLanes.MultiplyAdd(c, x, y);
            d = TLanes.MultiplyAdd(d, x, y);
            e = TLanes.MultiplyAdd(e, x, y);
            f = TLanes.MultiplyAdd(f, x, y);
            g = TLanes.MultiplyAdd(g, x, y);
            h = TLanes.MultiplyAdd(h, x, y);
            i = TLanes.MultiplyAdd(i, x, y);
            j = TLanes.MultiplyAdd(j, x, y);
            k = TLanes.MultiplyAdd(k, x, y);
            l = TLanes.MultiplyAdd(l, x, y);
        }
        TVector ab = TLanes.Add(TLanes.Add(a, b), c), de = TLanes.Add(TLanes.Add(d, e), f);
        TVector gh = TLanes.Add(TLanes.Add(g, h), i), jk = TLanes.Add(TLanes.Add(j, k), l);
        TLanes.Store(TLanes.Add(TLanes.Add(ab, de), TLanes.Add(gh, jk)), result); // depends on every chain
    }
}
