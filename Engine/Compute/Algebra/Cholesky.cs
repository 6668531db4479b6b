using System.Diagnostics;
using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace ManualVae.Compute.Algebra;

/// <summary>
/// Small symmetric positive definite systems on one thread. Matrices are n x n, row-major, and only their lower triangle counts.
/// </summary>
internal static class Cholesky
{
    /// <summary>Solves A x = b. The lower triangle of a is overwritten by its factor, b by x.</summary>
    /// <exception cref="ArithmeticException">The matrix is not positive definite.</exception>
    public static void Solve(Span<float> a, Span<float> b)
    {
        Factorise(a, b.Length);
        SolveFactorised(a, b);
    }

    /// <summary>Solves A x = b, given the factor of A. b is overwritten by x.</summary>
    public static void SolveFactorised(ReadOnlySpan<float> a, Span<float> b)
    {
        int n = b.Length;
        for (int i = 0; i < n; i++) // L y = b
            b[i] = (b[i] - TensorPrimitives.Dot<float>(a.Slice(i * n, i), b[..i])) / a[i * n + i];
        for (int i = n - 1; i >= 0; i--) // L' x = y
        {
            b[i] /= a[i * n + i];
            TensorPrimitives.MultiplyAdd(a.Slice(i * n, i), -b[i], b[..i], b[..i]);
        }
    }

    /// <summary>A = L L'. The lower triangle of a is overwritten by L.</summary>
    /// <exception cref="ArithmeticException">The matrix is not positive definite.</exception>
    // Four columns at a time: what they contribute is subtracted from the rest of A in one pass.
    public static void Factorise(Span<float> a, int n)
    {
        Span<float> columns = n <= 2048 ? stackalloc float[4 * n] : new float[4 * n]; // contiguous copies of the four columns
        for (int k = 0; k < n; k += 4)
        {
            int width = Math.Min(4, n - k);
            for (int c = 0; c < width; c++)
            {
                var pivotRow = a.Slice((k + c) * n + k, c);
                float diagonal = 0;
                for (int i = k + c; i < n; i++)
                {
                    var row = a.Slice(i * n + k, c + 1);
                    float value = row[c];
                    for (int earlier = 0; earlier < c; earlier++) value -= row[earlier] * pivotRow[earlier];
                    if (i == k + c)
                    {
                        if (!(value > 0)) throw new ArithmeticException($"Not positive definite at row {i}: pivot {value}.");
                        value = diagonal = MathF.Sqrt(value);
                    }
                    else value /= diagonal;
                    row[c] = columns[c * n + i] = value;
                }
            }
            if (width == 4)
                AddOuterProducts(columns[..n], columns.Slice(n, n), columns.Slice(2 * n, n), columns[(3 * n)..], a, -1, k + 4);
        }
    }

    /// <summary>a += v v'.</summary>
    public static void AddOuterProduct(ReadOnlySpan<float> v, Span<float> a)
    {
        int n = v.Length;
        for (int i = 0; i < n; i++)
        {
            var row = a.Slice(i * n, i + 1);
            TensorPrimitives.MultiplyAdd(v[..(i + 1)], v[i], row, row);
        }
    }

    /// <summary>
    /// a += scale (v0 v0' + v1 v1' + v2 v2' + v3 v3'), from row and column <paramref name="first"/> on: four at once, so that a
    /// is read and written a quarter as often.
    /// </summary>
    public static void AddOuterProducts(
        ReadOnlySpan<float> v0, ReadOnlySpan<float> v1, ReadOnlySpan<float> v2, ReadOnlySpan<float> v3, Span<float> a,
        float scale = 1, int first = 0)
    {
        int n = v0.Length, width = Vector<float>.Count;
        Debug.Assert(v1.Length == n && v2.Length == n && v3.Length == n && a.Length == n * n);
        ref float a0 = ref MemoryMarshal.GetReference(a);
        ref float w0 = ref MemoryMarshal.GetReference(v0), w1 = ref MemoryMarshal.GetReference(v1);
        ref float w2 = ref MemoryMarshal.GetReference(v2), w3 = ref MemoryMarshal.GetReference(v3);
        for (int i = first; i < n; i++)
        {
            float s0 = scale * v0[i], s1 = scale * v1[i], s2 = scale * v2[i], s3 = scale * v3[i];
            var (b0, b1) = (new Vector<float>(s0), new Vector<float>(s1));
            var (b2, b3) = (new Vector<float>(s2), new Vector<float>(s3));
            nuint row = (nuint)i * (nuint)n, j = (nuint)first;
            for (; j + (nuint)width <= (nuint)n && j <= (nuint)i; j += (nuint)width)
            {
                var sum = Vector.LoadUnsafe(ref a0, row + j);
                sum = Vector.FusedMultiplyAdd(b0, Vector.LoadUnsafe(ref w0, j), sum);
                sum = Vector.FusedMultiplyAdd(b1, Vector.LoadUnsafe(ref w1, j), sum);
                sum = Vector.FusedMultiplyAdd(b2, Vector.LoadUnsafe(ref w2, j), sum);
                sum = Vector.FusedMultiplyAdd(b3, Vector.LoadUnsafe(ref w3, j), sum);
                sum.StoreUnsafe(ref a0, row + j);
            }
            for (; j <= (nuint)i; j++)
                a[(int)(row + j)] += s0 * v0[(int)j] + s1 * v1[(int)j] + s2 * v2[(int)j] + s3 * v3[(int)j];
        }
    }
}
