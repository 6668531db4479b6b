using System.Numerics;
using System.Runtime.CompilerServices;

namespace ManualVae.Compute.Simd;

/// <summary>
/// An elementwise function of one input; a struct, so that the JIT inlines it into the loops of <see cref="Elementwise"/>.
/// </summary>
internal interface IUnaryOperator
{
    /// <summary>The function.</summary>
    Vector<float> Invoke(Vector<float> a);
}

/// <summary>An elementwise function of two inputs.</summary>
internal interface IBinaryOperator
{
    /// <summary>The function.</summary>
    Vector<float> Invoke(Vector<float> a, Vector<float> b);
}

/// <summary>An elementwise function of three inputs.</summary>
internal interface ITernaryOperator
{
    /// <summary>The function.</summary>
    Vector<float> Invoke(Vector<float> a, Vector<float> b, Vector<float> c);
}

/// <summary>An elementwise function of four inputs.</summary>
internal interface IQuaternaryOperator
{
    /// <summary>The function.</summary>
    Vector<float> Invoke(Vector<float> a, Vector<float> b, Vector<float> c, Vector<float> d);
}

/// <summary>
/// Runs elementwise functions over arrays, tails included: every element goes through the same vector code. A destination may be
/// one of the inputs. Sums have a fixed order.
/// </summary>
internal static unsafe class Elementwise
{
    /// <summary>Elements summed in single precision before they join the double-precision sum.</summary>
    private const int SumBlock = 512;

    private static int Width => Vector<float>.Count;

    /// <summary>destination[i] = f(a[i]).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Apply<T>(T f, int count, float* destination, float* a) where T : struct, IUnaryOperator =>
        Store(new Unary<T>(f, a), count, destination);

    /// <summary>destination[i] = f(a[i], b[i]).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Apply<T>(T f, int count, float* destination, float* a, float* b) where T : struct, IBinaryOperator =>
        Store(new Binary<T>(f, a, b), count, destination);

    /// <summary>destination[i] = f(a[i], b[i], c[i]).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Apply<T>(T f, int count, float* destination, float* a, float* b, float* c)
        where T : struct, ITernaryOperator =>
        Store(new Ternary<T>(f, a, b, c), count, destination);

    /// <summary>destination[i] = f(a[i], b[i], c[i], d[i]).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Apply<T>(T f, int count, float* destination, float* a, float* b, float* c, float* d)
        where T : struct, IQuaternaryOperator => Store(new Quaternary<T>(f, a, b, c, d), count, destination);

    /// <summary>The sum of f(a[i]).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Sum<T>(T f, int count, float* a) where T : struct, IUnaryOperator => Add(new Unary<T>(f, a), count);

    /// <summary>The sum of f(a[i], b[i]).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Sum<T>(T f, int count, float* a, float* b) where T : struct, IBinaryOperator =>
        Add(new Binary<T>(f, a, b), count);

    /// <summary>The sum of f(a[i], b[i], c[i]).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Sum<T>(T f, int count, float* a, float* b, float* c) where T : struct, ITernaryOperator =>
        Add(new Ternary<T>(f, a, b, c), count);

    private static void Store<TValues>(TValues values, int count, float* destination) where TValues : struct, IValues
    {
        int i = 0;
        for (; i <= count - Width; i += Width) values.At(i).Store(destination + i);
        if (i < count) StoreTail(values, i, count - i, destination + i);
    }

    // Apart from the loop, so that rows without a tail do not pay for its stack memory.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void StoreTail<TValues>(TValues values, int first, int count, float* destination)
        where TValues : struct, IValues
    {
        float* tail = stackalloc float[Width];
        values.At(first, count).Store(tail);
        new ReadOnlySpan<float>(tail, count).CopyTo(new Span<float>(destination, count));
    }

    private static double Add<TValues>(TValues values, int count) where TValues : struct, IValues
    {
        double sum = 0;
        int i = 0;
        while (i <= count - Width)
        {
            var block = Vector<float>.Zero;
            for (int end = Math.Min(count, i + SumBlock); i <= end - Width; i += Width) block += values.At(i);
            sum += Vector.Sum(block);
        }
        return i < count ? sum + AddTail(values, i, count - i) : sum;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static double AddTail<TValues>(TValues values, int first, int count) where TValues : struct, IValues
    {
        float* tail = stackalloc float[Width];
        StoreTail(values, first, count, tail);
        double sum = 0;
        for (int i = 0; i < count; i++) sum += tail[i];
        return sum;
    }

    /// <summary>The values of a function over its inputs.</summary>
    private interface IValues
    {
        /// <summary>Those of a vector of elements that begins at i.</summary>
        Vector<float> At(int i);

        /// <summary>Those of the last elements, fewer than a vector holds; of zeros beyond them.</summary>
        Vector<float> At(int i, int count);
    }

    private readonly struct Unary<T>(T f, float* a) : IValues where T : struct, IUnaryOperator
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector<float> At(int i) => f.Invoke(Vector.Load(a + i));
        public Vector<float> At(int i, int count) => f.Invoke(Partial(a + i, count));
    }

    private readonly struct Binary<T>(T f, float* a, float* b) : IValues where T : struct, IBinaryOperator
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector<float> At(int i) => f.Invoke(Vector.Load(a + i), Vector.Load(b + i));
        public Vector<float> At(int i, int count) => f.Invoke(Partial(a + i, count), Partial(b + i, count));
    }

    private readonly struct Ternary<T>(T f, float* a, float* b, float* c) : IValues where T : struct, ITernaryOperator
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector<float> At(int i) => f.Invoke(Vector.Load(a + i), Vector.Load(b + i), Vector.Load(c + i));
        public Vector<float> At(int i, int count) =>
            f.Invoke(Partial(a + i, count), Partial(b + i, count), Partial(c + i, count));
    }

    private readonly struct Quaternary<T>(T f, float* a, float* b, float* c, float* d) : IValues
        where T : struct, IQuaternaryOperator
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector<float> At(int i) =>
            f.Invoke(Vector.Load(a + i), Vector.Load(b + i), Vector.Load(c + i), Vector.Load(d + i));
        public Vector<float> At(int i, int count) =>
            f.Invoke(Partial(a + i, count), Partial(b + i, count), Partial(c + i, count), Partial(d + i, count));
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
