using System.Numerics.Tensors;
using ManualVae.Data;

namespace ManualVae.Compute.Algebra;

/// <summary>Gaussian elimination with partial pivoting, for small systems without symmetry.</summary>
internal static class LinearSolve
{
    /// <summary>Solves A X = B in place: a (n x n) is destroyed, b (n x columns) becomes X. Row-major.</summary>
    /// <exception cref="ArithmeticException">The matrix is singular.</exception>
    public static void Solve(double[] a, double[] b, int n, int columns)
    {
        for (int k = 0; k < n; k++)
        {
            int pivot = k;
            for (int i = k + 1; i < n; i++)
                if (Math.Abs(a[i * n + k]) > Math.Abs(a[pivot * n + k])) pivot = i;
            if (a[pivot * n + k] == 0 || !double.IsFinite(a[pivot * n + k]))
                throw new ArithmeticException($"Singular at column {k}.");
            Swap(a, n, pivot, k);
            Swap(b, columns, pivot, k);
            double inverse = 1 / a[k * n + k];
            TensorPrimitives.Multiply(a.AsSpan(k * n, n), inverse, a.AsSpan(k * n, n));
            TensorPrimitives.Multiply(b.AsSpan(k * columns, columns), inverse, b.AsSpan(k * columns, columns));
            int column = k;
            Cores.For(0, n, i =>
            {
                double factor = -a[i * n + column];
                if (i == column || factor == 0) return;
                var row = a.AsSpan(i * n, n);
                var right = b.AsSpan(i * columns, columns);
                TensorPrimitives.MultiplyAdd(a.AsSpan(column * n, n), factor, row, row);
                TensorPrimitives.MultiplyAdd(b.AsSpan(column * columns, columns), factor, right, right);
            });
        }
    }

    private static void Swap(double[] rows, int width, int i, int j)
    {
        if (i == j) return;
        for (int c = 0; c < width; c++) (rows[i * width + c], rows[j * width + c]) = (rows[j * width + c], rows[i * width + c]);
    }
}
