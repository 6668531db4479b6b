namespace ManualVae.Compute.Algebra;

/// <summary>
/// min over x >= 0 of x'A x / 2 - b'x, A symmetric and positive semidefinite: least squares with non-negative unknowns, from its
/// normal equations. The active-set method of Lawson and Hanson 1974, chapter 23, for some tens of unknowns.
/// </summary>
internal static class NonNegativeLeastSquares
{
    // Of equations scaled to a diagonal of ones: a column this close to a combination of the others adds nothing.
    private const double Dependent = 1e-9, Optimal = 1e-10;

    /// <summary>Solves it. An unknown of which nothing is known (a zero on A's diagonal) is 0.</summary>
    /// <param name="a">A, n x n, row-major.</param>
    /// <param name="b">b, n.</param>
    public static double[] Solve(double[] a, double[] b)
    {
        int n = b.Length;
        double[] scale = [.. Enumerable.Range(0, n).Select(i => a[i * n + i] > 0 ? 1 / Math.Sqrt(a[i * n + i]) : 0)];
        var (scaled, right) = (new double[n * n], new double[n]);
        for (int i = 0; i < n; i++)
        {
            right[i] = b[i] * scale[i];
            for (int j = 0; j < n; j++) scaled[i * n + j] = a[i * n + j] * scale[i] * scale[j];
        }
        double[] x = SolveScaled(scaled, right);
        for (int i = 0; i < n; i++) x[i] *= scale[i];
        return x;
    }

    private static double[] SolveScaled(double[] a, double[] b)
    {
        int n = b.Length;
        var x = new double[n];
        var (free, refused) = (new List<int>(), new HashSet<int>());
        double enough = Optimal * b.Select(Math.Abs).DefaultIfEmpty(0).Max();
        while (true)
        {
            // The bound unknown whose increase helps most.
            int entering = -1;
            double steepest = enough;
            for (int j = 0; j < n; j++)
            {
                if (a[j * n + j] == 0 || free.Contains(j) || refused.Contains(j)) continue;
                double slope = b[j];
                foreach (int i in free) slope -= a[j * n + i] * x[i];
                if (slope > steepest) (entering, steepest) = (j, slope);
            }
            if (entering < 0) return x;
            free.Add(entering);
            if (MoveTo(a, b, x, free, entering)) refused.Clear();
            else refused.Add(entering); // rounding, or it depends on the others
        }
    }

    // Goes to the optimum of the free unknowns, as far as none is negative; those that reach 0 are bound again.
    private static bool MoveTo(double[] a, double[] b, double[] x, List<int> free, int entering)
    {
        while (true)
        {
            double[]? z = Unbounded(a, b, free);
            if (z is null || (x[entering] == 0 && z[free.IndexOf(entering)] <= 0))
            {
                free.Remove(entering);
                return false;
            }
            double step = 1;
            for (int k = 0; k < free.Count; k++)
                if (z[k] <= 0) step = Math.Min(step, x[free[k]] / (x[free[k]] - z[k]));
            for (int k = 0; k < free.Count; k++)
            {
                double moved = x[free[k]] + step * (z[k] - x[free[k]]);
                x[free[k]] = z[k] <= 0 && moved <= 1e-15 ? 0 : moved;
            }
            if (step == 1) return true;
            free.RemoveAll(i => x[i] <= 0);
        }
    }

    // Cholesky's solution for some of the unknowns; null where one depends on the others.
    private static double[]? Unbounded(double[] a, double[] b, List<int> free)
    {
        int n = b.Length, m = free.Count;
        var (l, z) = (new double[m * m], new double[m]);
        for (int i = 0; i < m; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                double sum = a[free[i] * n + free[j]];
                for (int k = 0; k < j; k++) sum -= l[i * m + k] * l[j * m + k];
                if (i == j && !(sum > Dependent)) return null;
                l[i * m + j] = i == j ? Math.Sqrt(sum) : sum / l[j * m + j];
            }
            z[i] = b[free[i]];
            for (int k = 0; k < i; k++) z[i] -= l[i * m + k] * z[k];
            z[i] /= l[i * m + i];
        }
        for (int i = m - 1; i >= 0; i--)
        {
            for (int k = i + 1; k < m; k++) z[i] -= l[k * m + i] * z[k];
            z[i] /= l[i * m + i];
        }
        return z;
    }
}
