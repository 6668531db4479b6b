using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime.Cuda;

namespace ManualVae.Compute.Gpu.Kernels;

/// <summary>A lane's part of a 16 x 8 fragment of A, in TF32: rows g and g + 8 at depth t, then at depth t + 4 (g = lane / 4, t = lane % 4).</summary>
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
/// mma.sync m16n8k8 on TF32 fragments. On ILGPU's CPU accelerator the same fragments are multiplied lane by lane, so that tests see the
/// same layout.
/// </summary>
internal static class TensorCore
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FragmentA FragmentA(ArrayView<float> shared, int at, int stride) => new()
    {
        X0 = Round(shared[at]), X1 = Round(shared[at + 8]), X2 = Round(shared[at + 4 * stride]), X3 = Round(shared[at + 4 * stride + 8]),
    };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FragmentB FragmentB(ArrayView<float> shared, int at, int stride) => new()
    {
        X0 = Round(shared[at]), X1 = Round(shared[at + 4 * stride]),
    };

    /// <summary>c + a b; c holds rows g and g + 8 at columns 2t and 2t + 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float4 MultiplyAdd(FragmentA a, FragmentB b, Float4 c)
    {
        if (!CudaAsm.IsSupported) return Emulate(a, b, c);
        Ref<float> c0 = c.X, c1 = c.Y, c2 = c.Z, c3 = c.W;
        Input<uint> a0 = a.X0, a1 = a.X1, a2 = a.X2, a3 = a.X3, b0 = b.X0, b1 = b.X1;
        CudaAsm.EmitRef(
            "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};",
            ref c0, ref c1, ref c2, ref c3, ref a0, ref a1, ref a2, ref a3, ref b0, ref b1);
        return new() { X = c0.Value, Y = c1.Value, Z = c2.Value, W = c3.Value };
    }

    /// <summary>The nearest TF32 number (10 bits of mantissa), ties away from zero, as cvt.rna.tf32.f32 gives.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Round(float x) => (Interop.FloatAsInt(x) + 0x1000u) & ~0x1FFFu;

    private static Float4 Emulate(FragmentA a, FragmentB b, Float4 c)
    {
        int group = Warp.LaneIdx / 4, inGroup = Warp.LaneIdx % 4;
        for (int p = 0; p < 8; p++)
        {
            int lane = group * 4 + p % 4, left = inGroup * 8 + p % 4;
            float upper = Number(Warp.Shuffle(p < 4 ? a.X0 : a.X2, lane)), lower = Number(Warp.Shuffle(p < 4 ? a.X1 : a.X3, lane));
            float even = Number(Warp.Shuffle(p < 4 ? b.X0 : b.X1, left)), odd = Number(Warp.Shuffle(p < 4 ? b.X0 : b.X1, left + 4));
            c.X += upper * even;
            c.Y += upper * odd;
            c.Z += lower * even;
            c.W += lower * odd;
        }
        return c;
    }

    private static float Number(uint bits) => Interop.IntAsFloat(bits);
}
