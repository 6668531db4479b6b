using System.Runtime.CompilerServices;
using ILGPU;

namespace ManualVae.Compute.Gpu.Kernels;

/// <summary>
/// A lane's part of a 16 x 8 fragment of A, in TF32: rows g and g + 8 at depth t, then at depth t + 4 (g = lane / 4, t = lane %
/// 4).
/// </summary>
internal struct FragmentA
{
    public uint X0, X1, X2, X3;

    /// <summary>From rounded numbers in shared memory, where neighbouring rows are neighbours.</summary>
    /// <param name="shared">From the lane's row and depth on.</param>
    /// <param name="at">First row of the fragment.</param>
    /// <param name="four">Distance of four depths.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FragmentA Read(ArrayView<float> shared, int at, int four) => new()
    {
        X0 = Interop.FloatAsInt(shared[at]), X1 = Interop.FloatAsInt(shared[at + 8]),
        X2 = Interop.FloatAsInt(shared[at + four]), X3 = Interop.FloatAsInt(shared[at + four + 8]),
    };
}

/// <summary>A lane's part of an 8 x 8 fragment of B, in TF32: column g at depths t and t + 4.</summary>
internal struct FragmentB
{
    public uint X0, X1;

    /// <summary>As <see cref="FragmentA.Read"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FragmentB Read(ArrayView<float> shared, int at, int four) => new()
    {
        X0 = Interop.FloatAsInt(shared[at]), X1 = Interop.FloatAsInt(shared[at + four]),
    };
}

/// <summary>64 rows of A at eight depths.</summary>
internal struct RowFragments
{
    public FragmentA R0, R1, R2, R3;
}

/// <summary>32 columns of B at eight depths.</summary>
internal struct ColumnFragments
{
    public FragmentB C0, C1, C2, C3;
}

/// <summary>What a lane multiplies in one step. Only the emulation keeps it together.</summary>
internal struct LaneFragments
{
    public RowFragments A;
    public ColumnFragments B;
}

/// <summary>A lane's part of a warp's sums, four by four of 16 x 8: rows g and g + 8 of each at columns 2t and 2t + 1.</summary>
internal struct WarpSums
{
    public Float4 C00, C01, C02, C03, C10, C11, C12, C13, C20, C21, C22, C23, C30, C31, C32, C33;
}
