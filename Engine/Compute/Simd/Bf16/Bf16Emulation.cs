namespace ManualVae.Compute.Simd.Bf16;

/// <summary>
/// The micro-kernel in plain C#, with the bits of the instruction: the oracle of <see cref="Bf16Kernel"/>.
/// </summary>
internal static unsafe class Bf16Emulation
{
    /// <summary>12 x 32 sums.</summary>
    public static void RunWide(
        nint pairs, float* a, nint aRow, nint aK, float* b, nint bK, float* c, nint stride, bool accumulate,
        void** prefetch, float* ahead) => Run(pairs, a, b, 32, c, stride, accumulate);

    /// <summary>12 x 16 sums.</summary>
    public static void RunNarrow(
        nint pairs, float* a, nint aRow, nint aK, float* b, nint bK, float* c, nint stride, bool accumulate,
        void** prefetch, float* ahead) => Run(pairs, a, b, 16, c, stride, accumulate);

    private static void Run(nint pairs, float* a, float* b, int columns, float* c, nint stride, bool accumulate)
    {
        for (int row = 0; row < Bf16Code.Rows; row++)
            for (int column = 0; column < columns; column++)
            {
                float sum = 0;
                for (nint pair = 0; pair < pairs; pair++)
                    sum = AddProducts(sum, ((uint*)a)[pair * Bf16Code.Rows + row], ((uint*)b)[pair * columns + column]);
                float* to = c + row * stride + column;
                *to = accumulate ? sum + *to : sum;
            }
    }

    /// <summary>
    /// VDPBF16PS: the product of the second halves is added to the sum, then that of the first halves, each with one rounding to
    /// the nearest; denormals count as zeros of their sign, in operands, sum and result.
    /// </summary>
    /// <remarks>
    /// Products of two bfloat16 are exact in single precision, so one rounding and two are the same unless a product leaves its
    /// range. That the additions are fused, and their order, was found on AMD Zen 4.
    /// </remarks>
    public static float AddProducts(float sum, uint a, uint b)
    {
        sum = Add(sum, (ushort)(a >> 16), (ushort)(b >> 16));
        return Add(sum, (ushort)a, (ushort)b);
    }

    private static float Add(float sum, ushort a, ushort b) =>
        Flushed(MathF.FusedMultiplyAdd(Flushed(BFloat16.Widen(a)), Flushed(BFloat16.Widen(b)), Flushed(sum)));

    private static float Flushed(float x) => float.IsSubnormal(x) ? MathF.CopySign(0, x) : x;
}
