using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime.Cuda;

namespace ManualVae.Compute.Gpu.Kernels;

/// <summary>
/// mma.sync m16n8k8 on TF32 fragments (PTX ISA, "Matrix fragments for mma.m16n8k8", .tf32), sixteen at a time. On a device the
/// sums live in registers that the assembly declares, since ILGPU carries results of inline assembly through local memory, and
/// <see cref="WarpSums"/> stays unused; on ILGPU's CPU accelerator <see cref="TensorEmulation"/> multiplies the same fragments.
/// </summary>
internal static class TensorCore
{
    /// <summary>Operations of a warp in <see cref="MultiplyAdd"/>: sixteen products of 16 x 8 x 8, two operations each.</summary>
    public const double Operations = 16 * 2 * 16 * 8 * 8;

    private const string Multiply = "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 ", By = ", {%0, %1, %2, %3}, {%4, %5}, ",
        S0 = "{s0, s1, s2, s3}", S1 = "{s4, s5, s6, s7}", S2 = "{s8, s9, s10, s11}", S3 = "{s12, s13, s14, s15}",
        S4 = "{s16, s17, s18, s19}", S5 = "{s20, s21, s22, s23}", S6 = "{s24, s25, s26, s27}", S7 = "{s28, s29, s30, s31}",
        S8 = "{s32, s33, s34, s35}", S9 = "{s36, s37, s38, s39}", S10 = "{s40, s41, s42, s43}", S11 = "{s44, s45, s46, s47}",
        S12 = "{s48, s49, s50, s51}", S13 = "{s52, s53, s54, s55}", S14 = "{s56, s57, s58, s59}", S15 = "{s60, s61, s62, s63}";

    /// <summary>Zero sums; once a kernel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WarpSums Begin()
    {
        // In this form the assembly stays where it is written: registers must be declared before their use, also in the text.
        if (!CudaAsm.IsSupported) return default;
        CudaAsm.Emit(".reg .f32 s<64>; mov.f32 s0, %0; mov.f32 s1, %0; mov.f32 s2, %0; mov.f32 s3, %0; mov.f32 s4, %0; "
            + "mov.f32 s5, %0; mov.f32 s6, %0; mov.f32 s7, %0; mov.f32 s8, %0; mov.f32 s9, %0; mov.f32 s10, %0; "
            + "mov.f32 s11, %0; mov.f32 s12, %0; mov.f32 s13, %0; mov.f32 s14, %0; mov.f32 s15, %0; "
            + "mov.f32 s16, %0; mov.f32 s17, %0; mov.f32 s18, %0; mov.f32 s19, %0; mov.f32 s20, %0; "
            + "mov.f32 s21, %0; mov.f32 s22, %0; mov.f32 s23, %0; mov.f32 s24, %0; mov.f32 s25, %0; "
            + "mov.f32 s26, %0; mov.f32 s27, %0; mov.f32 s28, %0; mov.f32 s29, %0; mov.f32 s30, %0; "
            + "mov.f32 s31, %0; mov.f32 s32, %0; mov.f32 s33, %0; mov.f32 s34, %0; mov.f32 s35, %0; "
            + "mov.f32 s36, %0; mov.f32 s37, %0; mov.f32 s38, %0; mov.f32 s39, %0; mov.f32 s40, %0; "
            + "mov.f32 s41, %0; mov.f32 s42, %0; mov.f32 s43, %0; mov.f32 s44, %0; mov.f32 s45, %0; "
            + "mov.f32 s46, %0; mov.f32 s47, %0; mov.f32 s48, %0; mov.f32 s49, %0; mov.f32 s50, %0; "
            + "mov.f32 s51, %0; mov.f32 s52, %0; mov.f32 s53, %0; mov.f32 s54, %0; mov.f32 s55, %0; "
            + "mov.f32 s56, %0; mov.f32 s57, %0; mov.f32 s58, %0; mov.f32 s59, %0; mov.f32 s60, %0; "
            + "mov.f32 s61, %0; mov.f32 s62, %0; mov.f32 s63, %0;", 0f);
        return default;
    }

    /// <summary>Adds the products of the fragments, each of A with each of B.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WarpSums MultiplyAdd(WarpSums c, RowFragments a, ColumnFragments b)
    {
        if (!CudaAsm.IsSupported) return TensorEmulation.MultiplyAdd(c, new() { A = a, B = b });
        CudaAsm.Emit(Multiply + S0 + By + S0 + ";", a.R0.X0, a.R0.X1, a.R0.X2, a.R0.X3, b.C0.X0, b.C0.X1);
        CudaAsm.Emit(Multiply + S1 + By + S1 + ";", a.R0.X0, a.R0.X1, a.R0.X2, a.R0.X3, b.C1.X0, b.C1.X1);
        CudaAsm.Emit(Multiply + S2 + By + S2 + ";", a.R0.X0, a.R0.X1, a.R0.X2, a.R0.X3, b.C2.X0, b.C2.X1);
        CudaAsm.Emit(Multiply + S3 + By + S3 + ";", a.R0.X0, a.R0.X1, a.R0.X2, a.R0.X3, b.C3.X0, b.C3.X1);
        CudaAsm.Emit(Multiply + S4 + By + S4 + ";", a.R1.X0, a.R1.X1, a.R1.X2, a.R1.X3, b.C0.X0, b.C0.X1);
        CudaAsm.Emit(Multiply + S5 + By + S5 + ";", a.R1.X0, a.R1.X1, a.R1.X2, a.R1.X3, b.C1.X0, b.C1.X1);
        CudaAsm.Emit(Multiply + S6 + By + S6 + ";", a.R1.X0, a.R1.X1, a.R1.X2, a.R1.X3, b.C2.X0, b.C2.X1);
        CudaAsm.Emit(Multiply + S7 + By + S7 + ";", a.R1.X0, a.R1.X1, a.R1.X2, a.R1.X3, b.C3.X0, b.C3.X1);
        CudaAsm.Emit(Multiply + S8 + By + S8 + ";", a.R2.X0, a.R2.X1, a.R2.X2, a.R2.X3, b.C0.X0, b.C0.X1);
        CudaAsm.Emit(Multiply + S9 + By + S9 + ";", a.R2.X0, a.R2.X1, a.R2.X2, a.R2.X3, b.C1.X0, b.C1.X1);
        CudaAsm.Emit(Multiply + S10 + By + S10 + ";", a.R2.X0, a.R2.X1, a.R2.X2, a.R2.X3, b.C2.X0, b.C2.X1);
        CudaAsm.Emit(Multiply + S11 + By + S11 + ";", a.R2.X0, a.R2.X1, a.R2.X2, a.R2.X3, b.C3.X0, b.C3.X1);
        CudaAsm.Emit(Multiply + S12 + By + S12 + ";", a.R3.X0, a.R3.X1, a.R3.X2, a.R3.X3, b.C0.X0, b.C0.X1);
        CudaAsm.Emit(Multiply + S13 + By + S13 + ";", a.R3.X0, a.R3.X1, a.R3.X2, a.R3.X3, b.C1.X0, b.C1.X1);
        CudaAsm.Emit(Multiply + S14 + By + S14 + ";", a.R3.X0, a.R3.X1, a.R3.X2, a.R3.X3, b.C2.X0, b.C2.X1);
        CudaAsm.Emit(Multiply + S15 + By + S15 + ";", a.R3.X0, a.R3.X1, a.R3.X2, a.R3.X3, b.C3.X0, b.C3.X1);
        return c;
    }

    // ---- The sums of the first sixteen rows, by columns --------------------------------------------------------------

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float4 Sum0(WarpSums c)
    {
        if (!CudaAsm.IsSupported) return c.C00;
        CudaAsm.Emit("mov.f32 %0, s0;", out float x);
        CudaAsm.Emit("mov.f32 %0, s1;", out float y);
        CudaAsm.Emit("mov.f32 %0, s2;", out float z);
        CudaAsm.Emit("mov.f32 %0, s3;", out float w);
        return new() { X = x, Y = y, Z = z, W = w };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float4 Sum1(WarpSums c)
    {
        if (!CudaAsm.IsSupported) return c.C01;
        CudaAsm.Emit("mov.f32 %0, s4;", out float x);
        CudaAsm.Emit("mov.f32 %0, s5;", out float y);
        CudaAsm.Emit("mov.f32 %0, s6;", out float z);
        CudaAsm.Emit("mov.f32 %0, s7;", out float w);
        return new() { X = x, Y = y, Z = z, W = w };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float4 Sum2(WarpSums c)
    {
        if (!CudaAsm.IsSupported) return c.C02;
        CudaAsm.Emit("mov.f32 %0, s8;", out float x);
        CudaAsm.Emit("mov.f32 %0, s9;", out float y);
        CudaAsm.Emit("mov.f32 %0, s10;", out float z);
        CudaAsm.Emit("mov.f32 %0, s11;", out float w);
        return new() { X = x, Y = y, Z = z, W = w };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float4 Sum3(WarpSums c)
    {
        if (!CudaAsm.IsSupported) return c.C03;
        CudaAsm.Emit("mov.f32 %0, s12;", out float x);
        CudaAsm.Emit("mov.f32 %0, s13;", out float y);
        CudaAsm.Emit("mov.f32 %0, s14;", out float z);
        CudaAsm.Emit("mov.f32 %0, s15;", out float w);
        return new() { X = x, Y = y, Z = z, W = w };
    }

    /// <summary>The sums without those of the first sixteen rows, moved up.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WarpSums Rest(WarpSums c)
    {
        if (!CudaAsm.IsSupported) return TensorEmulation.Rest(c);
        CudaAsm.Emit("mov.f32 s0, s16; mov.f32 s1, s17; mov.f32 s2, s18; mov.f32 s3, s19; mov.f32 s4, s20; "
            + "mov.f32 s5, s21; mov.f32 s6, s22; mov.f32 s7, s23; mov.f32 s8, s24; mov.f32 s9, s25; "
            + "mov.f32 s10, s26; mov.f32 s11, s27; mov.f32 s12, s28; mov.f32 s13, s29; mov.f32 s14, s30; "
            + "mov.f32 s15, s31; mov.f32 s16, s32; mov.f32 s17, s33; mov.f32 s18, s34; mov.f32 s19, s35; "
            + "mov.f32 s20, s36; mov.f32 s21, s37; mov.f32 s22, s38; mov.f32 s23, s39; mov.f32 s24, s40; "
            + "mov.f32 s25, s41; mov.f32 s26, s42; mov.f32 s27, s43; mov.f32 s28, s44; mov.f32 s29, s45; "
            + "mov.f32 s30, s46; mov.f32 s31, s47; mov.f32 s32, s48; mov.f32 s33, s49; mov.f32 s34, s50; "
            + "mov.f32 s35, s51; mov.f32 s36, s52; mov.f32 s37, s53; mov.f32 s38, s54; mov.f32 s39, s55; "
            + "mov.f32 s40, s56; mov.f32 s41, s57; mov.f32 s42, s58; mov.f32 s43, s59; mov.f32 s44, s60; "
            + "mov.f32 s45, s61; mov.f32 s46, s62; mov.f32 s47, s63;");
        return c;
    }

    /// <summary>
    /// The nearest TF32 number (10 bits of mantissa), ties away from zero, as cvt.rna.tf32.f32 gives; NaN stays NaN, whichever
    /// of its bits are set: adding to them would wrap some to zero, and cutting them would make infinity of others.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static float Round(float x)
    {
        uint bits = Interop.FloatAsInt(x), rounded = (bits + 0x1000u) & ~0x1FFFu;
        // NaN alone is not below infinity: one instruction, where a look at the bits takes two.
        return Interop.IntAsFloat(MathF.Abs(x) <= float.PositiveInfinity ? rounded : bits | 0x00400000u);
    }

    /// <summary>Each of them rounded.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Float8 Round(Float8 x) => new()
    {
        X0 = Round(x.X0), X1 = Round(x.X1), X2 = Round(x.X2), X3 = Round(x.X3),
        X4 = Round(x.X4), X5 = Round(x.X5), X6 = Round(x.X6), X7 = Round(x.X7),
    };
}
