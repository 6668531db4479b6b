using ILGPU;

namespace ManualVae.Compute.Gpu.Kernels;

/// <summary>
/// The first two steps of the ladder, kept for comparison: every operand from memory, then tiles in shared memory.
/// </summary>
internal static class GemmSimple
{
    /// <summary>Side of a group and of its tile of C.</summary>
    public const int Tile = 16;

    /// <summary>One thread an element, all operands from global memory: at most 1/4 FLOP a byte before the caches.</summary>
    public static void Naive(GemmArguments g)
    {
        int i = Grid.IdxY * Tile + Group.IdxY, j = Grid.IdxX * Tile + Group.IdxX;
        float sum = 0;
        for (int p = 0; p < g.K; p++) sum += Gemm.LoadA(g, i, p) * Gemm.LoadB(g, p, j);
        Gemm.Store(g, 0, i, j, sum);
    }

    /// <summary>Tiles of both operands in shared memory: each element is loaded once a tile instead of 16 times.</summary>
    public static void Tiled(GemmArguments g)
    {
        var a = SharedMemory.Allocate2D<float, Stride2D.DenseX>(new Index2D(Tile, Tile + 1), new Stride2D.DenseX(Tile + 1));
        var b = SharedMemory.Allocate2D<float, Stride2D.DenseX>(new Index2D(Tile, Tile + 1), new Stride2D.DenseX(Tile + 1));
        int x = Group.IdxX, y = Group.IdxY, firstRow = Grid.IdxY * Tile, firstColumn = Grid.IdxX * Tile;
        float sum = 0;
        for (int first = 0; first < g.K; first += Tile) // by the inner dimension, whatever M and N
        {
            // Neighbouring threads read neighbouring addresses, whichever way the operand lies.
            if (g.AColumn == 1) a[y, x] = Gemm.LoadA(g, firstRow + y, first + x);
            else a[x, y] = Gemm.LoadA(g, firstRow + x, first + y);
            if (g.BColumn == 1) b[y, x] = Gemm.LoadB(g, first + y, firstColumn + x);
            else b[x, y] = Gemm.LoadB(g, first + x, firstColumn + y);
            Group.Barrier();
            for (int p = 0; p < Tile; p++) sum += a[y, p] * b[p, x];
            Group.Barrier();
        }
        Gemm.Store(g, 0, firstRow + y, firstColumn + x, sum);
    }
}
