using System.Numerics;
using System.Runtime.Intrinsics;
using unsafe Multiply = delegate*<nint, float*, nint, nint, float*, nint, float*, nint, bool, void**, void>;

namespace ManualVae.Compute.Simd;

/// <summary>
/// The innermost loop of the matrix product, and its shape: C[Rows, Columns] (+)= A panel times B panel. The A panel holds Rows
/// numbers for each k, the B panel Columns numbers for each k; the whole tile of C stays in registers.
/// </summary>
internal sealed unsafe class GemmKernel
{
    private GemmKernel(string name, int rows, int columns, int narrowColumns, bool packsRight, Multiply run, Multiply runNarrow)
    {
        (Name, Rows, Columns, NarrowColumns, PacksRight) = (name, rows, columns, narrowColumns, packsRight);
        Run = run;
        RunNarrow = runNarrow;
    }

    /// <summary>Instruction set, as printed.</summary>
    public string Name { get; }

    /// <summary>Rows of a tile.</summary>
    public int Rows { get; }

    /// <summary>Columns of a tile.</summary>
    public int Columns { get; }

    /// <summary>Columns of a tile of <see cref="RunNarrow"/>.</summary>
    public int NarrowColumns { get; }

    /// <summary>
    /// True where a right operand that could be read where it lies is packed all the same: the kernels of up to 256 bits slow down by a
    /// quarter where rows do not start on a vector's boundary; that of 512 bits hardly notices (docs/performance.md).
    /// </summary>
    public bool PacksRight { get; }

    /// <summary>
    /// (k, a, distance of a's rows, distance of k in a, b, distance of k in b, c, row stride of c, add to c or overwrite it,
    /// k / <see cref="PrefetchList.Spacing"/> addresses to prefetch).
    /// </summary>
    public Multiply Run { get; }

    /// <summary>The same for the leftmost columns only; the rest of the tile may be left as it was.</summary>
    public Multiply RunNarrow { get; }

    /// <summary>
    /// The best kernel of this processor. 12 x 32 fills 24 of the 32 registers of AVX-512, 4 x 24 fills 12 of AVX2's 16 (and divides
    /// 500, 600 and 20,108).
    /// </summary>
    public static GemmKernel Best { get; } =
        Vector512.IsHardwareAccelerated ? new("Vector512", 12, 32, 16, false, &GemmKernel512.Run, &GemmKernel512.RunNarrow)
        : Vector256.IsHardwareAccelerated ? new("Vector256", 4, 24, 8, true, &GemmKernel256.Run, &GemmKernel256.RunNarrow)
        : new($"Vector<float> x {Vector<float>.Count}", 6, 2 * Vector<float>.Count, 0, true, &GemmKernelPortable.Run, &GemmKernelPortable.Run);
}
