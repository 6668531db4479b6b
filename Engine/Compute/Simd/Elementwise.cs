using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace ManualVae.Compute.Simd;

/// <summary>An elementwise function of one to four inputs; a struct, so that the JIT inlines it into <see cref="Elementwise"/>'s loops.</summary>
internal interface IElementwise
{
    /// <summary>How many of the four inputs are read.</summary>
    static abstract int Inputs { get; }

    /// <summary>The function.</summary>
    Vector<float> Invoke(Vector<float> a, Vector<float> b, Vector<float> c, Vector<float> d);
}

/// <summary>Runs elementwise functions over arrays, tails included: every element goes through the same vector code.</summary>
internal static unsafe class Elementwise
{
    /// <summary>Elements summed in single precision before they join the double-precision sum.</summary>
    private const int SumBlock = 512;

    private static int Width => Vector<float>.Count;

    /// <summary>destination[i] = map(a[i], ...); the destination may be one of the inputs.</summary>
    public static void Apply<TMap>(TMap map, int count, float* destination, float* a, float* b = null, float* c = null, float* d = null)
        where TMap : struct, IElementwise
    {
        Debug.Assert((TMap.Inputs < 2 || b != null) && (TMap.Inputs < 3 || c != null) && (TMap.Inputs < 4 || d != null));
        int i = 0;
        for (; i <= count - Width; i += Width)
            At(ref map, a + i, b + i, c + i, d + i).Store(destination + i);
        if (i < count) Tail(map, count - i, destination + i, a + i, b + i, c + i, d + i);
    }

    /// <summary>The sum of map(a[i], ...), in a fixed order.</summary>
    public static double Sum<TMap>(TMap map, int count, float* a, float* b = null, float* c = null, float* d = null)
        where TMap : struct, IElementwise
    {
        double sum = 0;
        int i = 0;
        while (i <= count - Width)
        {
            var block = Vector<float>.Zero;
            for (int end = Math.Min(count, i + SumBlock); i <= end - Width; i += Width) block += At(ref map, a + i, b + i, c + i, d + i);
            sum += Vector.Sum(block);
        }
        if (i < count) sum += TailSum(map, count - i, a + i, b + i, c + i, d + i);
        return sum;
    }

    /// <summary>Both at once: destination[i] = map(a[i]), and the sum of what was written, in the order of <see cref="Sum"/>.</summary>
    public static double ApplyAndSum<TMap>(TMap map, int count, float* destination, float* a) where TMap : struct, IElementwise
    {
        double sum = 0;
        int i = 0;
        while (i <= count - Width)
        {
            var block = Vector<float>.Zero;
            for (int end = Math.Min(count, i + SumBlock); i <= end - Width; i += Width)
            {
                var value = At(ref map, a + i, null, null, null);
                value.Store(destination + i);
                block += value;
            }
            sum += Vector.Sum(block);
        }
        if (i == count) return sum;
        Tail(map, count - i, destination + i, a + i, null, null, null);
        for (; i < count; i++) sum += destination[i];
        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> At<TMap>(ref TMap map, float* a, float* b, float* c, float* d) where TMap : struct, IElementwise => map.Invoke(
        Vector.Load(a), TMap.Inputs > 1 ? Vector.Load(b) : default,
        TMap.Inputs > 2 ? Vector.Load(c) : default, TMap.Inputs > 3 ? Vector.Load(d) : default);

    private static void Tail<TMap>(TMap map, int count, float* destination, float* a, float* b, float* c, float* d)
        where TMap : struct, IElementwise
    {
        float* result = stackalloc float[Width];
        map.Invoke(
            Partial(a, count), TMap.Inputs > 1 ? Partial(b, count) : default,
            TMap.Inputs > 2 ? Partial(c, count) : default, TMap.Inputs > 3 ? Partial(d, count) : default).Store(result);
        for (int i = 0; i < count; i++) destination[i] = result[i];
    }

    private static double TailSum<TMap>(TMap map, int count, float* a, float* b, float* c, float* d) where TMap : struct, IElementwise
    {
        float* result = stackalloc float[Width];
        Tail(map, count, result, a, b, c, d);
        double sum = 0;
        for (int i = 0; i < count; i++) sum += result[i];
        return sum;
    }

    /// <summary>Fewer elements than a vector holds, the rest zero.</summary>
    private static Vector<float> Partial(float* source, int count)
    {
        Span<float> padded = stackalloc float[Width];
        padded.Clear();
        new ReadOnlySpan<float>(source, count).CopyTo(padded);
        return new Vector<float>(padded);
    }
}
