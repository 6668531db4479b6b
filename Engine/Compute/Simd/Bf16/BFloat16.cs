using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ManualVae.Compute.Simd.Bf16;

/// <summary>
/// bfloat16: the upper half of a single-precision number, 8 bits of exponent and 7 of mantissa. Two of them, those of k and
/// k + 1, fill one place of a packed panel; the first is the lower half.
/// </summary>
/// <remarks>
/// Rounding is that of VCVTNE2PS2BF16 (Intel 64 and IA-32 Architectures Software Developer's Manual): to the nearest, ties to
/// even; NaN becomes a quiet NaN that keeps sign and upper payload; denormals become zeros of their sign.
/// </remarks>
internal static unsafe class BFloat16
{
    private const uint Magnitude = 0x7FFF_FFFF, Infinity = 0x7F80_0000, SmallestNormal = 0x0080_0000, Sign = 0x8000_0000;
    private const int Lanes = 16;
    private const uint Quiet = 0x0040_0000, UpperHalf = 0xFFFF_0000;

    /// <summary>Places of a panel for a sum of k products.</summary>
    public static int Pairs(int k) => (k + 1) / 2;

    /// <summary>The nearest bfloat16.</summary>
    public static ushort Round(float x)
    {
        uint bits = BitConverter.SingleToUInt32Bits(x), magnitude = bits & Magnitude;
        if (magnitude > Infinity) bits |= Quiet;
        else if (magnitude < SmallestNormal) bits &= Sign;
        else bits += 0x7FFF + ((bits >> 16) & 1);
        return (ushort)(bits >> 16);
    }

    /// <summary>The same number in single precision.</summary>
    public static float Widen(ushort x) => BitConverter.UInt32BitsToSingle((uint)x << 16);

    /// <summary>Two numbers, rounded, in one place of a panel.</summary>
    public static float Pair(float first, float second) =>
        BitConverter.UInt32BitsToSingle(Round(first) | (uint)Round(second) << 16);

    /// <summary>Sixteen pairs, from the elements of k and of k + 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Pair(Vector512<float> first, Vector512<float> second) =>
        ((Rounded(first) >>> 16) | (Rounded(second) & Vector512.Create(UpperHalf))).AsSingle();

    /// <summary>from[0 .. k) as pairs; after an odd number comes a zero.</summary>
    public static void PairRow(float* from, int k, float* pairs)
    {
        int i = 0;
        for (; i <= k - 2 * Lanes; i += 2 * Lanes) Sixteen(from + i).Store(pairs + i / 2);
        if (i == k) return;
        float* rest = stackalloc float[2 * Lanes];
        for (int j = 0; j < 2 * Lanes; j++) rest[j] = i + j < k ? from[i + j] : 0;
        Sixteen(rest).Store(rest);
        for (int j = 0; i + 2 * j < k; j++) pairs[i / 2 + j] = rest[j];
    }

    /// <summary>Sixteen pairs of neighbours.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Sixteen(float* x) =>
        Vector512.Create(Halves(Vector512.Load(x)), Halves(Vector512.Load(x + Lanes))).AsSingle();

    /// <summary>Sixteen numbers, rounded, side by side.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ushort> Halves(Vector512<float> x)
    {
        var halves = Rounded(x) >>> 16;
        return Avx512F.IsSupported ? Avx512F.ConvertToVector256UInt16(halves)
            : Vector256.Narrow(halves.GetLower(), halves.GetUpper());
    }

    /// <summary>Rounded numbers in the upper halves; the lower halves are left over.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Rounded(Vector512<float> x)
    {
        var bits = x.AsUInt32();
        var magnitude = bits & Vector512.Create(Magnitude);
        var rounded = bits + Vector512.Create(0x7FFFu) + ((bits >>> 16) & Vector512.Create(1u));
        rounded = Vector512.ConditionalSelect(
            Vector512.GreaterThan(magnitude, Vector512.Create(Infinity)), bits | Vector512.Create(Quiet), rounded);
        return Vector512.ConditionalSelect(
            Vector512.LessThan(magnitude, Vector512.Create(SmallestNormal)), bits & Vector512.Create(Sign), rounded);
    }
}
