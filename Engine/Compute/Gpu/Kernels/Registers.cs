using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ManualVae.Compute.Gpu.Kernels;

/// <summary>Four neighbouring floats, read and written in one instruction where they are aligned.</summary>
[StructLayout(LayoutKind.Sequential, Size = 16)]
internal struct Float4
{
    public float X, Y, Z, W;

    /// <summary>this + other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Float4 Plus(Float4 other) => new() { X = X + other.X, Y = Y + other.Y, Z = Z + other.Z, W = W + other.W };
}

/// <summary>
/// Eight registers of a tile: written out, since ILGPU neither unrolls loops nor keeps local arrays in registers.
/// </summary>
internal struct Float8
{
    public float X0, X1, X2, X3, X4, X5, X6, X7;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float8 Join(Float4 a, Float4 b) => new()
    {
        X0 = a.X, X1 = a.Y, X2 = a.Z, X3 = a.W, X4 = b.X, X5 = b.Y, X6 = b.Z, X7 = b.W,
    };

    /// <summary>The first four.</summary>
    public readonly Float4 Low => new() { X = X0, Y = X1, Z = X2, W = X3 };

    /// <summary>The other four.</summary>
    public readonly Float4 High => new() { X = X4, Y = X5, Z = X6, W = X7 };

    /// <summary>this + a b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Float8 Plus(float a, Float8 b) => new()
    {
        X0 = X0 + a * b.X0, X1 = X1 + a * b.X1, X2 = X2 + a * b.X2, X3 = X3 + a * b.X3,
        X4 = X4 + a * b.X4, X5 = X5 + a * b.X5, X6 = X6 + a * b.X6, X7 = X7 + a * b.X7,
    };
}

/// <summary>A thread's 8 x 8 of C.</summary>
internal struct Sums
{
    public Float8 C0, C1, C2, C3, C4, C5, C6, C7;

    /// <summary>this + a b'.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Sums Plus(Float8 a, Float8 b) => new()
    {
        C0 = C0.Plus(a.X0, b), C1 = C1.Plus(a.X1, b), C2 = C2.Plus(a.X2, b), C3 = C3.Plus(a.X3, b),
        C4 = C4.Plus(a.X4, b), C5 = C5.Plus(a.X5, b), C6 = C6.Plus(a.X6, b), C7 = C7.Plus(a.X7, b),
    };
}
