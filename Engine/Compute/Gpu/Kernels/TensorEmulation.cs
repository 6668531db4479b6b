using ILGPU;

namespace ManualVae.Compute.Gpu.Kernels;

/// <summary>
/// What <see cref="TensorCore"/> does on a device, lane by lane on ILGPU's CPU accelerator: every lane shows its fragments in
/// shared memory, and reads those of its warp as the PTX manual lays them out, so that tests see the same layout.
/// </summary>
internal static class TensorEmulation
{
    /// <summary>Adds the products of a warp's fragments; all lanes of the group take part.</summary>
    public static WarpSums MultiplyAdd(WarpSums c, LaneFragments own)
    {
        var shown = SharedMemory.GetDynamic<LaneFragments>();
        shown[Group.IdxX] = own;
        Group.Barrier();
        var warp = shown.SubView(Group.IdxX - Warp.LaneIdx, Warp.WarpSize);
        for (int p = 0; p < 8; p++)
        {
            var rows = warp[Warp.LaneIdx / 4 * 4 + p % 4].A;
            ColumnFragments even = warp[Warp.LaneIdx % 4 * 8 + p % 4].B, odd = warp[Warp.LaneIdx % 4 * 8 + p % 4 + 4].B;
            c.C00 = Add(c.C00, p, rows.R0, even.C0, odd.C0);
            c.C01 = Add(c.C01, p, rows.R0, even.C1, odd.C1);
            c.C02 = Add(c.C02, p, rows.R0, even.C2, odd.C2);
            c.C03 = Add(c.C03, p, rows.R0, even.C3, odd.C3);
            c.C10 = Add(c.C10, p, rows.R1, even.C0, odd.C0);
            c.C11 = Add(c.C11, p, rows.R1, even.C1, odd.C1);
            c.C12 = Add(c.C12, p, rows.R1, even.C2, odd.C2);
            c.C13 = Add(c.C13, p, rows.R1, even.C3, odd.C3);
            c.C20 = Add(c.C20, p, rows.R2, even.C0, odd.C0);
            c.C21 = Add(c.C21, p, rows.R2, even.C1, odd.C1);
            c.C22 = Add(c.C22, p, rows.R2, even.C2, odd.C2);
            c.C23 = Add(c.C23, p, rows.R2, even.C3, odd.C3);
            c.C30 = Add(c.C30, p, rows.R3, even.C0, odd.C0);
            c.C31 = Add(c.C31, p, rows.R3, even.C1, odd.C1);
            c.C32 = Add(c.C32, p, rows.R3, even.C2, odd.C2);
            c.C33 = Add(c.C33, p, rows.R3, even.C3, odd.C3);
        }
        Group.Barrier(); // the memory serves the next fragments
        return c;
    }

    /// <summary>The sums without those of the first sixteen rows, moved up.</summary>
    public static WarpSums Rest(WarpSums c) => new()
    {
        C00 = c.C10, C01 = c.C11, C02 = c.C12, C03 = c.C13, C10 = c.C20, C11 = c.C21, C12 = c.C22, C13 = c.C23,
        C20 = c.C30, C21 = c.C31, C22 = c.C32, C23 = c.C33,
    };

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
