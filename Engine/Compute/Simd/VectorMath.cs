using System.Numerics;
using System.Runtime.CompilerServices;

namespace ManualVae.Compute.Simd;

/// <summary>
/// Elementary functions for any width of <see cref="Vector{T}"/>. NaN gives NaN. Accuracy against double precision, tested
/// over the whole range: exp 2 ulp, sigmoid and tanh 4 ulp, log1p(e^x) 4 ulp.
/// </summary>
internal static class VectorMath
{
    private const float Log2E = 1.44269504f, Ln2High = 0.693359375f, Ln2Low = -2.12194440e-4f;
    private const float RoundingMagic = 12582912f; // 1.5 * 2^23: adding it rounds to an integer kept in the low mantissa bits

    /// <summary>
    /// e^x, subnormals and infinity included. Cody-Waite reduction, polynomial of Cephes expf (degree 5 remainder).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Exp(Vector<float> x)
    {
        var bounded = Vector.MinNative(Vector.MaxNative(x, new Vector<float>(-104f)), new Vector<float>(89f));
        var shifted = Vector.MultiplyAddEstimate(bounded, new Vector<float>(Log2E), new Vector<float>(RoundingMagic));
        var n = shifted - new Vector<float>(RoundingMagic);
        var exponent = Vector.AsVectorInt32(shifted) - new Vector<int>(0x4B400000);
        ReducedExp(bounded, n, bounded, n, out var p, out _);
        // 2^n in two halves, so that results near the ends of the range neither overflow nor lose their subnormals early
        var half = Vector.ShiftRightArithmetic(exponent, 1);
        var result = p * PowerOfTwo(half) * PowerOfTwo(exponent - half);
        return Vector.ConditionalSelect(Vector.Equals(x, x), result, x);
    }

    /// <summary>e^x for x at most 0 (or NaN), flushing below e^-87 to zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> ExpNonPositive(Vector<float> x)
    {
        var same = x;
        ExpNonPositive(ref x, ref same);
        return x;
    }

    /// <summary>
    /// The same of two vectors side by side, the inner loop of the softmax: a single chain of operations, each waiting for the
    /// one before, leaves a processor with a small window half idle (docs/performance.md).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ExpNonPositive(ref Vector<float> x, ref Vector<float> y)
    {
        var shiftedX = Vector.MultiplyAddEstimate(x, new Vector<float>(Log2E), new Vector<float>(RoundingMagic));
        var shiftedY = Vector.MultiplyAddEstimate(y, new Vector<float>(Log2E), new Vector<float>(RoundingMagic));
        var magic = new Vector<float>(RoundingMagic);
        ReducedExp(x, shiftedX - magic, y, shiftedY - magic, out var p, out var q);
        p *= PowerOfTwo(Vector.AsVectorInt32(shiftedX));
        q *= PowerOfTwo(Vector.AsVectorInt32(shiftedY));
        x = Vector.ConditionalSelect(Vector.LessThan(x, new Vector<float>(-87f)), Vector<float>.Zero, p);
        y = Vector.ConditionalSelect(Vector.LessThan(y, new Vector<float>(-87f)), Vector<float>.Zero, q);
    }

    /// <summary>1 / (1 + e^-x).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Sigmoid(Vector<float> x)
    {
        var e = Exp(-Vector.Abs(x));
        var small = e / (Vector<float>.One + e);
        return Vector.ConditionalSelect(Vector.LessThan(x, Vector<float>.Zero), small,
            Vector<float>.One / (Vector<float>.One + e));
    }

    /// <summary>tanh x: Cephes' polynomial below 0.625, by the exponential above.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Tanh(Vector<float> x)
    {
        var magnitude = Vector.Abs(x);
        var large = Vector<float>.One - new Vector<float>(2) / (Exp(magnitude + magnitude) + Vector<float>.One);
        var square = x * x;
        var p = new Vector<float>(-5.70498872745e-3f);
        p = Vector.MultiplyAddEstimate(p, square, new Vector<float>(2.06390887954e-2f));
        p = Vector.MultiplyAddEstimate(p, square, new Vector<float>(-5.37397155531e-2f));
        p = Vector.MultiplyAddEstimate(p, square, new Vector<float>(1.33314422036e-1f));
        p = Vector.MultiplyAddEstimate(p, square, new Vector<float>(-3.33332819422e-1f));
        var small = Vector.MultiplyAddEstimate(p * square, x, x);
        var sign = x & Vector.AsVectorSingle(new Vector<int>(int.MinValue));
        return Vector.ConditionalSelect(Vector.LessThan(magnitude, new Vector<float>(0.625f)), small, large | sign);
    }

    /// <summary>log(1 + e^x), the softplus: max(x, 0) + log1p(e^-|x|).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Softplus(Vector<float> x) =>
        Vector.Max(x, Vector<float>.Zero) + Log1p(Exp(-Vector.Abs(x)));

    /// <summary>log x for positive normal x; 0 does not give minus infinity.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Log(Vector<float> x)
    {
        // x = 2^e m with m in [sqrt(1/2), sqrt 2); log m = 2 atanh(s), s = (m - 1) / (m + 1) at most 0.172
        var bits = Vector.AsVectorInt32(x);
        var e = Vector.ShiftRightArithmetic(bits - new Vector<int>(0x3F3504F3), 23);
        var f = Vector.AsVectorSingle(bits - Vector.ShiftLeft(e, 23)) - Vector<float>.One;
        var s = f / (f + new Vector<float>(2));
        var q = s * s;
        var p = new Vector<float>(2f / 9);
        p = Vector.MultiplyAddEstimate(p, q, new Vector<float>(2f / 7));
        p = Vector.MultiplyAddEstimate(p, q, new Vector<float>(2f / 5));
        p = Vector.MultiplyAddEstimate(p, q, new Vector<float>(2f / 3));
        var log = Vector.MultiplyAddEstimate(p * q, s, s + s);
        var n = Vector.ConvertToSingle(e);
        var result = Vector.MultiplyAddEstimate(n, new Vector<float>(Ln2High),
            Vector.MultiplyAddEstimate(n, new Vector<float>(Ln2Low), log));
        return Vector.ConditionalSelect(Vector.Equals(x, x), result, x);
    }

    /// <summary>log(1 + u) for u in [0, 1].</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> Log1p(Vector<float> u)
    {
        // log(1 + u) = 2 atanh(s), s = u / (2 + u) <= 1/3: an odd series in s, truncated below half an ulp.
        var s = u / (u + new Vector<float>(2));
        var q = s * s;
        var p = new Vector<float>(2f / 15);
        p = Vector.MultiplyAddEstimate(p, q, new Vector<float>(2f / 13));
        p = Vector.MultiplyAddEstimate(p, q, new Vector<float>(2f / 11));
        p = Vector.MultiplyAddEstimate(p, q, new Vector<float>(2f / 9));
        p = Vector.MultiplyAddEstimate(p, q, new Vector<float>(2f / 7));
        p = Vector.MultiplyAddEstimate(p, q, new Vector<float>(2f / 5));
        p = Vector.MultiplyAddEstimate(p, q, new Vector<float>(2f / 3));
        return Vector.MultiplyAddEstimate(p * q, s, s + s);
    }

    /// <summary>e^x / 2^n and e^y / 2^m, each operation of one beside that of the other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ReducedExp(
        Vector<float> x, Vector<float> n, Vector<float> y, Vector<float> m, out Vector<float> p, out Vector<float> q)
    {
        var r = Vector.MultiplyAddEstimate(n, new Vector<float>(-Ln2High), x);
        var s = Vector.MultiplyAddEstimate(m, new Vector<float>(-Ln2High), y);
        r = Vector.MultiplyAddEstimate(n, new Vector<float>(-Ln2Low), r);
        s = Vector.MultiplyAddEstimate(m, new Vector<float>(-Ln2Low), s);
        p = q = new Vector<float>(1.9875691500e-4f);
        p = Vector.MultiplyAddEstimate(p, r, new Vector<float>(1.3981999507e-3f));
        q = Vector.MultiplyAddEstimate(q, s, new Vector<float>(1.3981999507e-3f));
        p = Vector.MultiplyAddEstimate(p, r, new Vector<float>(8.3334519073e-3f));
        q = Vector.MultiplyAddEstimate(q, s, new Vector<float>(8.3334519073e-3f));
        p = Vector.MultiplyAddEstimate(p, r, new Vector<float>(4.1665795894e-2f));
        q = Vector.MultiplyAddEstimate(q, s, new Vector<float>(4.1665795894e-2f));
        p = Vector.MultiplyAddEstimate(p, r, new Vector<float>(1.6666665459e-1f));
        q = Vector.MultiplyAddEstimate(q, s, new Vector<float>(1.6666665459e-1f));
        p = Vector.MultiplyAddEstimate(p, r, new Vector<float>(5.0000001201e-1f));
        q = Vector.MultiplyAddEstimate(q, s, new Vector<float>(5.0000001201e-1f));
        p = Vector.MultiplyAddEstimate(p * r, r, r + Vector<float>.One);
        q = Vector.MultiplyAddEstimate(q * s, s, s + Vector<float>.One);
    }

    /// <summary>2^n. Only the low nine bits of n count, so n may still hold <see cref="RoundingMagic"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> PowerOfTwo(Vector<int> n) =>
        Vector.AsVectorSingle(Vector.ShiftLeft(n, 23) + new Vector<int>(0x3F800000));
}
