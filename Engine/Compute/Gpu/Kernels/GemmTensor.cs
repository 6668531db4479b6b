using ILGPU;

namespace ManualVae.Compute.Gpu.Kernels;

/// <summary>
/// The product on tensor cores: operands rounded to TF32, sums in single precision. A group of four warps owns 64 x 64 of C, a
/// warp 32 x 32, see <see cref="TensorCore"/>. Only behind an explicit setting.
/// </summary>
internal static class GemmTensor
{
    /// <summary>Side of a group's tile of C, and the threads of a group.</summary>
    public const int Tile = 64, Threads = 128;

    private const int Depth = GemmSlice.Depth;

    /// <summary>
    /// Distance of two depths in shared memory: 8 more than the tile, so that a fragment's lanes read 32 different banks.
    /// </summary>
    private const int Stride = Tile + 8;

    [LaunchBounds(Threads, 4)]
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
        var sums = TensorCore.Begin();

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
                sums = TensorCore.MultiplyAdd(sums, a0, a1, b0, b1, b2, b3);
            }
            Group.Barrier();
        }

        int i = firstRow + warpRow + group, j = firstColumn + warpColumn + inGroup * 2;
        for (int fragment = 0; fragment < 8; fragment++)
        {
            int row = i + fragment / 4 * 16, column = j + fragment % 4 * 8;
            var c = TensorCore.First(sums);
            Gemm.Store(g, Grid.IdxZ, row, column, c.X);
            Gemm.Store(g, Grid.IdxZ, row, column + 1, c.Y);
            Gemm.Store(g, Grid.IdxZ, row + 8, column, c.Z);
            Gemm.Store(g, Grid.IdxZ, row + 8, column + 1, c.W);
            sums = TensorCore.Rest(sums);
        }
    }
}
