using System.Numerics.Tensors;

namespace ManualVae.Models.Baselines;

/// <summary>Inverse of a symmetric positive definite matrix by Cholesky, in double precision.</summary>
internal static class SymmetricInverse
{
    /// <summary>Replaces a (n x n, row-major) by its inverse.</summary>
    /// <exception cref="ArithmeticException">The matrix is not positive definite.</exception>
    public static void InPlace(double[] a, int n, CancellationToken cancellation = default)
    {
        // A = L L', column after column, L in the lower triangle.
        for (int j = 0; j < n; j++)
        {
            cancellation.ThrowIfCancellationRequested();
            var pivotRow = a.AsMemory(j * n, j);
            double pivot = a[j * n + j] - TensorPrimitives.Dot<double>(pivotRow.Span, pivotRow.Span);
            if (!(pivot > 0)) throw new ArithmeticException($"Not positive definite at row {j}: pivot {pivot}.");
            double diagonal = a[j * n + j] = Math.Sqrt(pivot);
            int column = j;
            Parallel.For(j + 1, n, i => a[i * n + column] =
                (a[i * n + column] - TensorPrimitives.Dot<double>(a.AsSpan(i * n, column), pivotRow.Span)) / diagonal);
        }

        // Row c of M is column c of L^-1: zero before c.
        var m = new double[a.Length];
        Parallel.For(0, n, c =>
        {
            var row = m.AsSpan(c * n, n);
            row[c] = 1 / a[c * n + c];
            for (int i = c + 1; i < n; i++) row[i] = -TensorPrimitives.Dot<double>(a.AsSpan(i * n + c, i - c), row[c..i]) / a[i * n + i];
        });
        cancellation.ThrowIfCancellationRequested();

        // A^-1 = L^-T L^-1: entry (i, j) is the product of rows i and j of M.
        Parallel.For(0, n, i =>
        {
            for (int j = 0; j <= i; j++)
                a[i * n + j] = TensorPrimitives.Dot<double>(m.AsSpan(i * n + i, n - i), m.AsSpan(j * n + i, n - i));
        });
        for (int i = 0; i < n; i++)
            for (int j = i + 1; j < n; j++) a[i * n + j] = a[j * n + i];
    }
}
