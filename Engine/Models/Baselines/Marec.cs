using System.Numerics.Tensors;
using System.Text.Json.Serialization;
using ManualVae.Compute.Algebra;
using ManualVae.Data;

namespace ManualVae.Models.Baselines;

/// <summary>Which solution of MARec's objective.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<MarecForm>))]
public enum MarecForm
{
    /// <summary>The closed form as the paper prints it (eq. 9), which is not the minimiser of its objective.</summary>
    Printed,
    /// <summary>
    /// The minimiser of the objective (eq. 8), column by column; one more inverse for each distinct small click count.
    /// </summary>
    Exact,
}

/// <summary>
/// Settings of <see cref="Marec"/>; the defaults are the paper's for MovieLens 10M, where Beta is 60 for cold items, 0.5 mixed.
/// </summary>
/// <param name="Lambda">Ridge, above 0.</param>
/// <param name="Delta">Smoothing of the feature cosine, 0 or more.</param>
/// <param name="Alpha">Weight of the alignment.</param>
/// <param name="Beta">Strength of the alignment for an item without clicks, 0 or more; 0 is EASE.</param>
/// <param name="ZeroWeight">Weight of the zeros in the regression of the clicks on the features' scores, above 0.</param>
/// <param name="Form">As printed, or exact.</param>
public sealed record MarecSettings(
    double Lambda = 700, double Delta = 50, double Alpha = 1, double Beta = 60, double ZeroWeight = 0.1,
    MarecForm Form = MarecForm.Printed);

/// <summary>
/// MARec with the EASE backbone (Monteil et al. 2024): an item-item model whose scores of rarely clicked items are pulled towards
/// scores from item features. min ||X - X T||^2 + lambda ||T||^2 + ||X T D - alpha X A D||^2, diag T = 0 (eq. 8), A = mu G with
/// the smoothed feature cosines G, D diagonal with d_j = beta (p - n_j) / p for items of n_j clicks up to p, else 0; p is the
/// 10th percentile of clicks an item, at least 1. One group of features, so mu is one number: the slope of the weighted
/// regression (with intercept) of the clicks on X G. Scores need clicks alone.
/// </summary>
public static class Marec
{
    /// <summary>Solves for T. Memory: about items^2 x 12 bytes while fitting, 16 in the exact form.</summary>
    /// <param name="train">Clicks, users x items; click values are ignored.</param>
    /// <param name="features">Items x features.</param>
    /// <param name="settings">Settings.</param>
    /// <param name="monitor">Progress and cancellation.</param>
    /// <exception cref="InputException">A setting is out of range, or the features are of other items.</exception>
    public static ItemItemModel Fit(CsrMatrix train, CsrMatrix features, MarecSettings settings, FitMonitor monitor = default)
    {
        if (!(settings.Lambda > 0 && settings.Delta >= 0 && settings.Beta >= 0 && settings.ZeroWeight > 0))
            throw new InputException("marec: lambda and the zero weight must be above 0, delta and beta 0 or more.");
        if (features.Rows != train.Columns)
            throw new InputException($"marec: features of {features.Rows} items for {train.Columns} items.");
        int n = train.Columns;
        var strengths = Strengths(train.ColumnCounts(), settings.Beta);
        // Item-item matrices: X'X, the alignment, an inverse; the weights apart in the exact form. As printed, four m x items.
        bool printed = settings.Form == MarecForm.Printed;
        monitor.Needs("marec", (printed ? 3 : 4) * CoOccurrence.Bytes(n) + Ease.InverseBytes(n) + CoOccurrence.Bytes(train)
            + (printed ? 28L * n * strengths.Count(d => d > 0) : 0));
        var gram = new CoOccurrence(train).Gram();
        var alignment = ItemFeatures.SmoothedCosines(features, settings.Delta);
        double slope = Slope(train, alignment, settings.ZeroWeight);
        TensorPrimitives.Multiply(alignment, (float)(settings.Alpha * slope), alignment);
        monitor.Pass($"marec: slope {slope:G4} of the clicks on the features' scores");
        var weights = printed
            ? Printed(gram, alignment, strengths, settings.Lambda, monitor)
            : Exact(gram, alignment, strengths, settings.Lambda, monitor);
        return new("marec", n, weights);
    }

    /// <summary>d_j of each item.</summary>
    internal static double[] Strengths(int[] clicks, double beta)
    {
        var sorted = (int[])clicks.Clone();
        Array.Sort(sorted);
        double at = 0.1 * (sorted.Length - 1);
        int below = (int)at, above = Math.Min(below + 1, sorted.Length - 1);
        double p = Math.Max(1, sorted[below] + (at - below) * (sorted[above] - sorted[below])); // as numpy.percentile
        return Array.ConvertAll(clicks, n => n <= p ? beta / p * (p - n) : 0);
    }

    // The weighted least-squares slope of x_ui on (X G)_ui over all users and items; clicks weigh 1.
    internal static double Slope(CsrMatrix train, float[] similarity, double zeroWeight)
    {
        int n = train.Columns;
        var sums = new double[train.Rows][];
        Parallel.For(0, train.Rows, () => new float[n], (user, _, s) =>
        {
            var clicked = train.RowColumns(user);
            CoOccurrence.SumRows(similarity, clicked, s);
            double linear = 0, square = 0, clickLinear = 0, clickSquare = 0;
            foreach (float value in s) (linear, square) = (linear + value, square + (double)value * value);
            foreach (int i in clicked) (clickLinear, clickSquare) = (clickLinear + s[i], clickSquare + (double)s[i] * s[i]);
            double weight = clicked.Length + zeroWeight * (n - clicked.Length);
            sums[user] = [weight, zeroWeight * (linear - clickLinear) + clickLinear,
                zeroWeight * (square - clickSquare) + clickSquare,
                clicked.Length, clickLinear];
            return s;
        }, _ => { });
        var total = new double[5];
        foreach (var user in sums) TensorPrimitives.Add(total, user, total);
        var (w, ws, wss, wy, wsy) = (total[0], total[1], total[2], total[3], total[4]);
        double variance = wss - ws * ws / w;
        return variance > 0 ? (wsy - ws * wy / w) / variance : 0;
    }

    // Eq. 9 with P = (S + V)^-1, S = X'X + lambda I, V = alpha X'X A D. As P (X'X + V) = I - lambda P, it is EASE's formula with
    // this P: T = I - P diag(1 / diag P). Only the m columns J of V where d_j > 0 are not zero, so by Woodbury's identity
    // P = S^-1 - U (I + U_J)^-1 (S^-1)_J with U = S^-1 V = W - lambda S^-1 W, W = the columns J of alpha A D.
    private static float[] Printed(float[] gram, float[] alignment, double[] strengths, double lambda, FitMonitor monitor)
    {
        int n = strengths.Length;
        var p = Inverse(gram, n, lambda, monitor);
        int[] rare = [.. Enumerable.Range(0, n).Where(j => strengths[j] > 0)];
        int m = rare.Length;
        var w = new double[n * m];
        for (int k = 0; k < n; k++)
            for (int c = 0; c < m; c++) w[k * m + c] = alignment[k * n + rare[c]] * strengths[rare[c]];
        var u = new double[n * m];
        Parallel.For(0, n, i =>
        {
            var row = u.AsSpan(i * m, m);
            for (int k = 0; k < n; k++)
            {
                double factor = (i == k ? 1 : 0) - lambda * p[i * n + k];
                TensorPrimitives.MultiplyAdd(w.AsSpan(k * m, m), factor, row, row);
            }
        });
        var z = new double[m * n];
        var small = new double[m * m];
        for (int r = 0; r < m; r++)
        {
            for (int j = 0; j < n; j++) z[r * n + j] = p[rare[r] * n + j];
            u.AsSpan(rare[r] * m, m).CopyTo(small.AsSpan(r * m));
            small[r * m + r]++;
        }
        LinearSolve.Solve(small, z, m, n);
        var factors = Array.ConvertAll(z, x => (float)x);
        Parallel.For(0, n, i =>
        {
            var row = p.AsSpan(i * n, n);
            for (int c = 0; c < m; c++) TensorPrimitives.MultiplyAdd(factors.AsSpan(c * n, n), (float)-u[i * m + c], row, row);
        });
        monitor.Pass($"marec: {m} rarely clicked items aligned");
        Ease.InverseToWeights(p, n);
        return p;
    }

    // Column j with w = d_j^2: (X'X (1 + w) + lambda I) T_j = X'X (e_j + w alpha A_j) + multiplier e_j, T_jj = 0: the
    // derivative of eq. 8 by the column, set to 0.
    private static float[] Exact(float[] gram, float[] alignment, double[] strengths, double lambda, FitMonitor monitor)
    {
        int n = strengths.Length;
        var weights = new float[n * n];
        foreach (var group in Enumerable.Range(0, n).GroupBy(j => strengths[j]))
        {
            double w = group.Key * group.Key, ridge = lambda / (1 + w);
            var p = Inverse(gram, n, ridge, monitor); // (X'X + ridge I)^-1 = (1 + w) P_w
            Parallel.ForEach(group, j =>
            {
                // P_w X'X y = (y - ridge p y) / (1 + w) for y = e_j + w alpha A_j; then the multiplier zeroes entry j.
                var (y, column) = (new float[n], new double[n]);
                for (int i = 0; i < n; i++) y[i] = (float)((i == j ? 1 : 0) + w * alignment[i * n + j]);
                for (int i = 0; i < n; i++)
                    column[i] = (y[i] - ridge * TensorPrimitives.Dot<float>(p.AsSpan(i * n, n), y)) / (1 + w);
                double multiplier = column[j] / p[j * n + j];
                for (int i = 0; i < n; i++) weights[i * n + j] = i == j ? 0 : (float)(column[i] - p[i * n + j] * multiplier);
            });
            monitor.Pass($"marec: {group.Count()} items of alignment strength {group.Key:G4}");
        }
        return weights;
    }

    private static float[] Inverse(float[] gram, int n, double ridge, FitMonitor monitor)
    {
        var inverse = (float[])gram.Clone();
        for (int i = 0; i < n; i++) inverse[i * n + i] += (float)ridge;
        SymmetricInverse.InPlace(inverse, n, cancellation: monitor.Cancellation);
        return inverse;
    }
}
