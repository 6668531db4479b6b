using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime.Cuda;

namespace ManualVae.Compute.Gpu.Kernels;

/// <summary>
/// A lane's part of a 16 x 8 fragment of A, in TF32: rows g and g + 8 at depth t, then at depth t + 4 (g = lane / 4, t = lane %
/// 4).
/// </summary>
internal struct FragmentA
{
    public uint X0, X1, X2, X3;
}

/// <summary>A lane's part of an 8 x 8 fragment of B, in TF32: column g at depths t and t + 4.</summary>
internal struct FragmentB
{
    public uint X0, X1;
}

/// <summary>
/// What a lane multiplies in one step: two fragments of A by four of B. Only the emulation keeps them together.
/// </summary>
internal struct LaneFragments
{
    public FragmentA A, Lower;
    public FragmentB B0, B1, B2, B3;
}

/// <summary>A lane's part of a warp's sums, two by four of 16 x 8: rows g and g + 8 of each at columns 2t and 2t + 1.</summary>
internal struct WarpSums
{
    public Float4 C00, C01, C02, C03, C10, C11, C12, C13;
}

/// <summary>
/// mma.sync m16n8k8 on TF32 fragments (PTX ISA, "Matrix fragments for mma.m16n8k8", .tf32). On a device the sums live in
/// registers that the assembly declares, since ILGPU carries results of inline assembly through local memory, and <see
/// cref="WarpSums"/> stays unused; on ILGPU's CPU accelerator the same fragments are multiplied lane by lane, so that tests see
/// the same layout.
/// </summary>
internal static class TensorCore
{
    private const string Multiply = "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 ", By = ", {%0, %1, %2, %3}, {%4, %5}, ",
        S0 = "{s0, s1, s2, s3}", S1 = "{s4, s5, s6, s7}", S2 = "{s8, s9, s10, s11}", S3 = "{s12, s13, s14, s15}",
        S4 = "{s16, s17, s18, s19}", S5 = "{s20, s21, s22, s23}", S6 = "{s24, s25, s26, s27}", S7 = "{s28, s29, s30, s31}";

    /// <summary>Zero sums; once a kernel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WarpSums Begin()
    {
        // In this form the assembly stays where it is written: registers must be declared before their use, also in the text.
        if (!CudaAsm.IsSupported) return default;
        CudaAsm.Emit(".reg .f32 s<32>; mov.f32 s0, %0; mov.f32 s1, %0; mov.f32 s2, %0; mov.f32 s3, %0; mov.f32 s4, %0; "
            + "mov.f32 s5, %0; mov.f32 s6, %0; mov.f32 s7, %0; mov.f32 s8, %0; mov.f32 s9, %0; mov.f32 s10, %0; mov.f32 s11, %0; "
            + "mov.f32 s12, %0; mov.f32 s13, %0; mov.f32 s14, %0; mov.f32 s15, %0; mov.f32 s16, %0; mov.f32 s17, %0; "
            + "mov.f32 s18, %0; mov.f32 s19, %0; mov.f32 s20, %0; mov.f32 s21, %0; mov.f32 s22, %0; mov.f32 s23, %0; "
            + "mov.f32 s24, %0; mov.f32 s25, %0; mov.f32 s26, %0; mov.f32 s27, %0; mov.f32 s28, %0; mov.f32 s29, %0; "
            + "mov.f32 s30, %0; mov.f32 s31, %0;", 0f);
        return default;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FragmentA FragmentA(ArrayView<float> shared, int at, int stride) => new()
    {
        X0 = Round(shared[at]), X1 = Round(shared[at + 8]),
        X2 = Round(shared[at + 4 * stride]), X3 = Round(shared[at + 4 * stride + 8]),
    };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FragmentB FragmentB(ArrayView<float> shared, int at, int stride) => new()
    {
        X0 = Round(shared[at]), X1 = Round(shared[at + 4 * stride]),
    };

    /// <summary>Adds the products of the fragments, each of A with each of B.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WarpSums MultiplyAdd(
        WarpSums c, FragmentA a, FragmentA lower, FragmentB b0, FragmentB b1, FragmentB b2, FragmentB b3)
    {
        if (!CudaAsm.IsSupported) return Emulate(c, new() { A = a, Lower = lower, B0 = b0, B1 = b1, B2 = b2, B3 = b3 });
        CudaAsm.Emit(Multiply + S0 + By + S0 + ";", a.X0, a.X1, a.X2, a.X3, b0.X0, b0.X1);
        CudaAsm.Emit(Multiply + S1 + By + S1 + ";", a.X0, a.X1, a.X2, a.X3, b1.X0, b1.X1);
        CudaAsm.Emit(Multiply + S2 + By + S2 + ";", a.X0, a.X1, a.X2, a.X3, b2.X0, b2.X1);
        CudaAsm.Emit(Multiply + S3 + By + S3 + ";", a.X0, a.X1, a.X2, a.X3, b3.X0, b3.X1);
        CudaAsm.Emit(Multiply + S4 + By + S4 + ";", lower.X0, lower.X1, lower.X2, lower.X3, b0.X0, b0.X1);
        CudaAsm.Emit(Multiply + S5 + By + S5 + ";", lower.X0, lower.X1, lower.X2, lower.X3, b1.X0, b1.X1);
        CudaAsm.Emit(Multiply + S6 + By + S6 + ";", lower.X0, lower.X1, lower.X2, lower.X3, b2.X0, b2.X1);
        CudaAsm.Emit(Multiply + S7 + By + S7 + ";", lower.X0, lower.X1, lower.X2, lower.X3, b3.X0, b3.X1);
        return c;
    }

    /// <summary>The first sum.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float4 First(WarpSums c)
    {
        if (!CudaAsm.IsSupported) return c.C00;
        CudaAsm.Emit("mov.f32 %0, s0;", out float x);
        CudaAsm.Emit("mov.f32 %0, s1;", out float y);
        CudaAsm.Emit("mov.f32 %0, s2;", out float z);
        CudaAsm.Emit("mov.f32 %0, s3;", out float w);
        return new() { X = x, Y = y, Z = z, W = w };
    }

    /// <summary>The sums without the first, moved up.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WarpSums Rest(WarpSums c)
    {
        if (!CudaAsm.IsSupported)
            return new() { C00 = c.C01, C01 = c.C02, C02 = c.C03, C03 = c.C10, C10 = c.C11, C11 = c.C12, C12 = c.C13 };
        CudaAsm.Emit("mov.f32 s0, s4; mov.f32 s1, s5; mov.f32 s2, s6; mov.f32 s3, s7; mov.f32 s4, s8; mov.f32 s5, s9; "
            + "mov.f32 s6, s10; mov.f32 s7, s11; mov.f32 s8, s12; mov.f32 s9, s13; mov.f32 s10, s14; mov.f32 s11, s15; "
            + "mov.f32 s12, s16; mov.f32 s13, s17; mov.f32 s14, s18; mov.f32 s15, s19; mov.f32 s16, s20; mov.f32 s17, s21; "
            + "mov.f32 s18, s22; mov.f32 s19, s23; mov.f32 s20, s24; mov.f32 s21, s25; mov.f32 s22, s26; mov.f32 s23, s27; "
            + "mov.f32 s24, s28; mov.f32 s25, s29; mov.f32 s26, s30; mov.f32 s27, s31;");
        return c;
    }

    /// <summary>
    /// The nearest TF32 number (10 bits of mantissa), ties away from zero, as cvt.rna.tf32.f32 gives; NaN stays NaN, whichever
    /// of its bits are set: adding to them would wrap some to zero, and cutting them would make infinity of others.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static uint Round(float x)
    {
        uint bits = Interop.FloatAsInt(x), rounded = (bits + 0x1000u) & ~0x1FFFu;
        return (bits & 0x7FFFFFFFu) > 0x7F800000u ? bits | 0x00400000u : rounded;
    }

    /// <summary>The same lane by lane: every lane shows its fragments in shared memory, and reads those of its warp.</summary>
    private static WarpSums Emulate(WarpSums c, LaneFragments own)
    {
        var shown = SharedMemory.GetDynamic<LaneFragments>();
        shown[Group.IdxX] = own;
        Group.Barrier();
        var warp = shown.SubView(Group.IdxX - Warp.LaneIdx, Warp.WarpSize);
        for (int p = 0; p < 8; p++)
        {
            var rows = warp[Warp.LaneIdx / 4 * 4 + p % 4];
            LaneFragments even = warp[Warp.LaneIdx % 4 * 8 + p % 4], odd = warp[Warp.LaneIdx % 4 * 8 + p % 4 + 4];
            c.C00 = Add(c.C00, p, rows.A, even.B0, odd.B0);
            c.C01 = Add(c.C01, p, rows.A, even.B1, odd.B1);
            c.C02 = Add(c.C02, p, rows.A, even.B2, odd.B2);
            c.C03 = Add(c.C03, p, rows.A, even.B3, odd.B3);
            c.C10 = Add(c.C10, p, rows.Lower, even.B0, odd.B0);
            c.C11 = Add(c.C11, p, rows.Lower, even.B1, odd.B1);
            c.C12 = Add(c.C12, p, rows.Lower, even.B2, odd.B2);
            c.C13 = Add(c.C13, p, rows.Lower, even.B3, odd.B3);
        }
        Group.Barrier(); // the memory serves the next fragments
        return c;
    }

    /// <summary>Adds the products at one of the eight depths.</summary>
    private static Float4 Add(Float4 sum, int depth, FragmentA rows, FragmentB even, FragmentB odd)
    {
        float upper = Number(depth < 4 ? rows.X0 : rows.X2), lower = Number(depth < 4 ? rows.X1 : rows.X3);
        float left = Number(depth < 4 ? even.X0 : even.X1), right = Number(depth < 4 ? odd.X0 : odd.X1);
        return new()
        {
            X = sum.X + upper * left, Y = sum.Y + upper * right, Z = sum.Z + lower * left, W = sum.W + lower * right,
        };
    }

    private static float Number(uint bits) => Interop.IntAsFloat(bits);
}
