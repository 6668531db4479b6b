using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ManualVae.Compute.Simd.Bf16;

/// <summary>
/// The product of a few rows with a <see cref="HeldWeight"/>, at the rate at which memory gives it. A bfloat16 is widened by a
/// shift, and the sums are made in the order of <see cref="Bf16Emulation"/>: they have the bits of the product in tiles, unless a
/// sum on the way is a denormal (below 1.2e-38), which VDPBF16PS takes for zero.
/// </summary>
internal static unsafe class FewPairs
{
    /// <summary>Rows that one pass over a panel serves: four sums each fill half of the registers.</summary>
    private const int RowsOfPass = 4;

    private const int Lanes = 16;

    /// <summary>True if this processor has what it takes.</summary>
    public static bool IsSupported => Vector512.IsHardwareAccelerated;

    /// <summary>Rounds rows of x to bfloat16, as floats; an odd k ends with a zero.</summary>
    /// <param name="x">[rows, k].</param>
    /// <param name="rounded">[rows, k + k % 2].</param>
    public static void Round(Tensor x, float* rounded)
    {
        for (int row = 0; row < x.Rows; row++)
        {
            foreach (float value in x.RowSpan(row)) *rounded++ = BFloat16.Widen(BFloat16.Round(value));
            if (x.Columns % 2 > 0) *rounded++ = 0;
        }
    }

    /// <summary>Sums of items [first, first + count).</summary>
    /// <param name="w">W.</param>
    /// <param name="first">The first item; a multiple of <see cref="HeldWeight.Width"/>.</param>
    /// <param name="count">How many.</param>
    /// <param name="x">The rows of x as <see cref="Round"/> gives them.</param>
    /// <param name="rows">Rows of x.</param>
    /// <param name="sums">
    /// [rows, stride]: receives the sums. Columns up to a multiple of <see cref="HeldWeight.Width"/> are overwritten.
    /// </param>
    /// <param name="stride">Distance of rows of sums.</param>
    public static void Multiply(HeldWeight w, int first, int count, float* x, int rows, float* sums, nint stride)
    {
        Debug.Assert(IsSupported && first % HeldWeight.Width == 0);
        uint* panel = w.Panels + first / HeldWeight.Width * w.PanelSize;
        uint* end = w.Panels + Partition.Count(w.Items, HeldWeight.Width) * w.PanelSize - 1;
        int chunks = Gemm.Chunks(w.Pairs), chunk = Partition.Count(w.Pairs, chunks);
        for (int item = 0; item < count; item += HeldWeight.Width, panel += w.PanelSize, sums += HeldWeight.Width)
            for (int row = 0; row < rows; row += RowsOfPass)
                for (int part = 0; part < chunks; part++)
                {
                    int from = part * chunk, pairs = Math.Min(chunk, w.Pairs - from);
                    uint* pair = panel + from * HeldWeight.Width;
                    float* values = x + 2 * ((nint)row * w.Pairs + from), to = sums + row * stride;
                    nint next = 2 * (nint)w.Pairs;
                    // What the next panel holds here is prefetched in the first pass over a panel.
                    uint* ahead = row == 0 ? pair + w.PanelSize : pair;
                    switch (rows - row)
                    {
                        case 1: Run<One>(pair, pairs, values, next, 1, to, stride, part > 0, ahead, end); break;
                        case 2: Run<Two>(pair, pairs, values, next, 2, to, stride, part > 0, ahead, end); break;
                        case 3: Run<Four>(pair, pairs, values, next, 3, to, stride, part > 0, ahead, end); break;
                        default: Run<Four>(pair, pairs, values, next, 4, to, stride, part > 0, ahead, end); break;
                    }
                }
    }

    private static void Run<TRows>(
        uint* panel, int pairs, float* x, nint next, int rows, float* sums, nint stride, bool accumulate, uint* ahead, uint* end)
        where TRows : struct, IRowCount
    {
        float* x1 = x + Math.Min(1, rows - 1) * next, x2 = x + Math.Min(2, rows - 1) * next;
        float* x3 = x + Math.Min(3, rows - 1) * next;
        Vector512<float> a0 = default, a1 = default, a2 = default, a3 = default, b0 = default, b1 = default, b2 = default,
            b3 = default, c0 = default, c1 = default, c2 = default, c3 = default, d0 = default, d1 = default, d2 = default,
            d3 = default;
        for (nint k = 0; k < 2 * pairs; k += 2, panel += HeldWeight.Width, ahead += HeldWeight.Width)
        {
            if (Sse.IsSupported)
                for (int line = 0; line < HeldWeight.Width / Lanes; line++)
                    Sse.Prefetch1((void*)Math.Min((nint)(ahead + line * Lanes), (nint)end));
            Step<TRows>(Vector512.Load(panel), x + k, x1 + k, x2 + k, x3 + k, ref a0, ref b0, ref c0, ref d0);
            Step<TRows>(Vector512.Load(panel + Lanes), x + k, x1 + k, x2 + k, x3 + k, ref a1, ref b1, ref c1, ref d1);
            Step<TRows>(Vector512.Load(panel + 2 * Lanes), x + k, x1 + k, x2 + k, x3 + k, ref a2, ref b2, ref c2, ref d2);
            Step<TRows>(Vector512.Load(panel + 3 * Lanes), x + k, x1 + k, x2 + k, x3 + k, ref a3, ref b3, ref c3, ref d3);
        }
        Store(a0, a1, a2, a3, sums, accumulate);
        if (rows > 1) Store(b0, b1, b2, b3, sums + stride, accumulate);
        if (rows > 2) Store(c0, c1, c2, c3, sums + 2 * stride, accumulate);
        if (rows > 3) Store(d0, d1, d2, d3, sums + 3 * stride, accumulate);
    }

    /// <summary>The products of one pair, that of the second half first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step<TRows>(
        Vector512<uint> pairs, float* x, float* x1, float* x2, float* x3, ref Vector512<float> a, ref Vector512<float> b,
        ref Vector512<float> c, ref Vector512<float> d)
        where TRows : struct, IRowCount
    {
        var (first, second) = ((pairs << 16).AsSingle(), (pairs & Vector512.Create(0xFFFF_0000)).AsSingle());
        a = Vector512.MultiplyAddEstimate(second, Vector512.Create(x[1]), a);
        a = Vector512.MultiplyAddEstimate(first, Vector512.Create(x[0]), a);
        if (TRows.Count >= 2) b = Vector512.MultiplyAddEstimate(second, Vector512.Create(x1[1]), b);
        if (TRows.Count >= 2) b = Vector512.MultiplyAddEstimate(first, Vector512.Create(x1[0]), b);
        if (TRows.Count >= 4) c = Vector512.MultiplyAddEstimate(second, Vector512.Create(x2[1]), c);
        if (TRows.Count >= 4) c = Vector512.MultiplyAddEstimate(first, Vector512.Create(x2[0]), c);
        if (TRows.Count >= 4) d = Vector512.MultiplyAddEstimate(second, Vector512.Create(x3[1]), d);
        if (TRows.Count >= 4) d = Vector512.MultiplyAddEstimate(first, Vector512.Create(x3[0]), d);
    }

    private static void Store(
        Vector512<float> s0, Vector512<float> s1, Vector512<float> s2, Vector512<float> s3, float* to, bool accumulate)
    {
        (accumulate ? s0 + Vector512.Load(to) : s0).Store(to);
        (accumulate ? s1 + Vector512.Load(to + Lanes) : s1).Store(to + Lanes);
        (accumulate ? s2 + Vector512.Load(to + 2 * Lanes) : s2).Store(to + 2 * Lanes);
        (accumulate ? s3 + Vector512.Load(to + 3 * Lanes) : s3).Store(to + 3 * Lanes);
    }
}
