using ManualVae.Compute;
using ManualVae.Compute.Simd;

namespace ManualVae.Tools.Bench;

/// <summary>How far a product in bfloat16 is from the same one in single precision.</summary>
internal static class RoundingError
{
    /// <summary>
    /// The norm of the difference divided by the norm of the product: about 2^-8 / sqrt(3) for operands without structure, since
    /// each of two factors is rounded by up to 2^-9 of itself.
    /// </summary>
    public static double Of(SimdBackend single, SimdBackend half, GemmShape shape)
    {
        var (a, b, exact) = shape.Operands(single);
        var rounded = single.Allocate(exact.Rows, exact.Columns);
        single.MatMul(shape.Layout, a, b, exact);
        half.MatMul(shape.Layout, a, b, rounded);
        single.Add(exact, -1, rounded);
        double error = Math.Sqrt(single.SquaredNorm(rounded) / single.SquaredNorm(exact));
        foreach (var tensor in (ReadOnlySpan<Tensor>)[a, b, exact, rounded]) single.Free(tensor);
        return error;
    }
}
