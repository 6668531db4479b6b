using System.Runtime.CompilerServices;
using ILGPU;
using View = ILGPU.ArrayView<float>;

namespace ManualVae.Compute.Gpu.Kernels;

/// <summary>
/// The product on tensor cores: operands rounded to TF32 once, when a slice is kept, sums in single precision. A group of eight
/// warps owns 128 x 128 of C, a warp 64 x 32, see <see cref="TensorCore"/>. Only behind an explicit setting.
/// </summary>
/// <remarks>
/// Fragments are read number by number: a warp's 48 reads for 32 instructions move as many bytes as ldmatrix would, with
/// addresses that are constants, and from slices of any of the three layouts (ldmatrix cannot transpose 32-bit numbers).
/// </remarks>
internal static class GemmTensor
{
    /// <summary>Side of a group's tile of C, and the threads of a group.</summary>
    public const int Tile = 128, Threads = 256;

    private const int Depth = GemmSlice.Depth;

    /// <summary>
    /// Distance of two depths in shared memory: 8 more than the tile, so that a fragment's lanes read 32 different banks.
    /// </summary>
    private const int Stride = Tile + 8;

    /// <summary>Room behind every four depths, so that a warp that writes two rows' fours meets 32 different banks too.</summary>
    private const int Gap = 16;

    private const int Size = Depth * Stride + Depth / 4 * Gap;

    /// <summary>For operands that <see cref="GemmVector.Fits"/>.</summary>
    [LaunchBounds(Threads, 2)]
    public static void Run(GemmArguments g)
    {
        var sharedA = SharedMemory.Allocate<float>(Size);
        var sharedB = SharedMemory.Allocate<float>(Size);
        var operandA = g.A.Cast<Float4>();
        var operandB = g.B.Cast<Float4>();
        int firstRow = Grid.IdxY * Tile, firstColumn = Grid.IdxX * Tile;
        int begin = Grid.IdxZ * g.Chunk, end = begin + g.Chunk < g.K ? begin + g.Chunk : g.K;
        bool innerA = g.AColumn == 1, innerB = g.BRow == 1;
        var sliceA = new VectorSlice(
            innerA, innerA ? g.ARow : g.AColumn, g.M, end, firstRow, sharedA, Tile, Depth, Stride, Gap);
        var sliceB = new VectorSlice(
            innerB, innerB ? g.BColumn : g.BRow, g.N, end, firstColumn, sharedB, Tile, Depth, Stride, Gap);
        View fromA = OfLane(sharedA, WarpRow), fromB = OfLane(sharedB, WarpColumn);
        var sums = TensorCore.Begin();

        var nextA = sliceA.Load(operandA, begin);
        var nextB = sliceB.Load(operandB, begin);
        for (int first = begin; first < end; first += Depth)
        {
            sliceA.Keep(TensorCore.Round(nextA));
            sliceB.Keep(TensorCore.Round(nextB));
            Group.Barrier();
            nextA = sliceA.Load(operandA, first + Depth);
            nextB = sliceB.Load(operandB, first + Depth);
            sums = Eight(sums, fromA, fromB, 0, 4 * Stride + Gap);
            sums = Eight(sums, fromA, fromB, 8 * Stride + 2 * Gap, 4 * Stride + Gap);
            Group.Barrier();
        }
        TensorEpilogue.ByFours(g, firstRow + WarpRow, firstColumn + WarpColumn, sums);
    }

    /// <summary>For any operands.</summary>
    [LaunchBounds(Threads, 2)]
    public static void RunAny(GemmArguments g)
    {
        var sharedA = SharedMemory.Allocate<float>(Size);
        var sharedB = SharedMemory.Allocate<float>(Size);
        int thread = Group.IdxX, firstRow = Grid.IdxY * Tile, firstColumn = Grid.IdxX * Tile;
        int begin = Grid.IdxZ * g.Chunk, end = begin + g.Chunk < g.K ? begin + g.Chunk : g.K;
        var sliceA = new GemmSlice(g.AColumn == 1, thread, Tile);
        var sliceB = new GemmSlice(g.BRow == 1, thread, Tile);
        View fromA = OfLane(sharedA, WarpRow), fromB = OfLane(sharedB, WarpColumn);
        var sums = TensorCore.Begin();

        var nextA = sliceA.Load(g.A, g.ARow, g.AColumn, g.M, end, firstRow, begin);
        var nextB = sliceB.Load(g.B, g.BColumn, g.BRow, g.N, end, firstColumn, begin);
        for (int first = begin; first < end; first += Depth)
        {
            sliceA.Keep(sharedA, Stride, TensorCore.Round(nextA));
            sliceB.Keep(sharedB, Stride, TensorCore.Round(nextB));
            Group.Barrier();
            nextA = sliceA.Load(g.A, g.ARow, g.AColumn, g.M, end, firstRow, first + Depth);
            nextB = sliceB.Load(g.B, g.BColumn, g.BRow, g.N, end, firstColumn, first + Depth);
            sums = Eight(sums, fromA, fromB, 0, 4 * Stride);
            sums = Eight(sums, fromA, fromB, 8 * Stride, 4 * Stride);
            Group.Barrier();
        }
        TensorEpilogue.OneByOne(g, firstRow + WarpRow, firstColumn + WarpColumn, sums);
    }

    private static int WarpRow => Group.IdxX / 32 / 4 * 64;

    private static int WarpColumn => Group.IdxX / 32 % 4 * 32;

    /// <summary>Shared memory from what a lane reads first on; from there all distances are constants.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static View OfLane(View shared, int warpFirst)
    {
        int at = Group.IdxX % 4 * Stride + Group.IdxX % 32 / 4 + warpFirst;
        return shared.SubView(at, Size - at);
    }

    /// <summary>Eight depths.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static WarpSums Eight(WarpSums sums, View a, View b, int at, int four) => TensorCore.MultiplyAdd(sums,
        new()
        {
            R0 = FragmentA.Read(a, at, four), R1 = FragmentA.Read(a, at + 16, four),
            R2 = FragmentA.Read(a, at + 32, four), R3 = FragmentA.Read(a, at + 48, four),
        },
        new()
        {
            C0 = FragmentB.Read(b, at, four), C1 = FragmentB.Read(b, at + 8, four),
            C2 = FragmentB.Read(b, at + 16, four), C3 = FragmentB.Read(b, at + 24, four),
        });
}
