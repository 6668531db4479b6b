using ManualVae.Compute.Simd;

namespace ManualVae.Compute.Algebra;

/// <summary>Matrix products on all cores; row-major, same bits for any number of threads. One caller at a time.</summary>
internal sealed unsafe class DenseProducts : IDisposable
{
    private readonly WorkerPool _pool = new();
    private readonly Gemm _gemm;

    public DenseProducts() => _gemm = new(_pool);

    /// <summary>c = a b.</summary>
    /// <param name="a">m x k.</param>
    /// <param name="b">k x n.</param>
    /// <param name="c">m x n, overwritten.</param>
    /// <param name="m">Rows of the product.</param>
    /// <param name="n">Its columns.</param>
    /// <param name="k">Length of the sums.</param>
    public void Multiply(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> c, int m, int n, int k)
    {
        fixed (float* left = a, right = b, to = c)
            _gemm.Multiply(m, n, k, new(left, k, true), new(right, n, false), to, n, false, default(PlainEpilogue));
    }

    /// <summary>c = a'b.</summary>
    /// <param name="a">k x m.</param>
    /// <param name="b">k x n.</param>
    /// <param name="c">m x n, overwritten.</param>
    /// <param name="m">Rows of the product.</param>
    /// <param name="n">Its columns.</param>
    /// <param name="k">Length of the sums.</param>
    public void MultiplyTransposed(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> c, int m, int n, int k)
    {
        fixed (float* left = a, right = b, to = c)
            _gemm.Multiply(m, n, k, new(left, m, false), new(right, n, false), to, n, false, default(PlainEpilogue));
    }

    public void Dispose()
    {
        _gemm.Dispose();
        _pool.Dispose();
    }
}
