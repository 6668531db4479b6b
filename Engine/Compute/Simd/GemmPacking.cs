namespace ManualVae.Compute.Simd;

/// <summary>
/// Copies a piece of an operand into a panel: for each k, <c>width</c> numbers side by side. Both operands and all layouts
/// need only two copies, a straight one and a transposing one, so no operand is ever transposed as a whole.
/// </summary>
internal static unsafe class GemmPacking
{
    /// <summary>panel[k * width + j] = source[k * stride + j] for j below count, zero beyond.</summary>
    public static void Straight(float* source, nint stride, int k, int count, int width, float* panel)
    {
        if (count == width)
        {
            for (; k > 0; k--, source += stride, panel += width)
                new ReadOnlySpan<float>(source, width).CopyTo(new Span<float>(panel, width));
            return;
        }
        for (; k > 0; k--, source += stride, panel += width)
        {
            new ReadOnlySpan<float>(source, count).CopyTo(new Span<float>(panel, count));
            new Span<float>(panel + count, width - count).Clear();
        }
    }

    /// <summary>panel[k * width + j] = source[j * stride + k] for j below count, zero beyond.</summary>
    public static void Transposing(float* source, nint stride, int k, int count, int width, float* panel)
    {
        if (count < width) new Span<float>(panel, k * width).Clear();
        int j = 0;
        for (; j <= count - 4; j += 4)
        {
            float* s0 = source + j * stride, s1 = s0 + stride, s2 = s1 + stride, s3 = s2 + stride, to = panel + j;
            for (int i = 0; i < k; i++, to += width)
                (to[0], to[1], to[2], to[3]) = (s0[i], s1[i], s2[i], s3[i]);
        }
        for (; j < count; j++)
        {
            float* from = source + j * stride, to = panel + j;
            for (int i = 0; i < k; i++, to += width) *to = from[i];
        }
    }
}
