using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ManualVae.Compute.Simd;

/// <summary>
/// Copies a piece of an operand into panels: for each k, <c>width</c> numbers side by side. Both operands and all layouts
/// need only two copies, a straight one and a transposing one, so no operand is ever transposed as a whole.
/// </summary>
internal static unsafe class GemmPacking
{
    /// <summary>k that one pass of the transposing copy covers: its piece of the panel stays in the L1 cache.</summary>
    private const int TransposeBlock = 64;

    /// <summary>Rows by which the straight copy asks for its source in advance; rows lie too far apart for the hardware to guess.</summary>
    private const int RowsAhead = 8;

    /// <summary>
    /// Panel p holds source columns [p width, (p + 1) width): panel[k * width + j] = source[k * stride + p width + j], zero
    /// beyond <paramref name="count"/>. All panels advance together, so that each memory row is read in one run.
    /// </summary>
    public static void Straight(float* source, nint stride, int k, int count, int width, float* panels)
    {
        nint panelSize = (nint)width * k;
        for (int i = 0; i < k; i++, source += stride, panels += width)
        {
            int j = 0;
            float* to = panels;
            if (Sse.IsSupported)
                for (int line = 0; line < count; line += 16) Sse.Prefetch0(source + RowsAhead * stride + line);
            for (; j <= count - width; j += width, to += panelSize)
            {
                int l = 0;
                for (; l <= width - 4; l += 4) Vector128.Load(source + j + l).Store(to + l);
                for (; l < width; l++) to[l] = source[j + l];
            }
            if (j == count) continue;
            new ReadOnlySpan<float>(source + j, count - j).CopyTo(new Span<float>(to, count - j));
            new Span<float>(to + count - j, width - (count - j)).Clear();
        }
    }

    /// <summary>One panel: panel[k * width + j] = source[j * stride + k] for j below count, zero beyond.</summary>
    public static void Transposing(float* source, nint stride, int k, int count, int width, float* panel)
    {
        if (count < width) new Span<float>(panel, k * width).Clear();
        for (int first = 0; first < k; first += TransposeBlock)
        {
            int end = Math.Min(k, first + TransposeBlock), j = 0;
            for (; j <= count - 4; j += 4)
            {
                PrefetchFour(source + (j + width) * stride + first, stride, end - first); // the same place in the next panel
                TransposeFour(source + j * stride, stride, first, end, width, panel + j);
            }
            for (; j < count; j++)
            {
                float* from = source + j * stride, to = panel + j;
                for (int i = first; i < end; i++) to[(nint)i * width] = from[i];
            }
        }
    }

    private static void PrefetchFour(float* source, nint stride, int count)
    {
        if (!Sse.IsSupported) return;
        for (int row = 0; row < 4; row++, source += stride)
            for (int line = 0; line < count; line += 16) Sse.Prefetch0(source + line);
    }

    /// <summary>Four rows to four columns, in 4 x 4 blocks where the processor has the shuffles.</summary>
    private static void TransposeFour(float* source, nint stride, int i, int end, int width, float* panel)
    {
        float* s0 = source, s1 = s0 + stride, s2 = s1 + stride, s3 = s2 + stride, to = panel + (nint)i * width;
        if (Sse.IsSupported)
            for (; i <= end - 4; i += 4, to += 4 * width)
            {
                var (r0, r1) = (Vector128.Load(s0 + i), Vector128.Load(s1 + i));
                var (r2, r3) = (Vector128.Load(s2 + i), Vector128.Load(s3 + i));
                var (low01, high01) = (Sse.UnpackLow(r0, r1), Sse.UnpackHigh(r0, r1));
                var (low23, high23) = (Sse.UnpackLow(r2, r3), Sse.UnpackHigh(r2, r3));
                Sse.MoveLowToHigh(low01, low23).Store(to);
                Sse.MoveHighToLow(low23, low01).Store(to + width);
                Sse.MoveLowToHigh(high01, high23).Store(to + 2 * width);
                Sse.MoveHighToLow(high23, high01).Store(to + 3 * width);
            }
        for (; i < end; i++, to += width) (to[0], to[1], to[2], to[3]) = (s0[i], s1[i], s2[i], s3[i]);
    }
}
