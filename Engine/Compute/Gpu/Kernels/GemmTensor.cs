using ILGPU;

namespace ManualVae.Compute.Gpu.Kernels;

/// <summary>
/// The product on tensor cores: operands rounded to TF32, sums in single precision. A group of four warps owns 64 x 64 of C, a warp
/// 32 x 32: two by four fragments of 16 x 8 (PTX ISA, "Matrix fragments for mma.m16n8k8", .tf32). Only behind an explicit setting.
/// </summary>
internal static class GemmTensor
{
    /// <summary>Side of a group's tile of C, and the threads of a group.</summary>
    public const int Tile = 64, Threads = 128;

    private const int Depth = GemmSlice.Depth;

    /// <summary>Distance of two depths in shared memory: 8 more than the tile, so that a fragment's lanes read 32 different banks.</summary>
    private const int Stride = Tile + 8;

    public static void Run(GemmArguments g)
    {
        var sharedA = SharedMemory.Allocate<float>(Depth * Stride);
        var sharedB = SharedMemory.Allocate<float>(Depth * Stride);
        int thread = Group.IdxX, firstRow = Grid.IdxY * Tile, firstColumn = Grid.IdxX * Tile;
        int begin = Grid.IdxZ * g.Chunk, end = begin + g.Chunk < g.K ? begin + g.Chunk : g.K;
        var sliceA = new GemmSlice(g.AColumn == 1, thread, Tile);
        var sliceB = new GemmSlice(g.BRow == 1, thread, Tile);

        int lane = thread % 32, warp = thread / 32, group = lane / 4, inGroup = lane % 4;
        int warpRow = warp / 2 * 32, warpColumn = warp % 2 * 32;
        Float4 c00 = default, c01 = default, c02 = default, c03 = default, c10 = default, c11 = default, c12 = default, c13 = default;

        var nextA = sliceA.Load(g.A, g.ARow, g.AColumn, g.M, end, firstRow, begin);
        var nextB = sliceB.Load(g.B, g.BColumn, g.BRow, g.N, end, firstColumn, begin);
        for (int first = begin; first < end; first += Depth)
        {
            sliceA.Keep(sharedA, Stride, nextA);
            sliceB.Keep(sharedB, Stride, nextB);
            Group.Barrier();
            nextA = sliceA.Load(g.A, g.ARow, g.AColumn, g.M, end, firstRow, first + Depth);
            nextB = sliceB.Load(g.B, g.BColumn, g.BRow, g.N, end, firstColumn, first + Depth);
            for (int p = 0; p < Depth; p += 8)
            {
                int at = (p + inGroup) * Stride + group;
                var a0 = TensorCore.FragmentA(sharedA, at + warpRow, Stride);
                var a1 = TensorCore.FragmentA(sharedA, at + warpRow + 16, Stride);
                var b0 = TensorCore.FragmentB(sharedB, at + warpColumn, Stride);
                var b1 = TensorCore.FragmentB(sharedB, at + warpColumn + 8, Stride);
                var b2 = TensorCore.FragmentB(sharedB, at + warpColumn + 16, Stride);
                var b3 = TensorCore.FragmentB(sharedB, at + warpColumn + 24, Stride);
                c00 = TensorCore.MultiplyAdd(a0, b0, c00);
                c01 = TensorCore.MultiplyAdd(a0, b1, c01);
                c02 = TensorCore.MultiplyAdd(a0, b2, c02);
                c03 = TensorCore.MultiplyAdd(a0, b3, c03);
                c10 = TensorCore.MultiplyAdd(a1, b0, c10);
                c11 = TensorCore.MultiplyAdd(a1, b1, c11);
                c12 = TensorCore.MultiplyAdd(a1, b2, c12);
                c13 = TensorCore.MultiplyAdd(a1, b3, c13);
            }
            Group.Barrier();
        }

        int i = firstRow + warpRow + group, j = firstColumn + warpColumn + inGroup * 2;
        for (int fragment = 0; fragment < 8; fragment++)
        {
            int row = i + fragment / 4 * 16, column = j + fragment % 4 * 8;
            Gemm.Store(g, Grid.IdxZ, row, column, c00.X);
            Gemm.Store(g, Grid.IdxZ, row, column + 1, c00.Y);
            Gemm.Store(g, Grid.IdxZ, row + 8, column, c00.Z);
            Gemm.Store(g, Grid.IdxZ, row + 8, column + 1, c00.W);
            c00 = c01;
            c01 = c02;
            c02 = c03;
            c03 = c10;
            c10 = c11;
            c11 = c12;
            c12 = c13;
        }
    }
}
