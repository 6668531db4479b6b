using System.Numerics.Tensors;
using ManualVae.Compute.Simd;

namespace ManualVae.Compute.Algebra;

/// <summary>
/// Inverse of a large symmetric positive definite matrix in its own memory, single precision, on all cores. Blocked sweep
/// operator (Goodnight 1979, "A tutorial on the sweep operator"): n^3 operations, as many as Cholesky, triangular inverse
/// and product together, but nearly all of them in one kind of matrix product, over the lower triangle only.
/// </summary>
/// <remarks>
/// Sweeping block K: P = A_KK^-1 (double precision, Cholesky); A_ij -= A_iK P A_Kj; A_iK = A_iK P; A_KK = -P. When every block
/// is swept, the matrix is minus its inverse.
/// </remarks>
public static unsafe class SymmetricInverse
{
    /// <summary>
    /// Columns swept at once: long enough for the product, short enough for the serial inverse of the pivot block.
    /// </summary>
    private const int BlockSize = 256;

    /// <summary>
    /// Replaces the matrix by its inverse. Beside it, two panels of n x 256 and the product's buffers are needed.
    /// </summary>
    /// <param name="matrix">n x n, row-major; only the lower triangle is read, both are written.</param>
    /// <param name="n">Rows and columns.</param>
    /// <param name="threads">Threads that compute; 0 for all processors.</param>
    /// <param name="cancellation">Checked between blocks; a cancelled matrix is half done and useless.</param>
    /// <exception cref="ArgumentException">The span does not hold n x n elements.</exception>
    /// <exception cref="ArithmeticException">The matrix is not positive definite.</exception>
    public static void InPlace(Span<float> matrix, int n, int threads = 0, CancellationToken cancellation = default)
    {
        if (n < 0 || matrix.Length != (long)n * n)
            throw new ArgumentException($"Got {matrix.Length} elements, expected {n} x {n}.", nameof(matrix));
        using var pool = new WorkerPool(threads);
        using var gemm = new Gemm(pool);
        fixed (float* a = matrix) InPlace(pool, gemm, a, n, n, cancellation);
    }

    /// <summary>The same for a block of a larger matrix: n x n elements, rows <paramref name="stride"/> apart.</summary>
    internal static void InPlace(WorkerPool pool, Gemm gemm, float* a, nint stride, int n, CancellationToken cancellation)
    {
        using var panel = new NativeBuffer((long)n * BlockSize);
        using var scaled = new NativeBuffer((long)n * BlockSize);
        using var pivot = new NativeBuffer(BlockSize * BlockSize);
        var block = new double[BlockSize * BlockSize];
        for (int first = 0; first < n; first += BlockSize)
        {
            cancellation.ThrowIfCancellationRequested();
            var state = new SweepState
            {
                A = a, Stride = stride, N = n, First = first, Width = Math.Min(BlockSize, n - first),
                Panel = panel.Pointer, Scaled = scaled.Pointer, Pivot = pivot.Pointer,
            };
            Sweep(pool, gemm, in state, block);
        }
        SparseGram.Mirror(pool, a, stride, mirrored: n, count: n, sign: -1);
    }

    private static void Sweep(WorkerPool pool, Gemm gemm, in SweepState s, double[] block)
    {
        var (n, width) = (s.N, s.Width);
        for (int i = 0; i < width; i++)
            for (int j = 0; j <= i; j++) block[i * width + j] = s.A[(s.First + i) * s.Stride + s.First + j];
        CholeskyInverse.Invert(block, width, s.First);
        for (int i = 0; i < width * width; i++) s.Pivot[i] = (float)-block[i];

        // panel = -A_:K with zeros in the rows of K; scaled = -panel P; A += scaled panel' leaves block K alone.
        pool.For(n, 64, in s, static (in SweepState s, int from, int to) => s.ReadPanel(from, to));
        gemm.Multiply(n, width, width, new Operand(s.Panel, width, true), new Operand(s.Pivot, width, false),
            s.Scaled, width, false, default(PlainEpilogue));
        gemm.Multiply(n, n, width, new Operand(s.Scaled, width, true), new Operand(s.Panel, width, true),
            s.A, s.Stride, true, default(PlainEpilogue), lowerOnly: true);
        pool.For(n, 64, in s, static (in SweepState s, int from, int to) => s.WritePanel(from, to));
    }

    private struct SweepState
    {
        public float* A, Panel, Scaled, Pivot;
        public nint Stride;
        public int N, First, Width;

        // Rows come in parts that lie wholly above, in or below the block.
        public readonly void ReadPanel(int from, int to)
        {
            float* panel = Panel + (nint)from * Width;
            var part = new Span<float>(panel, (to - from) * Width);
            if (from < First) GemmPacking.Transpose(A + First * Stride + from, Stride, Width, to - from, panel, Width);
            else if (from < First + Width) part.Clear();
            else
                for (int row = from; row < to; row++, panel += Width)
                    new ReadOnlySpan<float>(A + row * Stride + First, Width).CopyTo(new(panel, Width));
            TensorPrimitives.Negate(part, part);
        }

        public readonly void WritePanel(int from, int to)
        {
            float* scaled = Scaled + (nint)from * Width;
            if (from < First) GemmPacking.Transpose(scaled, Width, to - from, Width, A + First * Stride + from, Stride);
            else
                for (int row = from; row < to; row++, scaled += Width)
                {
                    bool below = row >= First + Width;
                    float* values = below ? scaled : Pivot + (row - First) * Width;
                    int count = below ? Width : row - First + 1;
                    new ReadOnlySpan<float>(values, count).CopyTo(new Span<float>(A + row * Stride + First, count));
                }
        }
    }
}
