using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ManualVae.Compute.Simd;

/// <summary>
/// Copies pieces of operands into panels: for each k, <c>width</c> floats side by side. Two copies serve all layouts, one of rows
/// and one that transposes, so no operand is ever transposed as a whole.
/// </summary>
internal static unsafe class GemmPacking
{
    /// <summary>Rows that are prefetched in advance: they lie too far apart for the hardware to prefetch them.</summary>
    private const int RowsAhead = 8;

    /// <summary>
    /// Panel p holds source columns [p width, (p + 1) width): panel[k * width + j] = source[k * stride + p width + j], zero
    /// beyond <paramref name="count"/>. All panels advance together, so that each memory row is read in one run.
    /// </summary>
    public static void PackRows(float* source, nint stride, int k, int count, int width, float* panels)
    {
        nint panelSize = (nint)width * k;
        for (int i = 0; i < k; i++, source += stride, panels += width)
        {
            int j = 0;
            float* to = panels;
            if (Sse.IsSupported)
                for (int line = 0; line < count; line += 16) Sse.Prefetch0(source + RowsAhead * stride + line);
            if (width == 12) // the left panels of AVX-512: through CopyRow, dW is some 1 % slower
                for (; j <= count - 12; j += 12, to += panelSize)
                {
                    var (low, high) = (Vector256.Load(source + j), Vector128.Load(source + j + 8));
                    low.Store(to);
                    high.Store(to + 8);
                }
            else if (width == 4) // those of AVX2
                for (; j <= count - 4; j += 4, to += panelSize) Vector128.Load(source + j).Store(to);
            for (; j <= count - width; j += width, to += panelSize) CopyRow(source + j, to, width);
            if (j == count) continue;
            new ReadOnlySpan<float>(source + j, count - j).CopyTo(new Span<float>(to, count - j));
            new Span<float>(to + count - j, width - (count - j)).Clear();
        }
    }

    /// <summary>One panel: panel[k * width + j] = source[j * stride + k] for j below count, zero beyond.</summary>
    public static void PackTransposed(float* source, nint stride, int k, int count, int width, float* panel)
    {
        Transpose(source, stride, count, k, panel, width);
        if (count < width)
            for (int i = 0; i < k; i++) new Span<float>(panel + (nint)i * width + count, width - count).Clear();
    }

    /// <summary>to[j * toStride + i] = source[i * stride + j] for i below rows, j below columns.</summary>
    public static void Transpose(float* source, nint stride, int rows, int columns, float* to, nint toStride)
    {
        int block = Vector512.IsHardwareAccelerated && Avx512F.IsSupported ? 16 : Sse.IsSupported ? 4 : 1, j = 0;
        for (; j <= columns - block; j += block)
            for (int i = 0; i < rows; i += block)
            {
                float* from = source + i * stride + j, into = to + j * toStride + i;
                int here = Math.Min(block, rows - i);
                if (block == 16 && (here == 16 || here == 12)) TransposeSixteen(from, stride, here, into, toStride);
                else if (block == 4 && here == 4) TransposeFour(from, stride, into, toStride);
                else TransposeScalar(from, stride, here, block, into, toStride);
            }
        TransposeScalar(source + j, stride, rows, columns - j, to + j * toStride, toStride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CopyRow(float* from, float* to, int width)
    {
        int j = 0;
        if (Vector512.IsHardwareAccelerated)
            for (; j <= width - 16; j += 16) Vector512.Load(from + j).Store(to + j);
        if (Vector256.IsHardwareAccelerated)
            for (; j <= width - 8; j += 8) Vector256.Load(from + j).Store(to + j);
        for (; j <= width - 4; j += 4) Vector128.Load(from + j).Store(to + j);
        for (; j < width; j++) to[j] = from[j];
    }

    private static void TransposeScalar(float* source, nint stride, int rows, int columns, float* to, nint toStride)
    {
        for (int i = 0; i < rows; i++)
            for (int j = 0; j < columns; j++) to[j * toStride + i] = source[i * stride + j];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TransposeFour(float* source, nint stride, float* to, nint toStride)
    {
        var (r0, r1) = (Vector128.Load(source), Vector128.Load(source + stride));
        var (r2, r3) = (Vector128.Load(source + 2 * stride), Vector128.Load(source + 3 * stride));
        var (low01, high01) = (Sse.UnpackLow(r0, r1), Sse.UnpackHigh(r0, r1));
        var (low23, high23) = (Sse.UnpackLow(r2, r3), Sse.UnpackHigh(r2, r3));
        Sse.MoveLowToHigh(low01, low23).Store(to);
        Sse.MoveHighToLow(low23, low01).Store(to + toStride);
        Sse.MoveLowToHigh(high01, high23).Store(to + 2 * toStride);
        Sse.MoveHighToLow(high23, high01).Store(to + 3 * toStride);
    }

    /// <summary>
    /// Sixteen columns of sixteen or twelve rows: unpacking pairs, then pairs of pairs, then 128-bit lanes twice (four rounds of
    /// sixteen shuffles).
    /// </summary>
    private static void TransposeSixteen(float* source, nint stride, int rows, float* to, nint toStride)
    {
        Four(source, stride, out var r0, out var r1, out var r2, out var r3);
        Four(source + 4 * stride, stride, out var r4, out var r5, out var r6, out var r7);
        Four(source + 8 * stride, stride, out var r8, out var r9, out var r10, out var r11);
        // Lane q of r[i], r[4 + i], r[8 + i], r[12 + i] holds column 4 q + i of rows 0-3, 4-7, 8-11, 12-15.
        nint next = 4 * toStride;
        if (rows == 16)
        {
            Four(source + 12 * stride, stride, out var r12, out var r13, out var r14, out var r15);
            StoreLanes(r0, r4, r8, r12, true, to, next);
            StoreLanes(r1, r5, r9, r13, true, to + toStride, next);
            StoreLanes(r2, r6, r10, r14, true, to + 2 * toStride, next);
            StoreLanes(r3, r7, r11, r15, true, to + 3 * toStride, next);
        }
        else
        {
            StoreLanes(r0, r4, r8, r8, false, to, next);
            StoreLanes(r1, r5, r9, r9, false, to + toStride, next);
            StoreLanes(r2, r6, r10, r10, false, to + 2 * toStride, next);
            StoreLanes(r3, r7, r11, r11, false, to + 3 * toStride, next);
        }
    }

    /// <summary>Within each 128-bit lane, four rows to four columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Four(
        float* source, nint stride, out Vector512<float> c0, out Vector512<float> c1, out Vector512<float> c2,
        out Vector512<float> c3)
    {
        Vector512<float> r0 = Vector512.Load(source), r1 = Vector512.Load(source + stride);
        Vector512<float> r2 = Vector512.Load(source + 2 * stride), r3 = Vector512.Load(source + 3 * stride);
        Vector512<double> low01 = Avx512F.UnpackLow(r0, r1).AsDouble(), high01 = Avx512F.UnpackHigh(r0, r1).AsDouble();
        Vector512<double> low23 = Avx512F.UnpackLow(r2, r3).AsDouble(), high23 = Avx512F.UnpackHigh(r2, r3).AsDouble();
        c0 = Avx512F.UnpackLow(low01, low23).AsSingle();
        c1 = Avx512F.UnpackHigh(low01, low23).AsSingle();
        c2 = Avx512F.UnpackLow(high01, high23).AsSingle();
        c3 = Avx512F.UnpackHigh(high01, high23).AsSingle();
    }

    /// <summary>Lane q of the four, side by side, is the q-th row written: sixteen floats, or the first twelve.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreLanes(
        Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d, bool sixteen, float* to, nint stride)
    {
        var low = Avx512F.Shuffle4x128(a, b, 0b01_00_01_00); // a0 a1 b0 b1
        var high = Avx512F.Shuffle4x128(a, b, 0b11_10_11_10); // a2 a3 b2 b3
        var lowNext = Avx512F.Shuffle4x128(c, d, 0b01_00_01_00);
        var highNext = Avx512F.Shuffle4x128(c, d, 0b11_10_11_10);
        Store(Avx512F.Shuffle4x128(low, lowNext, 0b10_00_10_00), sixteen, to); // a0 b0 c0 d0
        Store(Avx512F.Shuffle4x128(low, lowNext, 0b11_01_11_01), sixteen, to + stride);
        Store(Avx512F.Shuffle4x128(high, highNext, 0b10_00_10_00), sixteen, to + 2 * stride);
        Store(Avx512F.Shuffle4x128(high, highNext, 0b11_01_11_01), sixteen, to + 3 * stride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector512<float> x, bool sixteen, float* to)
    {
        if (sixteen)
        {
            x.Store(to);
            return;
        }
        x.GetLower().Store(to);
        x.GetUpper().GetLower().Store(to + 8);
    }
}
