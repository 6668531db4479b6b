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
    private GemmKernel(string name, int rows, int columns, Multiply run, Multiply runNarrow)
    {
        (Name, Rows, Columns) = (name, rows, columns);
        Run = run;
        RunNarrow = runNarrow;
    }

    /// <summary>Instruction set, as printed.</summary>
    public string Name { get; }

    /// <summary>Rows of a tile.</summary>
    public int Rows { get; }

    /// <summary>Columns of a tile.</summary>
    public int Columns { get; }

    /// <summary>
    /// (k, a, distance of a's rows, distance of k in a, b, distance of k in b, c, row stride of c, add to c or overwrite it,
    /// k / <see cref="PrefetchList.Spacing"/> addresses to prefetch).
    /// </summary>
    public Multiply Run { get; }

    /// <summary>The same for the left half of the columns; the right half of the tile may be left as it was.</summary>
    public Multiply RunNarrow { get; }

    /// <summary>The best kernel of this processor. 12 x 32 fills 24 of the 32 registers of AVX-512; 6 x 16 fills 12 of AVX2's 16.</summary>
    public static GemmKernel Best { get; } =
        Vector512.IsHardwareAccelerated ? new("Vector512", 12, 32, &GemmKernel512.Run, &GemmKernel512.RunNarrow)
        : Vector256.IsHardwareAccelerated ? new("Vector256", 6, 16, &GemmKernel256.Run, &GemmKernel256.Run)
        : new($"Vector<float> x {Vector<float>.Count}", 6, 2 * Vector<float>.Count, &GemmKernelPortable.Run, &GemmKernelPortable.Run);
}
