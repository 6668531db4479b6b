using System.Runtime.CompilerServices;
using ILGPU;

namespace ManualVae.Compute.Gpu.Kernels;

/// <summary>
/// Elementary functions for kernels, in plain arithmetic: ILGPU's own need NVIDIA's libdevice, which a machine with only a driver
/// lacks. The single-precision ones are good to about two units in the last place, the double-precision ones to float and beyond.
/// </summary>
internal static class DeviceMath
{
    private const float Log2E = 1.44269504f, Ln2High = 0.693359375f, Ln2Low = -2.12194440e-4f;

    /// <summary>e^x: x = n ln 2 + r, |r| at most ln 2 / 2, and a polynomial of degree 6 (coefficients of Cephes' expf).</summary>
    /// <remarks>
    /// Without early returns: ILGPU marks branches after them as uniform where threads of a warp may differ. NaN passes, since
    /// comparisons with it are false.
    /// </remarks>
    public static float Exp(float x)
    {
        int n = (int)(x * Log2E + (x < 0 ? -0.5f : 0.5f));
        float r = x - n * Ln2High - n * Ln2Low;
        float p = 1.9875691500e-4f;
        p = p * r + 1.3981999507e-3f;
        p = p * r + 8.3334519073e-3f;
        p = p * r + 4.1665795894e-2f;
        p = p * r + 1.6666665459e-1f;
        p = p * r + 5.0000001201e-1f;
        // Two factors, since 2^n alone may lie outside the normal range.
        int half = n >> 1;
        float power = (p * r * r + r + 1) * PowerOfTwo(half) * PowerOfTwo(n - half);
        power = x < -103.97f ? 0 : power;
        return x > 88.72283f ? float.PositiveInfinity : power;
    }

    /// <summary>
    /// ln x for x at least 0: x = 2^n m, m in [sqrt(1/2), sqrt(2)), and a polynomial of degree 9 (Cephes' logf).
    /// </summary>
    public static float Log(float x)
    {
        if (float.IsNaN(x) || x == float.PositiveInfinity) return x;
        if (x <= 0) return x == 0 ? float.NegativeInfinity : float.NaN;
        int shift = 0;
        if (x < 1.17549435e-38f)
        {
            x *= 8388608f; // out of the subnormal range
            shift = 23;
        }
        uint bits = Interop.FloatAsInt(x);
        int n = (int)(bits >> 23) - 126 - shift;
        float m = Interop.IntAsFloat((bits & 0x007FFFFF) | 0x3F000000); // [1/2, 1)
        if (m < 0.707106781f)
        {
            m += m;
            n--;
        }
        m -= 1;
        float p = 7.0376836292e-2f;
        p = p * m - 1.1514610310e-1f;
        p = p * m + 1.1676998740e-1f;
        p = p * m - 1.2420140846e-1f;
        p = p * m + 1.4249322787e-1f;
        p = p * m - 1.6668057665e-1f;
        p = p * m + 2.0000714765e-1f;
        p = p * m - 2.4999993993e-1f;
        p = p * m + 3.3333331174e-1f;
        float square = m * m;
        return m * square * p + n * Ln2Low - 0.5f * square + m + n * Ln2High;
    }

    /// <summary>tanh x: an odd polynomial below 0.625 (Cephes' tanhf), else by e^2x.</summary>
    public static float Tanh(float x)
    {
        float a = x < 0 ? -x : x;
        if (a > 9.01f) return x < 0 ? -1 : 1;
        if (a >= 0.625f)
        {
            float y = 1 - 2 / (Exp(2 * a) + 1);
            return x < 0 ? -y : y;
        }
        float s = x * x;
        float p = -5.70498872745e-3f;
        p = p * s + 2.06390887954e-2f;
        p = p * s - 5.37397155531e-2f;
        p = p * s + 1.33314422036e-1f;
        p = p * s - 3.33332819422e-1f;
        return p * s * x + x;
    }

    /// <summary>1 / (1 + e^-x).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sigmoid(float x) => 1 / (1 + Exp(-x));

    /// <summary>ln x in double precision for finite x above 0: the series of 2 artanh((m - 1) / (m + 1)).</summary>
    public static double Log(double x)
    {
        ulong bits = Interop.FloatAsInt(x);
        int n = (int)(bits >> 52) - 1022;
        double m = Interop.IntAsFloat((bits & 0x000FFFFFFFFFFFFFUL) | 0x3FE0000000000000UL); // [1/2, 1)
        if (m < 0.70710678118654752)
        {
            m += m;
            n--;
        }
        double s = (m - 1) / (m + 1), square = s * s, sum = 1.0 / 21; // |s| < 0.172
        sum = sum * square + 1.0 / 19;
        sum = sum * square + 1.0 / 17;
        sum = sum * square + 1.0 / 15;
        sum = sum * square + 1.0 / 13;
        sum = sum * square + 1.0 / 11;
        sum = sum * square + 1.0 / 9;
        sum = sum * square + 1.0 / 7;
        sum = sum * square + 1.0 / 5;
        sum = sum * square + 1.0 / 3;
        return n * 0.69314718055994531 + 2 * s * (1 + square * sum);
    }

    /// <summary>
    /// cos(2 pi w / 2^32 - quarter pi / 2): the cosine for quarter 0, the sine for quarter 1. The reduction is exact.
    /// </summary>
    public static double CosineOfTurn(uint word, int quarter)
    {
        // Nearest multiple of a quarter turn, and the signed rest, at most an eighth of a turn.
        uint nearest = (word + 0x20000000u) >> 30;
        int rest = (int)(word - (nearest << 30));
        double x = rest * (2 * Math.PI / 4294967296.0), square = x * x;
        int quadrant = ((int)nearest - quarter) & 3;
        double value = (quadrant & 1) == 0 ? CosinePolynomial(square) : x * SinePolynomial(square);
        return quadrant == 1 || quadrant == 2 ? -value : value; // cos(x + q pi / 2): cos x, -sin x, -cos x, sin x
    }

    private static double CosinePolynomial(double s) => Polynomial(
        s, -1.0 / 87178291200, 1.0 / 479001600, -1.0 / 3628800, 1.0 / 40320, -1.0 / 720, 1.0 / 24, -0.5);

    private static double SinePolynomial(double s) => Polynomial(
        s, -1.0 / 1307674368000, 1.0 / 6227020800, -1.0 / 39916800, 1.0 / 362880, -1.0 / 5040, 1.0 / 120, -1.0 / 6);

    /// <summary>c7 s^7 + ... + c1 s + 1.</summary>
    private static double Polynomial(
        double s, double c7, double c6, double c5, double c4, double c3, double c2, double c1) =>
        ((((((c7 * s + c6) * s + c5) * s + c4) * s + c3) * s + c2) * s + c1) * s + 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float PowerOfTwo(int n) => Interop.IntAsFloat((uint)(n + 127) << 23);
}
