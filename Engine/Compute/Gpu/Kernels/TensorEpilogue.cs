using System.Runtime.CompilerServices;
using ILGPU;

namespace ManualVae.Compute.Gpu.Kernels;

/// <summary>What becomes of a warp's 64 x 32 sums, sixteen rows at a time.</summary>
internal static class TensorEpilogue
{
    private const int Groups = 4;

    /// <summary>Where C's rows are multiples of four: lanes exchange numbers until each has four neighbours of a row.</summary>
    /// <param name="g">The product.</param>
    /// <param name="row">First row of the warp.</param>
    /// <param name="column">Its first column.</param>
    /// <param name="sums">Its sums.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ByFours(in GemmArguments g, int row, int column, WarpSums sums)
    {
        int lane = Group.IdxX % 32, i = row + lane / 4 + lane % 2 * 8, j = column + lane % 4 / 2 * 4;
        for (int r = 0; r < Groups; r++)
        {
            VectorEpilogue.One(g, i + 16 * r, j, Neighbours(TensorCore.Sum0(sums)));
            VectorEpilogue.One(g, i + 16 * r, j + 8, Neighbours(TensorCore.Sum1(sums)));
            VectorEpilogue.One(g, i + 16 * r, j + 16, Neighbours(TensorCore.Sum2(sums)));
            VectorEpilogue.One(g, i + 16 * r, j + 24, Neighbours(TensorCore.Sum3(sums)));
            sums = TensorCore.Rest(sums);
        }
    }

    /// <summary>Anywhere.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void OneByOne(in GemmArguments g, int row, int column, WarpSums sums)
    {
        int lane = Group.IdxX % 32, i = row + lane / 4, j = column + lane % 4 * 2;
        for (int r = 0; r < Groups; r++)
        {
            OneByOne(g, i + 16 * r, j, TensorCore.Sum0(sums));
            OneByOne(g, i + 16 * r, j + 8, TensorCore.Sum1(sums));
            OneByOne(g, i + 16 * r, j + 16, TensorCore.Sum2(sums));
            OneByOne(g, i + 16 * r, j + 24, TensorCore.Sum3(sums));
            sums = TensorCore.Rest(sums);
        }
    }

    private static void OneByOne(in GemmArguments g, int row, int column, Float4 c)
    {
        Gemm.Store(g, Grid.IdxZ, row, column, c.X);
        Gemm.Store(g, Grid.IdxZ, row, column + 1, c.Y);
        Gemm.Store(g, Grid.IdxZ, row + 8, column, c.Z);
        Gemm.Store(g, Grid.IdxZ, row + 8, column + 1, c.W);
    }

    /// <summary>
    /// A lane has two numbers of row g and two of row g + 8, its neighbour the two beside each: the even one takes the four of
    /// row g, the odd one those of row g + 8. All lanes of a warp call it.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Float4 Neighbours(Float4 own)
    {
        bool odd = Group.IdxX % 2 == 1;
        float x = Warp.ShuffleXor(odd ? own.X : own.Z, 1), y = Warp.ShuffleXor(odd ? own.Y : own.W, 1);
        return new() { X = odd ? x : own.X, Y = odd ? y : own.Y, Z = odd ? own.Z : x, W = odd ? own.W : y };
    }
}
