using System.Numerics;
using System.Runtime.Intrinsics;

namespace ManualVae.Compute.Simd;

/// <summary>Vectors of one width, for loops that serve several widths; a struct, so that the JIT inlines it.</summary>
internal unsafe interface ILanes<TVector>
{
    /// <summary>A value in every element.</summary>
    static abstract TVector All(float value);

    /// <summary>Reads a vector.</summary>
    static abstract TVector Load(float* from);

    /// <summary>Writes a vector.</summary>
    static abstract void Store(TVector vector, float* to);

    /// <summary>a + b.</summary>
    static abstract TVector Add(TVector a, TVector b);

    /// <summary>a b + c.</summary>
    static abstract TVector MultiplyAdd(TVector a, TVector b, TVector c);
}

/// <summary>Four floats.</summary>
internal readonly unsafe struct Lanes128 : ILanes<Vector128<float>>
{
    public static Vector128<float> All(float value) => Vector128.Create(value);
    public static Vector128<float> Load(float* from) => Vector128.Load(from);
    public static void Store(Vector128<float> vector, float* to) => vector.Store(to);
    public static Vector128<float> Add(Vector128<float> a, Vector128<float> b) => a + b;
    public static Vector128<float> MultiplyAdd(Vector128<float> a, Vector128<float> b, Vector128<float> c) =>
        Vector128.MultiplyAddEstimate(a, b, c);
}

/// <summary>Sixteen floats.</summary>
internal readonly unsafe struct Lanes512 : ILanes<Vector512<float>>
{
    public static Vector512<float> All(float value) => Vector512.Create(value);
    public static Vector512<float> Load(float* from) => Vector512.Load(from);
    public static void Store(Vector512<float> vector, float* to) => vector.Store(to);
    public static Vector512<float> Add(Vector512<float> a, Vector512<float> b) => a + b;
    public static Vector512<float> MultiplyAdd(Vector512<float> a, Vector512<float> b, Vector512<float> c) =>
        Vector512.MultiplyAddEstimate(a, b, c);
}

/// <summary>As many floats as <see cref="Vector{T}"/> holds.</summary>
internal readonly unsafe struct PortableLanes : ILanes<Vector<float>>
{
    public static Vector<float> All(float value) => new(value);
    public static Vector<float> Load(float* from) => Vector.Load(from);
    public static void Store(Vector<float> vector, float* to) => vector.Store(to);
    public static Vector<float> Add(Vector<float> a, Vector<float> b) => a + b;
    public static Vector<float> MultiplyAdd(Vector<float> a, Vector<float> b, Vector<float> c) =>
        Vector.MultiplyAddEstimate(a, b, c);
}
