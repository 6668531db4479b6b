using System.Runtime.CompilerServices;
using ILGPU;
using View = ILGPU.ArrayView<float>;

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

    /// <summary>The same of small products, which have too few large tiles to occupy a device.</summary>
    public const int SmallTile = 64, SmallThreads = 64;

    /// <summary>
    /// Length of a slice along the inner dimension: a thread copies eight floats of each operand's slice, whatever the tile.
    /// </summary>
    private const int Depth = 16, SmallDepth = 8;

    /// <summary>Distance of two depths in shared memory: four more than the tile, so that no bank is met twice.</summary>
    private const int Stride = Tile + 4, SmallStride = SmallTile + 4;

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
    public static void Run(GemmArguments g) => Multiply(g,
        SharedMemory.Allocate<float>(Depth * Stride), SharedMemory.Allocate<float>(Depth * Stride), Tile, Depth, Stride);

    [LaunchBounds(SmallThreads, 5)]
    public static void RunSmall(GemmArguments g) => Multiply(g,
        SharedMemory.Allocate<float>(SmallDepth * SmallStride), SharedMemory.Allocate<float>(SmallDepth * SmallStride),
        SmallTile, SmallDepth, SmallStride);

    /// <summary>The tile's sizes are constants where this is called, so that they cost nothing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Multiply(in GemmArguments g, View sharedA, View sharedB, int tile, int depth, int stride)
    {
        var operandA = g.A.Cast<Float4>();
        var operandB = g.B.Cast<Float4>();
        int thread = Group.IdxX, firstRow = Grid.IdxY * tile, firstColumn = Grid.IdxX * tile, half = tile / 2;
        int begin = Grid.IdxZ * g.Chunk, end = begin + g.Chunk < g.K ? begin + g.Chunk : g.K;
        bool innerA = g.AColumn == 1, innerB = g.BRow == 1;
        var sliceA = new VectorSlice(innerA, innerA ? g.ARow : g.AColumn, g.M, end, firstRow, sharedA, tile, depth, stride);
        var sliceB = new VectorSlice(innerB, innerB ? g.BColumn : g.BRow, g.N, end, firstColumn, sharedB, tile, depth, stride);
        int across = tile / 8, row = thread / across, column = thread % across;
        // From here on all distances are constants, which the device adds to an address for nothing.
        var fromA = sharedA.Cast<Float4>().SubView(row, depth * stride / 4 - row);
        var fromB = sharedB.Cast<Float4>().SubView(column, depth * stride / 4 - column);
        var sums = default(Sums);

        var nextA = sliceA.Load(operandA, begin);
        var nextB = sliceB.Load(operandB, begin);
        for (int first = begin; first < end; first += depth)
        {
            sliceA.Keep(nextA);
            sliceB.Keep(nextB);
            Group.Barrier();
            nextA = sliceA.Load(operandA, first + depth);
            nextB = sliceB.Load(operandB, first + depth);
            sums = Eight(sums, fromA, fromB, 0, stride, half);
            if (depth == Depth) sums = Eight(sums, fromA, fromB, 2 * stride, stride, half);
            Group.Barrier();
        }

        int i = firstRow + row * 4, j = firstColumn + column * 4;
        if (g.Partial.Length > 0)
        {
            // By fours first: of a part that begins anywhere ILGPU would not know that fours are aligned.
            long size = (long)g.M * g.N / 4;
            VectorEpilogue.Store(g.Partial.Cast<Float4>().SubView(Grid.IdxZ * size, size), g.M, g.N, i, j, sums, half);
        }
        else if (g.Adam.IsWanted) VectorEpilogue.Adam(g, i, j, sums, half);
        else VectorEpilogue.Finish(g, i, j, sums, half);
    }

    /// <summary>Eight depths.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Sums Eight(Sums sums, ArrayView<Float4> a, ArrayView<Float4> b, int at, int stride, int half)
    {
        int next = stride / 4;
        sums = sums.Plus(Read(a, at, half), Read(b, at, half));
        sums = sums.Plus(Read(a, at + next, half), Read(b, at + next, half));
        sums = sums.Plus(Read(a, at + 2 * next, half), Read(b, at + 2 * next, half));
        sums = sums.Plus(Read(a, at + 3 * next, half), Read(b, at + 3 * next, half));
        sums = sums.Plus(Read(a, at + 4 * next, half), Read(b, at + 4 * next, half));
        sums = sums.Plus(Read(a, at + 5 * next, half), Read(b, at + 5 * next, half));
        sums = sums.Plus(Read(a, at + 6 * next, half), Read(b, at + 6 * next, half));
        return sums.Plus(Read(a, at + 7 * next, half), Read(b, at + 7 * next, half));
    }

    /// <summary>Two runs of four, half a tile apart, so that a warp's reads meet no bank twice.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Float8 Read(ArrayView<Float4> shared, int at, int half) => Float8.Join(shared[at], shared[at + half / 4]);
}
