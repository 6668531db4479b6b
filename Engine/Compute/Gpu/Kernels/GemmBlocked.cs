using ILGPU;

namespace ManualVae.Compute.Gpu.Kernels;

/// <summary>
/// The product that training uses: a group of 256 threads owns 128 x 128 of C, a thread 8 x 8 in registers, so that 16 numbers from
/// shared memory feed 64 multiply-adds. The next slices of the operands travel from global memory while this one is used. Where C has
/// too few tiles to fill the device, the inner dimension is divided among groups (grid Z) and the parts are added in order.
/// </summary>
internal static class GemmBlocked
{
    /// <summary>Side of a group's tile of C, and the threads of a group.</summary>
    public const int Tile = 128, Threads = 256;

    private const int Depth = GemmSlice.Depth, Half = Tile / 2;

    public static void Run(GemmArguments g)
    {
        // [Depth, Tile] each, so that what a thread needs at one depth is contiguous.
        var sharedA = SharedMemory.Allocate<float>(Depth * Tile);
        var sharedB = SharedMemory.Allocate<float>(Depth * Tile);
        var vectorA = sharedA.Cast<Float4>();
        var vectorB = sharedB.Cast<Float4>();
        int thread = Group.IdxX, firstRow = Grid.IdxY * Tile, firstColumn = Grid.IdxX * Tile;
        int begin = Grid.IdxZ * g.Chunk, end = begin + g.Chunk < g.K ? begin + g.Chunk : g.K;
        var sliceA = new GemmSlice(g.AColumn == 1, thread, Tile);
        var sliceB = new GemmSlice(g.BRow == 1, thread, Tile);

        // A thread's 8 x 8: two runs of four rows and of four columns, half a tile apart, so that a warp's reads meet no bank twice.
        int row = thread / 16, column = thread % 16;
        Float8 c0 = default, c1 = default, c2 = default, c3 = default, c4 = default, c5 = default, c6 = default, c7 = default;

        var nextA = sliceA.LoadA(g, firstRow, begin, end);
        var nextB = sliceB.LoadB(g, firstColumn, begin, end);
        for (int first = begin; first < end; first += Depth)
        {
            sliceA.Keep(sharedA, Tile, nextA);
            sliceB.Keep(sharedB, Tile, nextB);
            Group.Barrier();
            nextA = sliceA.LoadA(g, firstRow, first + Depth, end);
            nextB = sliceB.LoadB(g, firstColumn, first + Depth, end);
            for (int p = 0; p < Depth; p++)
            {
                int at = p * (Tile / 4);
                var a = Float8.Join(vectorA[at + row], vectorA[at + Half / 4 + row]);
                var b = Float8.Join(vectorB[at + column], vectorB[at + Half / 4 + column]);
                c0 = c0.Plus(a.X0, b);
                c1 = c1.Plus(a.X1, b);
                c2 = c2.Plus(a.X2, b);
                c3 = c3.Plus(a.X3, b);
                c4 = c4.Plus(a.X4, b);
                c5 = c5.Plus(a.X5, b);
                c6 = c6.Plus(a.X6, b);
                c7 = c7.Plus(a.X7, b);
            }
            Group.Barrier();
        }

        // Loops, through the thread's own eight numbers of shared memory: 64 copies of bias and activation would take long to compile.
        for (int r = 0; r < 8; r++)
        {
            sharedA[thread] = c0.X0;
            sharedA[thread + Threads] = c0.X1;
            sharedA[thread + 2 * Threads] = c0.X2;
            sharedA[thread + 3 * Threads] = c0.X3;
            sharedA[thread + 4 * Threads] = c0.X4;
            sharedA[thread + 5 * Threads] = c0.X5;
            sharedA[thread + 6 * Threads] = c0.X6;
            sharedA[thread + 7 * Threads] = c0.X7;
            int i = firstRow + row * 4 + (r < 4 ? r : Half - 4 + r);
            for (int x = 0; x < 8; x++)
            {
                int j = firstColumn + column * 4 + (x < 4 ? x : Half - 4 + x);
                Gemm.Store(g, Grid.IdxZ, i, j, sharedA[thread + x * Threads]);
            }
            c0 = c1;
            c1 = c2;
            c2 = c3;
            c3 = c4;
            c4 = c5;
            c5 = c6;
            c6 = c7;
        }
    }
}
