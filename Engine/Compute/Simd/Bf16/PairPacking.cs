using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ManualVae.Compute.Simd.Bf16;

/// <summary>
/// Copies pieces of operands into panels of pairs of bfloat16, as <see cref="GemmPacking"/> copies floats: for each two k,
/// <c>width</c> pairs side by side. An odd k ends with pairs whose second half is zero.
/// </summary>
internal static unsafe class PairPacking
{
    /// <summary>Rows that are prefetched in advance.</summary>
    private const int RowsAhead = 8;

    /// <summary>Pairs of a row that are made before they are transposed: rows of a panel that stay in the L1 cache.</summary>
    private const int Strip = 64;

    private const int Lanes = 16;

    /// <summary>
    /// Panels of 12, 16 or 32 pairs. Panel p holds source columns [p width, (p + 1) width): panel[k / 2 * width + j] = the pair
    /// of source[k * stride + p width + j] and the element below it, zero beyond <paramref name="count"/>. All panels advance
    /// together, so that memory rows are read in runs.
    /// </summary>
    public static void PackRows(float* source, nint stride, int k, int count, int width, float* panels)
    {
        nint panelSize = (nint)width * BFloat16.Pairs(k);
        for (int i = 0; i < k; i += 2, source += 2 * stride, panels += width)
        {
            float* below = i + 1 < k ? source + stride : null, to = panels;
            if (Sse.IsSupported)
                for (int line = 0; line < count; line += PrefetchList.Line)
                {
                    Sse.Prefetch0(source + RowsAhead * stride + line);
                    Sse.Prefetch0(source + (RowsAhead + 1) * stride + line);
                }
            int j = 0;
            if (width == 12 && below != null)
                for (; j <= count - 12; j += 12, to += panelSize)
                    StoreTwelve(BFloat16.Pair(Twelve(source + j), Twelve(below + j)), to);
            else if (below != null)
                for (; j <= count - width; j += width, to += panelSize)
                    for (int lane = 0; lane < width; lane += Lanes)
                        BFloat16.Pair(Vector512.Load(source + j + lane), Vector512.Load(below + j + lane)).Store(to + lane);
            for (; j < count; j += width, to += panelSize)
                for (int lane = 0; lane < width; lane += Lanes)
                {
                    int have = Math.Min(count - j - lane, width - lane);
                    var pairs = BFloat16.Pair(Some(source + j + lane, have), Some(below == null ? null : below + j + lane, have));
                    if (width - lane < Lanes) StoreTwelve(pairs, to + lane);
                    else pairs.Store(to + lane);
                }
        }
    }

    /// <summary>
    /// One panel: panel[k / 2 * width + j] = the pair of source[j * stride + k] and its neighbour for j below count, zero beyond.
    /// </summary>
    public static void PackTransposed(float* source, nint stride, int k, int count, int width, float* panel)
    {
        float* strip = stackalloc float[width * Strip + PrefetchList.Line];
        strip = (float*)(((nuint)strip + 63) & ~(nuint)63);
        for (int first = 0; first < k; first += 2 * Strip, panel += width * Strip)
        {
            int here = Math.Min(k - first, 2 * Strip), pairs = BFloat16.Pairs(here);
            for (int row = 0; row < count; row++) BFloat16.PairRow(source + row * stride + first, here, strip + row * Strip);
            GemmPacking.PackTransposed(strip, Strip, pairs, count, width, panel);
        }
    }

    /// <summary>sums[j] += the sum over k of source[k * stride + j], in the order of k: the numbers before rounding.</summary>
    public static void AddRowSums(float* source, nint stride, int k, int count, float* sums)
    {
        int j = 0;
        for (; j <= count - Vector512<float>.Count; j += Vector512<float>.Count)
        {
            var sum = Vector512<float>.Zero;
            for (int i = 0; i < k; i++) sum += Vector512.Load(source + i * stride + j);
            (Vector512.Load(sums + j) + sum).Store(sums + j);
        }
        for (; j < count; j++)
        {
            float sum = 0;
            for (int i = 0; i < k; i++) sum += source[i * stride + j];
            sums[j] += sum;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Twelve(float* x) =>
        Vector512.Create(Vector256.Load(x), Vector256.Create(Vector128.Load(x + 8), Vector128<float>.Zero));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreTwelve(Vector512<float> x, float* to)
    {
        x.GetLower().Store(to);
        x.GetUpper().GetLower().Store(to + 8);
    }

    /// <summary>The first numbers of a vector, then zeros; nothing beyond them is read.</summary>
    private static Vector512<float> Some(float* x, int count)
    {
        float* padded = stackalloc float[Lanes];
        for (int i = 0; i < Lanes; i++) padded[i] = x != null && i < count ? x[i] : 0;
        return Vector512.Load(padded);
    }
}
