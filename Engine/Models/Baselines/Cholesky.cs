using System.Diagnostics;
using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace ManualVae.Models.Baselines;

/// <summary>
/// Small symmetric positive definite systems on one thread. Matrices are n x n, row-major, and only their lower triangle counts.
/// </summary>
internal static class Cholesky
{
    /// <summary>Solves A x = b. The lower triangle of a is overwritten by its factor, b by x.</summary>
    /// <exception cref="ArithmeticException">The matrix is not positive definite.</exception>
    public static void Solve(Span<float> a, Span<float> b)
    {
        int n = b.Length;
        for (int i = 0; i < n; i++)
        {
            var row = a.Slice(i * n, n);
            for (int j = 0; j < i; j++)
                row[j] = (row[j] - TensorPrimitives.Dot<float>(row[..j], a.Slice(j * n, j))) / a[j * n + j];
            float pivot = row[i] - TensorPrimitives.Dot<float>(row[..i], row[..i]);
            if (!(pivot > 0)) throw new ArithmeticException($"Not positive definite at row {i}: pivot {pivot}.");
            row[i] = MathF.Sqrt(pivot);
            b[i] = (b[i] - TensorPrimitives.Dot<float>(row[..i], b[..i])) / row[i]; // L y = b
        }
        for (int i = n - 1; i >= 0; i--) // L' x = y
        {
            b[i] /= a[i * n + i];
            TensorPrimitives.MultiplyAdd(a.Slice(i * n, i), -b[i], b[..i], b[..i]);
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

    /// <summary>a += v0 v0' + v1 v1' + v2 v2' + v3 v3': four at once, so that a is read and written a quarter as often.</summary>
    public static void AddOuterProducts(
        ReadOnlySpan<float> v0, ReadOnlySpan<float> v1, ReadOnlySpan<float> v2, ReadOnlySpan<float> v3, Span<float> a)
    {
        int n = v0.Length, width = Vector<float>.Count;
        Debug.Assert(v1.Length == n && v2.Length == n && v3.Length == n && a.Length == n * n);
        ref float first = ref MemoryMarshal.GetReference(a);
        ref float w0 = ref MemoryMarshal.GetReference(v0), w1 = ref MemoryMarshal.GetReference(v1);
        ref float w2 = ref MemoryMarshal.GetReference(v2), w3 = ref MemoryMarshal.GetReference(v3);
        for (int i = 0; i < n; i++)
        {
            var (b0, b1) = (new Vector<float>(v0[i]), new Vector<float>(v1[i]));
            var (b2, b3) = (new Vector<float>(v2[i]), new Vector<float>(v3[i]));
            nuint row = (nuint)i * (nuint)n, j = 0;
            for (; j + (nuint)width <= (nuint)n && j <= (nuint)i; j += (nuint)width)
            {
                var sum = Vector.LoadUnsafe(ref first, row + j);
                sum = Vector.FusedMultiplyAdd(b0, Vector.LoadUnsafe(ref w0, j), sum);
                sum = Vector.FusedMultiplyAdd(b1, Vector.LoadUnsafe(ref w1, j), sum);
                sum = Vector.FusedMultiplyAdd(b2, Vector.LoadUnsafe(ref w2, j), sum);
                sum = Vector.FusedMultiplyAdd(b3, Vector.LoadUnsafe(ref w3, j), sum);
                sum.StoreUnsafe(ref first, row + j);
            }
            for (; j <= (nuint)i; j++)
                a[(int)(row + j)] += v0[i] * v0[(int)j] + v1[i] * v1[(int)j] + v2[i] * v2[(int)j] + v3[i] * v3[(int)j];
        }
    }
}
