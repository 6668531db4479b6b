using System.Numerics.Tensors;

namespace ManualVae.Compute.Algebra;

/// <summary>Inverse of a small symmetric positive definite matrix by Cholesky, in double precision, on one thread.</summary>
internal static class CholeskyInverse
{
    /// <summary>Replaces a (n x n, row-major, lower triangle given) by its full inverse.</summary>
    /// <param name="a">At least n x n elements, rows n apart.</param>
    /// <param name="n">Rows and columns.</param>
    /// <param name="firstRow">Row of the whole matrix that row 0 is, for the message.</param>
    /// <exception cref="ArithmeticException">A pivot is not above 0.</exception>
    public static void Invert(double[] a, int n, int firstRow)
    {
        Span<double> Row(int i, int length) => a.AsSpan(i * n, length);

        // A = L L'
        for (int j = 0; j < n; j++)
        {
            double pivot = a[j * n + j] - TensorPrimitives.Dot<double>(Row(j, j), Row(j, j));
            if (!(pivot > 0))
                throw new ArithmeticException($"The matrix is not positive definite: pivot {pivot} at row {firstRow + j}.");
            double diagonal = a[j * n + j] = Math.Sqrt(pivot);
            for (int i = j + 1; i < n; i++)
                a[i * n + j] = (a[i * n + j] - TensorPrimitives.Dot<double>(Row(i, j), Row(j, j))) / diagonal;
        }
        // Row c of M is column c of L^-1; it lies in the upper triangle, as L's diagonal is no longer needed once inverted.
        for (int c = 0; c < n; c++) a[c * n + c] = 1 / a[c * n + c];
        for (int c = 0; c < n; c++)
            for (int i = c + 1; i < n; i++)
                a[c * n + i] = -TensorPrimitives.Dot<double>(a.AsSpan(i * n + c, i - c), a.AsSpan(c * n + c, i - c))
                    * a[i * n + i];
        // A^-1 = L^-T L^-1: entry (i, j) is the product of rows i and j of M from max(i, j) on.
        for (int i = 0; i < n; i++)
            for (int j = 0; j <= i; j++)
                a[i * n + j] = TensorPrimitives.Dot<double>(a.AsSpan(i * n + i, n - i), a.AsSpan(j * n + i, n - i));
        for (int i = 0; i < n; i++)
            for (int j = i + 1; j < n; j++) a[i * n + j] = a[j * n + i];
    }
}
