using System.Runtime.CompilerServices;
using ILGPU;

namespace ManualVae.Compute.Gpu.Kernels;

/// <summary>
/// <see cref="GemmBlocked"/> with fours of floats between all memories, the inner loop written out, and an epilogue for each use.
/// Takes operands whose contiguous sides, and C's, are multiples of four (see <see cref="Fits"/>), since a device faults on a
/// four that is not aligned.
/// </summary>
internal static class GemmVector
{
    /// <summary>Side of a group's tile of C, and the threads of a group.</summary>
    public const int Tile = 128, Threads = 256;

    private const int Depth = VectorSlice.Depth, Half = Tile / 2;

    /// <summary>Distance of two depths in shared memory: four more than the tile, so that no bank is met twice.</summary>
    private const int Stride = Tile + 4;

    /// <summary>True if every four that the kernel reads and writes is aligned and lies inside or outside as a whole.</summary>
    /// <param name="g">The product.</param>
    /// <param name="tensors">Everything that it reads and writes; none counts as fitting.</param>
    public static bool Fits(in GemmArguments g, params ReadOnlySpan<Tensor> tensors)
    {
        foreach (var tensor in tensors)
            if (!tensor.IsNone && tensor.Offset % 4 != 0) return false;
        int sideA = g.AColumn == 1 ? g.ARow : g.AColumn, sideB = g.BRow == 1 ? g.BColumn : g.BRow;
        return sideA % 4 == 0 && sideB % 4 == 0 && g.N % 4 == 0
            && Math.Max((long)g.M, g.N) * g.K / 4 <= int.MaxValue; // positions in operands are 32-bit numbers of fours
    }

    [LaunchBounds(Threads, 2)]
    public static void Run(GemmArguments g)
    {
        var sharedA = SharedMemory.Allocate<float>(Depth * Stride);
        var sharedB = SharedMemory.Allocate<float>(Depth * Stride);
        var operandA = g.A.Cast<Float4>();
        var operandB = g.B.Cast<Float4>();
        int thread = Group.IdxX, firstRow = Grid.IdxY * Tile, firstColumn = Grid.IdxX * Tile;
        int begin = Grid.IdxZ * g.Chunk, end = begin + g.Chunk < g.K ? begin + g.Chunk : g.K;
        bool innerA = g.AColumn == 1, innerB = g.BRow == 1;
        var sliceA = new VectorSlice(innerA, innerA ? g.ARow : g.AColumn, g.M, end, firstRow, sharedA, Stride);
        var sliceB = new VectorSlice(innerB, innerB ? g.BColumn : g.BRow, g.N, end, firstColumn, sharedB, Stride);
        int row = thread / 16, column = thread % 16;
        // From here on all distances are constants, which the device adds to an address for nothing.
        var fromA = sharedA.Cast<Float4>().SubView(row, Depth * Stride / 4 - row);
        var fromB = sharedB.Cast<Float4>().SubView(column, Depth * Stride / 4 - column);
        var sums = default(Sums);

        var nextA = sliceA.Load(operandA, begin);
        var nextB = sliceB.Load(operandB, begin);
        for (int first = begin; first < end; first += Depth)
        {
            sliceA.Keep(nextA);
            sliceB.Keep(nextB);
            Group.Barrier();
            nextA = sliceA.Load(operandA, first + Depth);
            nextB = sliceB.Load(operandB, first + Depth);
            sums = Four(sums, fromA, fromB, 0);
            sums = Four(sums, fromA, fromB, Stride);
            sums = Four(sums, fromA, fromB, 2 * Stride);
            sums = Four(sums, fromA, fromB, 3 * Stride);
            Group.Barrier();
        }

        int i = firstRow + row * 4, j = firstColumn + column * 4;
        if (g.Partial.Length > 0)
        {
            // By fours first: of a part that begins anywhere ILGPU would not know that fours are aligned.
            long size = (long)g.M * g.N / 4;
            VectorEpilogue.Store(g.Partial.Cast<Float4>().SubView(Grid.IdxZ * size, size), g.M, g.N, i, j, sums);
        }
        else if (g.Adam.IsWanted) VectorEpilogue.Adam(g, i, j, sums);
        else VectorEpilogue.Finish(g, i, j, sums);
    }

    /// <summary>Four depths.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Sums Four(Sums sums, ArrayView<Float4> a, ArrayView<Float4> b, int at)
    {
        const int next = Stride / 4;
        sums = sums.Plus(Read(a, at), Read(b, at));
        sums = sums.Plus(Read(a, at + next), Read(b, at + next));
        sums = sums.Plus(Read(a, at + 2 * next), Read(b, at + 2 * next));
        return sums.Plus(Read(a, at + 3 * next), Read(b, at + 3 * next));
    }

    /// <summary>Two runs of four, half a tile apart, so that a warp's reads meet no bank twice.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Float8 Read(ArrayView<Float4> shared, int at) => Float8.Join(shared[at], shared[at + Half / 4]);
}
