using System.Numerics;
using System.Runtime.Intrinsics;
using ManualVae.Compute.Simd.Bf16;
using unsafe Multiply = delegate*<nint, float*, nint, nint, float*, nint, float*, nint, bool, void**, float*, void>;

namespace ManualVae.Compute.Simd;

/// <summary>
/// The innermost loop of the matrix product, and its shape: C[Rows, Columns] (+)= A panel times B panel. The A panel holds Rows
/// floats for each k, the B panel Columns floats; the whole tile of C stays in registers.
/// </summary>
internal sealed unsafe class GemmKernel
{
    private readonly GemmKernel? _forFew;

    private GemmKernel(string name, int rows, int columns, bool packsRight, Multiply run, GemmKernel? forFew = null)
    {
        (Name, Rows, Columns, PacksRight, _forFew) = (name, rows, columns, packsRight, forFew);
        Run = run;
    }

    /// <summary>Instruction set, as printed.</summary>
    public string Name { get; }

    /// <summary>Rows of a tile.</summary>
    public int Rows { get; }

    /// <summary>Columns of a tile.</summary>
    public int Columns { get; }

    /// <summary>
    /// True if a right operand is packed even though it could be read where it lies: the kernels of up to 256 bits lose a quarter
    /// of their speed if rows do not start on a vector's boundary; that of 512 bits loses almost none (docs/performance.md).
    /// </summary>
    public bool PacksRight { get; }

    /// <summary>
    /// True if the lists of prefetches name the operands that a thread needs next. Otherwise the kernel may prefetch the next
    /// packed panel itself, and the processor prefetches the left operand's rows. This suffices for tiles of four rows, where a
    /// list costs more than it saves; tiles of twelve rows read three times as many in the same time.
    /// </summary>
    public bool ListsOperands { get; private init; } = true;

    /// <summary>
    /// True if a panel holds pairs of bfloat16 (<see cref="BFloat16"/>), the elements of two k, where others hold a float. Both
    /// operands are then packed, and what follows about k is about pairs.
    /// </summary>
    public bool TakesPairs { get; private init; }

    /// <summary>Steps of k from one line of the list that the kernel prefetches to the next.</summary>
    public int ListSpacing { get; private init; } = PrefetchList.Spacing;

    /// <summary>
    /// (k, a, distance of a's rows, distance of k in a, b, distance of k in b, c, row stride of c, add to c or overwrite it,
    /// k / <see cref="ListSpacing"/> addresses to prefetch, and the part of the next panel to prefetch, unless lists name it).
    /// </summary>
    public Multiply Run { get; }

    /// <summary>
    /// This kernel, or for few columns one with a narrower tile: with one user, most of a wide tile would be padding.
    /// </summary>
    /// <param name="columns">Columns of C.</param>
    public GemmKernel For(int columns)
    {
        const int Few = 16;
        return columns <= Few && _forFew is not null ? _forFew : this;
    }

    /// <summary>12 x 32 sums fill 24 of the 32 registers of AVX-512.</summary>
    public static GemmKernel Wide512 { get; } =
        new("Vector512", 12, 32, false, &GemmKernel512.Run,
            new("Vector512", 12, 16, false, &GemmKernelNarrow.Run<Lanes512, Vector512<float>>));

    /// <summary>4 x 24 sums fill 12 of AVX2's 16 registers, and divide 500, 600 and 20,108.</summary>
    public static GemmKernel Wide256 { get; } =
        new("Vector256", 4, 24, true, &GemmKernel256.Run,
            new("Vector256", 12, 4, true, &GemmKernelNarrow.Run<Lanes128, Vector128<float>>))
        {
            ListsOperands = false, ListSpacing = GemmKernel256.Spacing,
        };

    /// <summary>6 rows of two vectors, whatever their width.</summary>
    public static GemmKernel Portable { get; } =
        new($"Vector<float> x {Vector<float>.Count}", 6, 2 * Vector<float>.Count, true, &GemmKernelPortable.Run)
        {
            ListsOperands = false,
        };

    /// <summary>12 x 32 sums of products in bfloat16; only where <see cref="Bf16Kernel.Lacking"/> is null.</summary>
    public static GemmKernel Bf16 { get; } = OfPairs("Vector512, bf16", &Bf16Kernel.RunWide, &Bf16Kernel.RunNarrow);

    /// <summary>The same sums on any processor, slowly.</summary>
    public static GemmKernel EmulatedBf16 { get; } =
        OfPairs("emulated bf16", &Bf16Emulation.RunWide, &Bf16Emulation.RunNarrow);

    private static GemmKernel OfPairs(string name, Multiply wide, Multiply narrow) =>
        new(name, Bf16Code.Rows, 32, true, wide,
            new(name, Bf16Code.Rows, 16, true, narrow) { TakesPairs = true, ListSpacing = Bf16Code.Spacing })
        {
            TakesPairs = true, ListSpacing = Bf16Code.Spacing,
        };

    /// <summary>
    /// The best kernel of this processor. The others are correct on it too, but slow: wide vectors are then emulated with
    /// narrower ones.
    /// </summary>
    public static GemmKernel Best { get; } =
        Vector512.IsHardwareAccelerated ? Wide512 : Vector256.IsHardwareAccelerated ? Wide256 : Portable;
}
