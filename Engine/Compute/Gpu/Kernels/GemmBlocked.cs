using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ILGPU;

namespace ManualVae.Compute.Gpu.Kernels;

/// <summary>Four neighbouring numbers, read from shared memory in one instruction.</summary>
[StructLayout(LayoutKind.Sequential, Size = 16)]
internal struct Float4
{
    public float X, Y, Z, W;
}

/// <summary>Eight registers of a tile: written out, since ILGPU neither unrolls loops nor keeps local arrays in registers.</summary>
internal struct Float8
{
    public float X0, X1, X2, X3, X4, X5, X6, X7;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float8 Join(Float4 a, Float4 b) => new()
    {
        X0 = a.X, X1 = a.Y, X2 = a.Z, X3 = a.W, X4 = b.X, X5 = b.Y, X6 = b.Z, X7 = b.W,
    };

    /// <summary>this + a b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Float8 Plus(float a, Float8 b) => new()
    {
        X0 = X0 + a * b.X0, X1 = X1 + a * b.X1, X2 = X2 + a * b.X2, X3 = X3 + a * b.X3,
        X4 = X4 + a * b.X4, X5 = X5 + a * b.X5, X6 = X6 + a * b.X6, X7 = X7 + a * b.X7,
    };
}

/// <summary>
/// The product that training uses: a group of 256 threads owns 128 x 128 of C, a thread 8 x 8 in registers, so that 16 numbers from
/// shared memory feed 64 multiply-adds. The next slices of the operands travel from global memory while this one is used. Where C has
/// too few tiles to fill the device, the inner dimension is divided among groups (grid Z) and the parts are added in order.
/// </summary>
internal static class GemmBlocked
{
    /// <summary>Side of a group's tile of C, its depth along the inner dimension, and the threads of a group.</summary>
    public const int Tile = 128, Depth = 16, Threads = 256;

    private const int Half = Tile / 2;

    public static void Run(GemmArguments g)
    {
        // [Depth, Tile] each, so that what a thread needs at one depth is contiguous.
        var sharedA = SharedMemory.Allocate<float>(Depth * Tile);
        var sharedB = SharedMemory.Allocate<float>(Depth * Tile);
        var vectorA = sharedA.Cast<Float4>();
        var vectorB = sharedB.Cast<Float4>();
        int thread = Group.IdxX, firstRow = Grid.IdxY * Tile, firstColumn = Grid.IdxX * Tile;
        int begin = Grid.IdxZ * g.Chunk, end = begin + g.Chunk < g.K ? begin + g.Chunk : g.K;

        // A thread copies eight numbers of each operand: along the inner dimension, or every second depth of one row.
        bool alongA = g.AColumn == 1, alongB = g.BRow == 1;
        int rowA = alongA ? thread / 2 : thread % Tile, depthA = alongA ? thread % 2 * 8 : thread / Tile, stepA = alongA ? 1 : 2;
        int rowB = alongB ? thread / 2 : thread % Tile, depthB = alongB ? thread % 2 * 8 : thread / Tile, stepB = alongB ? 1 : 2;

        // A thread's 8 x 8: two runs of four rows and of four columns, half a tile apart, so that a warp's reads meet no bank twice.
        int row = thread / 16, column = thread % 16;
        Float8 c0 = default, c1 = default, c2 = default, c3 = default, c4 = default, c5 = default, c6 = default, c7 = default;

        var nextA = LoadA(g, firstRow + rowA, begin + depthA, stepA, end);
        var nextB = LoadB(g, firstColumn + rowB, begin + depthB, stepB, end);
        for (int first = begin; first < end; first += Depth)
        {
            Keep(sharedA, nextA, rowA, depthA, stepA);
            Keep(sharedB, nextB, rowB, depthB, stepB);
            Group.Barrier();
            nextA = LoadA(g, firstRow + rowA, first + Depth + depthA, stepA, end);
            nextB = LoadB(g, firstColumn + rowB, first + Depth + depthB, stepB, end);
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

        int i = firstRow + row * 4, j = firstColumn + column * 4;
        StoreRow(g, i, j, c0);
        StoreRow(g, i + 1, j, c1);
        StoreRow(g, i + 2, j, c2);
        StoreRow(g, i + 3, j, c3);
        StoreRow(g, i + Half, j, c4);
        StoreRow(g, i + Half + 1, j, c5);
        StoreRow(g, i + Half + 2, j, c6);
        StoreRow(g, i + Half + 3, j, c7);
    }

    private static Float8 LoadA(in GemmArguments g, int i, int p, int step, int end) => new()
    {
        X0 = A(g, i, p, end), X1 = A(g, i, p + step, end), X2 = A(g, i, p + 2 * step, end), X3 = A(g, i, p + 3 * step, end),
        X4 = A(g, i, p + 4 * step, end), X5 = A(g, i, p + 5 * step, end), X6 = A(g, i, p + 6 * step, end), X7 = A(g, i, p + 7 * step, end),
    };

    private static Float8 LoadB(in GemmArguments g, int j, int p, int step, int end) => new()
    {
        X0 = B(g, j, p, end), X1 = B(g, j, p + step, end), X2 = B(g, j, p + 2 * step, end), X3 = B(g, j, p + 3 * step, end),
        X4 = B(g, j, p + 4 * step, end), X5 = B(g, j, p + 5 * step, end), X6 = B(g, j, p + 6 * step, end), X7 = B(g, j, p + 7 * step, end),
    };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float A(in GemmArguments g, int i, int p, int end) => p < end ? Gemm.LoadA(g, i, p) : 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float B(in GemmArguments g, int j, int p, int end) => p < end ? Gemm.LoadB(g, p, j) : 0;

    private static void Keep(ArrayView<float> shared, Float8 values, int row, int depth, int step)
    {
        int at = depth * Tile + row, next = step * Tile;
        shared[at] = values.X0;
        shared[at + next] = values.X1;
        shared[at + 2 * next] = values.X2;
        shared[at + 3 * next] = values.X3;
        shared[at + 4 * next] = values.X4;
        shared[at + 5 * next] = values.X5;
        shared[at + 6 * next] = values.X6;
        shared[at + 7 * next] = values.X7;
    }

    private static void StoreRow(in GemmArguments g, int i, int j, Float8 sums)
    {
        int split = Grid.IdxZ;
        Gemm.Store(g, split, i, j, sums.X0);
        Gemm.Store(g, split, i, j + 1, sums.X1);
        Gemm.Store(g, split, i, j + 2, sums.X2);
        Gemm.Store(g, split, i, j + 3, sums.X3);
        Gemm.Store(g, split, i, j + Half, sums.X4);
        Gemm.Store(g, split, i, j + Half + 1, sums.X5);
        Gemm.Store(g, split, i, j + Half + 2, sums.X6);
        Gemm.Store(g, split, i, j + Half + 3, sums.X7);
    }
}
