using System.Numerics;
using System.Runtime.Intrinsics;
using ManualVae.Compute.Simd;

namespace ManualVae.Compute.Measure;

/// <summary>What the machine can do at most, measured now: the two roofs of the roofline.</summary>
/// <param name="Threads">Threads that worked together.</param>
/// <param name="PeakGflops">
/// Single-precision multiply-adds (two operations each), from registers only. The median of short runs, as what is compared with it
/// is a median too (the best run can be 8 % above, in a burst of the clock that no long computation sees), and of several such
/// rounds the highest, as other work on the machine can spoil one.
/// </param>
/// <param name="CopyGigabytesPerSecond">Copying between arrays far larger than any cache, bytes read plus bytes written; median.</param>
public sealed unsafe record MachineLimits(int Threads, double PeakGflops, double CopyGigabytesPerSecond)
{
    /// <summary>Measures for about a second.</summary>
    /// <param name="threads">Threads; 0 for all processors.</param>
    public static MachineLimits Measure(int threads = 0)
    {
        using var pool = new Threads(threads);
        return new(pool.Count, Peak(pool), Copy(pool));
    }

    /// <summary>Fraction of the attainable rate for work of this intensity: the lower of the two roofs.</summary>
    /// <param name="flops">Operations of the work.</param>
    /// <param name="bytes">Bytes it must move.</param>
    /// <param name="seconds">What it took.</param>
    public double FractionOfRoof(double flops, double bytes, double seconds) =>
        Math.Max(flops / (PeakGflops * 1e9), bytes / (CopyGigabytesPerSecond * 1e9)) / seconds;

    /// <summary>The higher of two measurements, each limit by itself.</summary>
    public MachineLimits Highest(MachineLimits other) => this with
    {
        PeakGflops = Math.Max(PeakGflops, other.PeakGflops),
        CopyGigabytesPerSecond = Math.Max(CopyGigabytesPerSecond, other.CopyGigabytesPerSecond),
    };

    private static double Peak(Threads pool)
    {
        const int Iterations = 50_000, PartsPerThread = 4, Rounds = 5;
        double flopsOfPart = Iterations * 24.0 * 2 * (Vector512.IsHardwareAccelerated ? 16
            : Vector256.IsHardwareAccelerated ? 8 : Vector<float>.Count);
        int parts = PartsPerThread * pool.Count;
        using var sink = new NativeBuffer(parts);
        double Round() => Timing.Of(() => pool.For(parts, 1, (nint)sink.Pointer, static (in nint sink, int first, int last) =>
        {
            for (int part = first; part < last; part++)
                ((float*)sink)[part] = Vector512.IsHardwareAccelerated ? Peak512(Iterations)
                    : Vector256.IsHardwareAccelerated ? Peak256(Iterations) : PeakPortable(Iterations);
        }), runs: 40, seconds: 0.2).Median;
        return flopsOfPart * parts / Enumerable.Range(0, Rounds).Min(_ => Round()) / 1e9;
    }

    private static double Copy(Threads pool)
    {
        const int Length = 32 << 20, Grain = 1 << 18; // 128 MiB each
        using var from = new NativeBuffer(Length);
        using var to = new NativeBuffer(Length);
        new Span<float>(from.Pointer, Length).Fill(1);
        var timing = Timing.Of(() => pool.For(Length, Grain, ((nint)from.Pointer, (nint)to.Pointer),
            static (in (nint From, nint To) s, int first, int last) => CopyRange((float*)s.From, (float*)s.To, first, last)),
            runs: 9, seconds: 0.4);
        return 2.0 * sizeof(float) * Length / timing.Median / 1e9;
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

    private static float Peak512(int iterations)
    {
        Vector512<float> x = Vector512.Create(0.999f), y = Vector512.Create(1e-7f);
        Vector512<float> a = y, b = y, c = y, d = y, e = y, f = y, g = y, h = y, i = y, j = y, k = y, l = y;
        for (; iterations > 0; iterations--)
        {
            a = Vector512.MultiplyAddEstimate(a, x, y);
            b = Vector512.MultiplyAddEstimate(b, x, y);
            c = Vector512.MultiplyAddEstimate(c, x, y);
            d = Vector512.MultiplyAddEstimate(d, x, y);
            e = Vector512.MultiplyAddEstimate(e, x, y);
            f = Vector512.MultiplyAddEstimate(f, x, y);
            g = Vector512.MultiplyAddEstimate(g, x, y);
            h = Vector512.MultiplyAddEstimate(h, x, y);
            i = Vector512.MultiplyAddEstimate(i, x, y);
            j = Vector512.MultiplyAddEstimate(j, x, y);
            k = Vector512.MultiplyAddEstimate(k, x, y);
            l = Vector512.MultiplyAddEstimate(l, x, y);
            a = Vector512.MultiplyAddEstimate(a, x, y);
            b = Vector512.MultiplyAddEstimate(b, x, y);
            c = Vector512.MultiplyAddEstimate(c, x, y);
            d = Vector512.MultiplyAddEstimate(d, x, y);
            e = Vector512.MultiplyAddEstimate(e, x, y);
            f = Vector512.MultiplyAddEstimate(f, x, y);
            g = Vector512.MultiplyAddEstimate(g, x, y);
            h = Vector512.MultiplyAddEstimate(h, x, y);
            i = Vector512.MultiplyAddEstimate(i, x, y);
            j = Vector512.MultiplyAddEstimate(j, x, y);
            k = Vector512.MultiplyAddEstimate(k, x, y);
            l = Vector512.MultiplyAddEstimate(l, x, y);
        }
        return Vector512.Sum(a + b + c + d + e + f + g + h + i + j + k + l);
    }

    private static float Peak256(int iterations)
    {
        Vector256<float> x = Vector256.Create(0.999f), y = Vector256.Create(1e-7f);
        Vector256<float> a = y, b = y, c = y, d = y, e = y, f = y, g = y, h = y, i = y, j = y, k = y, l = y;
        for (; iterations > 0; iterations--)
        {
            a = Vector256.MultiplyAddEstimate(a, x, y);
            b = Vector256.MultiplyAddEstimate(b, x, y);
            c = Vector256.MultiplyAddEstimate(c, x, y);
            d = Vector256.MultiplyAddEstimate(d, x, y);
            e = Vector256.MultiplyAddEstimate(e, x, y);
            f = Vector256.MultiplyAddEstimate(f, x, y);
            g = Vector256.MultiplyAddEstimate(g, x, y);
            h = Vector256.MultiplyAddEstimate(h, x, y);
            i = Vector256.MultiplyAddEstimate(i, x, y);
            j = Vector256.MultiplyAddEstimate(j, x, y);
            k = Vector256.MultiplyAddEstimate(k, x, y);
            l = Vector256.MultiplyAddEstimate(l, x, y);
            a = Vector256.MultiplyAddEstimate(a, x, y);
            b = Vector256.MultiplyAddEstimate(b, x, y);
            c = Vector256.MultiplyAddEstimate(c, x, y);
            d = Vector256.MultiplyAddEstimate(d, x, y);
            e = Vector256.MultiplyAddEstimate(e, x, y);
            f = Vector256.MultiplyAddEstimate(f, x, y);
            g = Vector256.MultiplyAddEstimate(g, x, y);
            h = Vector256.MultiplyAddEstimate(h, x, y);
            i = Vector256.MultiplyAddEstimate(i, x, y);
            j = Vector256.MultiplyAddEstimate(j, x, y);
            k = Vector256.MultiplyAddEstimate(k, x, y);
            l = Vector256.MultiplyAddEstimate(l, x, y);
        }
        return Vector256.Sum(a + b + c + d + e + f + g + h + i + j + k + l);
    }

    private static float PeakPortable(int iterations)
    {
        Vector<float> x = new(0.999f), y = new(1e-7f);
        Vector<float> a = y, b = y, c = y, d = y, e = y, f = y, g = y, h = y;
        for (; iterations > 0; iterations--)
            for (int repeat = 0; repeat < 3; repeat++)
            {
                a = Vector.MultiplyAddEstimate(a, x, y);
                b = Vector.MultiplyAddEstimate(b, x, y);
                c = Vector.MultiplyAddEstimate(c, x, y);
                d = Vector.MultiplyAddEstimate(d, x, y);
                e = Vector.MultiplyAddEstimate(e, x, y);
                f = Vector.MultiplyAddEstimate(f, x, y);
                g = Vector.MultiplyAddEstimate(g, x, y);
                h = Vector.MultiplyAddEstimate(h, x, y);
            }
        return Vector.Sum(a + b + c + d + e + f + g + h);
    }
}
