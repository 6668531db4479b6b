using ManualVae.Compute.Simd;

namespace ManualVae.Compute.Algebra;

/// <summary>Small matrix products on one thread; row-major. One caller at a time.</summary>
internal sealed unsafe class SerialProducts : IDisposable
{
    /// <summary>
    /// Memory that packed operands take for small products: two chunks, a block and a panel. Little of each is used, but where
    /// the system gives pages of 2 MiB, it takes one; half of that is counted.
    /// </summary>
    public const long Bytes = 4 * (2L << 20) / 2;

    private readonly WorkerPool _pool = new(1);
    private Gemm? _gemm;

    private Gemm Gemm => _gemm ??= new(_pool);

    /// <summary>a += x'x, at least the lower triangle.</summary>
    /// <param name="x">rows x width.</param>
    /// <param name="rows">Rows of x.</param>
    /// <param name="width">Columns of x.</param>
    /// <param name="a">width x width.</param>
    public void AddGram(ReadOnlySpan<float> x, int rows, int width, Span<float> a)
    {
        fixed (float* from = x, to = a)
        {
            var operand = new Operand(from, width, false);
            Gemm.Multiply(width, width, rows, operand, operand, to, width, true, default(PlainEpilogue), lowerOnly: true);
        }
    }

    /// <summary>c = a b, of columns [first, first + width) of b.</summary>
    /// <param name="a">rows x d.</param>
    /// <param name="rows">Rows of a.</param>
    /// <param name="b">d x d.</param>
    /// <param name="d">Columns of a.</param>
    /// <param name="first">The first column.</param>
    /// <param name="width">How many.</param>
    /// <param name="c">rows x width.</param>
    public void Multiply(ReadOnlySpan<float> a, int rows, ReadOnlySpan<float> b, int d, int first, int width, Span<float> c)
    {
        fixed (float* left = a, right = b, to = c)
            Gemm.Multiply(rows, width, d, new(left, d, true), new(right + first, d, false), to, width, false,
                default(PlainEpilogue));
    }

    public void Dispose()
    {
        _gemm?.Dispose();
        _pool.Dispose();
    }
}
