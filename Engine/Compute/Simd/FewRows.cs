using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ManualVae.Compute.Simd;

/// <summary>
/// The product of a few rows x [B, k] with a weight W [n, k], x W', at the rate at which memory gives W: its rows are read once,
/// in order. Four k of sixteen items are turned in registers, so that a vector holds one k of all of them; each sum is made in
/// the order of k, as in <see cref="Gemm"/>, and has its bits.
/// </summary>
internal static unsafe class FewRows
{
    /// <summary>
    /// Most rows. With more, the arithmetic takes longer than that of the product in tiles (docs/performance.md).
    /// </summary>
    public const int Most = 8;

    /// <summary>Items side by side in a vector; tiles of sums have room for whole vectors.</summary>
    public const int Width = 16;

    /// <summary>Steps of k that are turned at a time.</summary>
    private const int Steps = 4;

    /// <summary>Steps of k at an edge that are packed at a time.</summary>
    private const int Strip = 64;

    /// <summary>True if this processor has what it takes.</summary>
    public static bool IsSupported => Vector512.IsHardwareAccelerated && Avx512F.IsSupported;

    /// <summary>Sums of some items.</summary>
    /// <param name="w">The rows of W, one after another.</param>
    /// <param name="items">Rows of W.</param>
    /// <param name="k">Length of the sums.</param>
    /// <param name="x">The rows of x, one after another.</param>
    /// <param name="rows">Rows of x, 1 to <see cref="Most"/>.</param>
    /// <param name="sums">
    /// [rows, stride]: receives the sums. Columns up to a multiple of <see cref="Width"/> are overwritten.
    /// </param>
    /// <param name="stride">Distance of rows of sums.</param>
    /// <param name="end">Where W ends: memory up to there is prefetched.</param>
    public static void Multiply(float* w, int items, int k, float* x, int rows, float* sums, nint stride, float* end)
    {
        Debug.Assert(IsSupported && rows is >= 1 and <= Most);
        int chunks = Gemm.Chunks(k), chunk = Partition.Count(k, chunks);
        float* tile = stackalloc float[Most * Width];
        for (int item = 0; item < items; item += Width, w += Width * (nint)k, sums += Width)
            for (int part = 0; part < chunks; part++)
            {
                int here = Math.Min(Width, items - item), first = part * chunk, last = Math.Min(k, first + chunk);
                int whole = here == Width ? (last - first) / Steps * Steps : 0;
                Whole(w + first, k, whole, x + first, rows, tile, end);
                AddRest(w + first + whole, k, here, last - first - whole, x + first + whole, rows, tile);
                for (int row = 0; row < rows; row++)
                {
                    float* to = sums + row * stride;
                    var sum = Vector512.Load(tile + row * Width);
                    (part == 0 ? sum : sum + Vector512.Load(to)).Store(to);
                }
            }
    }

    private static void Whole(float* w, nint stride, int k, float* x, int rows, float* tile, float* end)
    {
        switch (rows)
        {
            case 1: Whole<One>(w, stride, k, x, rows, tile, end); break;
            case 2: Whole<Two>(w, stride, k, x, rows, tile, end); break;
            case <= 4: Whole<Four>(w, stride, k, x, rows, tile, end); break;
            default: Whole<Eight>(w, stride, k, x, rows, tile, end); break;
        }
    }

    /// <summary>
    /// Sums of sixteen items over k, a multiple of <see cref="Steps"/>. The lines of the next items are prefetched meanwhile, so
    /// that memory is read in its order. Rows beyond the last are the last one again.
    /// </summary>
    private static void Whole<TRows>(float* w, nint stride, int k, float* x, int rows, float* tile, float* end)
        where TRows : struct, IRowCount
    {
        float* x1 = x + Math.Min(1, rows - 1) * stride, x2 = x + Math.Min(2, rows - 1) * stride;
        float* x3 = x + Math.Min(3, rows - 1) * stride, x4 = x + Math.Min(4, rows - 1) * stride;
        float* x5 = x + Math.Min(5, rows - 1) * stride, x6 = x + Math.Min(6, rows - 1) * stride;
        float* x7 = x + Math.Min(7, rows - 1) * stride;
        float* ahead = w + Width * stride;
        nint last = (nint)(end - 1);
        Vector512<float> s0 = default, s1 = default, s2 = default, s3 = default, s4 = default, s5 = default, s6 = default,
            s7 = default;
        for (nint at = 0; at < k; at += Steps, ahead += Steps * Width)
        {
            float* from = w + at;
            Sse.Prefetch1((void*)Math.Min((nint)ahead, last));
            Sse.Prefetch1((void*)Math.Min((nint)(ahead + PrefetchList.Line), last));
            Sse.Prefetch1((void*)Math.Min((nint)(ahead + 2 * PrefetchList.Line), last));
            Sse.Prefetch1((void*)Math.Min((nint)(ahead + 3 * PrefetchList.Line), last));
            var (a, b) = (EveryFourth(from, stride), EveryFourth(from + stride, stride));
            var (c, d) = (EveryFourth(from + 2 * stride, stride), EveryFourth(from + 3 * stride, stride));
            var (low01, high01) = (Avx512F.UnpackLow(a, b).AsDouble(), Avx512F.UnpackHigh(a, b).AsDouble());
            var (low23, high23) = (Avx512F.UnpackLow(c, d).AsDouble(), Avx512F.UnpackHigh(c, d).AsDouble());
            var k0 = Avx512F.UnpackLow(low01, low23).AsSingle();
            var k1 = Avx512F.UnpackHigh(low01, low23).AsSingle();
            var k2 = Avx512F.UnpackLow(high01, high23).AsSingle();
            var k3 = Avx512F.UnpackHigh(high01, high23).AsSingle();
            s0 = Add(x + at, k0, k1, k2, k3, s0);
            if (TRows.Count >= 2) s1 = Add(x1 + at, k0, k1, k2, k3, s1);
            if (TRows.Count >= 4) s2 = Add(x2 + at, k0, k1, k2, k3, s2);
            if (TRows.Count >= 4) s3 = Add(x3 + at, k0, k1, k2, k3, s3);
            if (TRows.Count >= 8) s4 = Add(x4 + at, k0, k1, k2, k3, s4);
            if (TRows.Count >= 8) s5 = Add(x5 + at, k0, k1, k2, k3, s5);
            if (TRows.Count >= 8) s6 = Add(x6 + at, k0, k1, k2, k3, s6);
            if (TRows.Count >= 8) s7 = Add(x7 + at, k0, k1, k2, k3, s7);
        }
        s0.Store(tile);
        if (TRows.Count >= 2) s1.Store(tile + Width);
        if (TRows.Count >= 4) s2.Store(tile + 2 * Width);
        if (TRows.Count >= 4) s3.Store(tile + 3 * Width);
        if (TRows.Count >= 8) s4.Store(tile + 4 * Width);
        if (TRows.Count >= 8) s5.Store(tile + 5 * Width);
        if (TRows.Count >= 8) s6.Store(tile + 6 * Width);
        if (TRows.Count >= 8) s7.Store(tile + 7 * Width);
    }

    /// <summary>Four k of items 0, 4, 8 and 12.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> EveryFourth(float* from, nint stride)
    {
        float* at4 = from + 4 * stride, at8 = at4 + 4 * stride, at12 = at8 + 4 * stride;
        var items = Vector128.Load(from).ToVector256Unsafe().ToVector512Unsafe();
        items = Avx512F.InsertVector128(items, Vector128.Load(at4), 1);
        items = Avx512F.InsertVector128(items, Vector128.Load(at8), 2);
        return Avx512F.InsertVector128(items, Vector128.Load(at12), 3);
    }

    /// <summary>Four steps of one row, in their order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Add(
        float* x, Vector512<float> k0, Vector512<float> k1, Vector512<float> k2, Vector512<float> k3, Vector512<float> sum)
    {
        sum = Vector512.MultiplyAddEstimate(k0, Vector512.Create(x[0]), sum);
        sum = Vector512.MultiplyAddEstimate(k1, Vector512.Create(x[1]), sum);
        sum = Vector512.MultiplyAddEstimate(k2, Vector512.Create(x[2]), sum);
        return Vector512.MultiplyAddEstimate(k3, Vector512.Create(x[3]), sum);
    }

    /// <summary>What is left of k, or all of it for fewer than sixteen items.</summary>
    private static void AddRest(float* w, nint stride, int items, int k, float* x, int rows, float* tile)
    {
        float* strip = stackalloc float[Strip * Width];
        for (int first = 0; first < k; first += Strip)
        {
            int steps = Math.Min(Strip, k - first);
            GemmPacking.PackTransposed(w + first, stride, steps, items, Width, strip);
            for (int row = 0; row < rows; row++)
            {
                float* values = x + row * stride + first;
                var sum = Vector512.Load(tile + row * Width);
                for (int i = 0; i < steps; i++)
                    sum = Vector512.MultiplyAddEstimate(Vector512.Load(strip + i * Width), Vector512.Create(values[i]), sum);
                sum.Store(tile + row * Width);
            }
        }
    }
}
