using ILGPU;
using View = ILGPU.ArrayView<float>;

namespace ManualVae.Compute.Gpu.Kernels;

/// <summary>The device's single-precision rate: 32 independent chains of multiply-adds a thread, in registers.</summary>
internal static class PeakKernel
{
    /// <summary>32 chains, two steps, two operations each.</summary>
    public const double OperationsPerIteration = 32 * 2 * 2;

    /// <param name="sink">Written only if the sums have a value that they never take, so that they must be computed.</param>
    /// <param name="x">Factor, a little below 1.</param>
    /// <param name="y">Summand.</param>
    /// <param name="iterations">Length of the chains.</param>
    public static void MultiplyAdds(View sink, float x, float y, int iterations)
    {
        var factor = new Float8 { X0 = x, X1 = x, X2 = x, X3 = x, X4 = x, X5 = x, X6 = x, X7 = x };
        Float8 a = new() { X0 = y }, b = new() { X1 = y }, c = new() { X2 = y }, d = new() { X3 = y };
        for (int i = 0; i < iterations; i++)
        {
            // Each sum is y + x times itself: the chains do not depend on each other.
            a = Step(a, factor, y);
            b = Step(b, factor, y);
            c = Step(c, factor, y);
            d = Step(d, factor, y);
            a = Step(a, factor, y);
            b = Step(b, factor, y);
            c = Step(c, factor, y);
            d = Step(d, factor, y);
        }
        float sum = Sum(a) + Sum(b) + Sum(c) + Sum(d);
        if (sum < 0) sink[0] = sum;
    }

    /// <summary>The tensor cores' rate in TF32: sixteen independent sums a warp, in registers.</summary>
    /// <param name="sink">As above.</param>
    /// <param name="x">A number, not negative.</param>
    /// <param name="iterations">Length of the chains, in <see cref="TensorCore.Operations"/> a warp.</param>
    public static void TensorMultiplyAdds(View sink, float x, int iterations)
    {
        uint bits = Interop.FloatAsInt(TensorCore.Round(x));
        var a = new FragmentA { X0 = bits, X1 = bits, X2 = bits, X3 = bits };
        var b = new FragmentB { X0 = bits, X1 = bits };
        var rows = new RowFragments { R0 = a, R1 = a, R2 = a, R3 = a };
        var columns = new ColumnFragments { C0 = b, C1 = b, C2 = b, C3 = b };
        var sums = TensorCore.Begin();
        for (int i = 0; i < iterations; i++) sums = TensorCore.MultiplyAdd(sums, rows, columns);
        for (int r = 0; r < 4; r++)
        {
            float sum = TensorCore.Sum0(sums).X + TensorCore.Sum1(sums).X + TensorCore.Sum2(sums).X + TensorCore.Sum3(sums).X;
            if (sum < -1 - Group.IdxX) sink[0] = sum; // of the thread, so that ILGPU takes no branch for one of the whole warp
            sums = TensorCore.Rest(sums);
        }
    }

    private static Float8 Step(Float8 sum, Float8 factor, float y) => new()
    {
        X0 = sum.X0 * factor.X0 + y, X1 = sum.X1 * factor.X1 + y, X2 = sum.X2 * factor.X2 + y, X3 = sum.X3 * factor.X3 + y,
        X4 = sum.X4 * factor.X4 + y, X5 = sum.X5 * factor.X5 + y, X6 = sum.X6 * factor.X6 + y, X7 = sum.X7 * factor.X7 + y,
    };

    private static float Sum(Float8 x) => x.X0 + x.X1 + x.X2 + x.X3 + x.X4 + x.X5 + x.X6 + x.X7;
}
