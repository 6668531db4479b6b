using ILGPU;

namespace ManualVae.Compute.Gpu.Kernels;

/// <summary>
/// The product that training uses: a group of 256 threads owns 128 x 128 of C, a thread 8 x 8 in registers, so that 16 floats
/// from shared memory feed 64 multiply-adds. The next slices of the operands travel from global memory while this one is used.
/// If C has too few tiles to fill the device, the inner dimension is divided among groups (grid Z) and the parts are added in
/// order.
/// </summary>
internal static class GemmBlocked
{
    /// <summary>Side of a group's tile of C, and the threads of a group.</summary>
    public const int Tile = 128, Threads = 256;

    private const int Depth = GemmSlice.Depth, Half = Tile / 2;

    /// <summary>
    /// Distance of two depths in shared memory: four more than the tile, so that writing 16 depths at once meets fewer banks
    /// twice.
    /// </summary>
    private const int Stride = Tile + 4;

    [LaunchBounds(Threads, 2)]
    public static void Run(GemmArguments g)
    {
        // A depth after the other, so that what a thread needs at one depth is contiguous.
        var sharedA = SharedMemory.Allocate<float>(Depth * Stride);
        var sharedB = SharedMemory.Allocate<float>(Depth * Stride);
        var vectorA = sharedA.Cast<Float4>();
        var vectorB = sharedB.Cast<Float4>();
        int thread = Group.IdxX, firstRow = Grid.IdxY * Tile, firstColumn = Grid.IdxX * Tile;
        int begin = Grid.IdxZ * g.Chunk, end = begin + g.Chunk < g.K ? begin + g.Chunk : g.K;
        var sliceA = new GemmSlice(g.AColumn == 1, thread, Tile);
        var sliceB = new GemmSlice(g.BRow == 1, thread, Tile);

        // A thread's 8 x 8: two runs of four rows and of four columns, half a tile apart, so that a warp's reads meet no bank
        // twice.
        int row = thread / 16, column = thread % 16;
        Float8 c0 = default, c1 = default, c2 = default, c3 = default, c4 = default, c5 = default, c6 = default, c7 = default;

        var nextA = sliceA.Load(g.A, g.ARow, g.AColumn, g.M, end, firstRow, begin);
        var nextB = sliceB.Load(g.B, g.BColumn, g.BRow, g.N, end, firstColumn, begin);
        for (int first = begin; first < end; first += Depth)
        {
            sliceA.Keep(sharedA, Stride, nextA);
            sliceB.Keep(sharedB, Stride, nextB);
            Group.Barrier();
            nextA = sliceA.Load(g.A, g.ARow, g.AColumn, g.M, end, firstRow, first + Depth);
            nextB = sliceB.Load(g.B, g.BColumn, g.BRow, g.N, end, firstColumn, first + Depth);
            for (int p = 0; p < Depth; p++)
            {
                int at = p * (Stride / 4);
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

        // A row of every thread's tile at a time goes through shared memory, so that neighbouring threads write neighbouring
        // addresses. Two halves in turn: a thread may fill one while others still read the other.
        for (int r = 0; r < 8; r++)
        {
            var rows = r % 2 == 0 ? sharedA : sharedB; // [16, Tile]
            var vectors = rows.Cast<Float4>();
            vectors[row * (Tile / 4) + column] = c0.Low;
            vectors[row * (Tile / 4) + Half / 4 + column] = c0.High;
            Group.Barrier();
            for (int at = thread; at < 16 * Tile; at += Threads)
            {
                int i = firstRow + at / Tile * 4 + (r < 4 ? r : Half - 4 + r);
                Gemm.Store(g, Grid.IdxZ, i, firstColumn + at % Tile, rows[at]);
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
