using System.Numerics.Tensors;
using ManualVae.Compute.Algebra;
using ManualVae.Data;
using ManualVae.Models.Alignment;

namespace ManualVae.Models.Baselines;

/// <summary>
/// MARec with a linear backbone (Monteil et al. 2024): an item-item model whose scores of rarely clicked items are pulled towards
/// scores from item features. On EASE min ||X - X T||^2 + lambda ||T||^2 + ||X T D - alpha X A D||^2, diag T = 0 (eq. 8), A the
/// mixture of the attributes' smoothed cosines (<see cref="ItemMixture"/>), D diagonal (<see cref="AlignmentStrength"/>). On SLIM
/// see <see cref="MarecSlim"/>. Scores need clicks alone.
/// </summary>
public static class Marec
{
    /// <summary>
    /// Learns the mixture and solves for T. Memory: about items^2 x 12 bytes while fitting, 16 in the exact form, and 4 for each
    /// attribute.
    /// </summary>
    /// <param name="train">Clicks, users x items; click values are ignored.</param>
    /// <param name="attributes">What is known of the items; needed where beta is above 0.</param>
    /// <param name="settings">Settings.</param>
    /// <param name="monitor">Progress and cancellation.</param>
    /// <exception cref="InputException">A setting is out of range, or the attributes are missing or of other items.</exception>
    public static ItemItemModel Fit(
        CsrMatrix train, IReadOnlyList<ItemAttribute> attributes, MarecSettings settings, FitMonitor monitor = default)
    {
        settings.Validate();
        int n = train.Columns;
        if (settings.Beta == 0)
        {
            monitor.Needs("marec", CoOccurrence.Bytes(n) + Bytes(train, settings));
            var none = CoOccurrence.Allocate(n);
            Array.Clear(none); // nothing to be pulled towards
            return FitAligned(train, none, settings, monitor);
        }
        var chosen = AttributeSimilarities.Choose(attributes, settings.Attributes);
        if (chosen.FirstOrDefault(a => a.Values.Rows != n) is { } other)
            throw new InputException($"marec: {other.Name} are of {other.Values.Rows} items, for {n} items.");
        monitor.Needs("marec", (chosen.Count + 1) * CoOccurrence.Bytes(n) + Bytes(train, settings));
        var similarities = new AttributeSimilarities(chosen, settings.Delta);
        monitor.Pass($"marec: similarities by {string.Join(", ", similarities.Names)}");
        var mixture = new MixtureEquations(train, similarities, settings.SecondOrder, monitor.Cancellation)
            .Solve(settings.ZeroWeight);
        monitor.Pass($"marec: weights {mixture}");
        return FitAligned(train, mixture.Matrix(), settings, monitor);
    }

    /// <summary>Solves for T, given the similarities that scores are aligned with.</summary>
    /// <param name="train">Clicks, users x items; click values are ignored.</param>
    /// <param name="similarity">Items x items, row-major; is not changed.</param>
    /// <param name="settings">Settings.</param>
    /// <param name="monitor">Progress and cancellation.</param>
    /// <exception cref="InputException">A setting is out of range.</exception>
    public static ItemItemModel FitAligned(
        CsrMatrix train, ReadOnlySpan<float> similarity, MarecSettings settings, FitMonitor monitor = default)
    {
        settings.Validate();
        int n = train.Columns;
        monitor.Needs("marec", Bytes(train, settings));
        var alignment = CoOccurrence.Allocate(n);
        TensorPrimitives.Multiply(similarity, (float)settings.Alpha, alignment);
        var strengths = AlignmentStrength.Of(train.ColumnCounts(), settings.Beta);
        if (settings.Backbone == MarecBackbone.Slim)
            return new("marec", n, MarecSlim.Fit(train, alignment, strengths, settings, monitor));
        var gram = new CoOccurrence(train).Gram();
        var weights = settings.Form == MarecForm.Printed
            ? Printed(gram, alignment, strengths, settings.Lambda, monitor)
            : Exact(gram, alignment, strengths, settings.Lambda, monitor);
        return new("marec", n, weights);
    }

    // Item-item matrices: X'X, the alignment, an inverse; the weights apart in the exact form. As printed, four m x items.
    private static long Bytes(CsrMatrix train, MarecSettings settings)
    {
        int n = train.Columns;
        if (settings.Backbone == MarecBackbone.Slim) return 2 * CoOccurrence.Bytes(n) + MarecSlim.Bytes(train);
        bool printed = settings.Form == MarecForm.Printed;
        int rare = AlignmentStrength.Of(train.ColumnCounts(), settings.Beta).Count(d => d > 0);
        return (printed ? 3 : 4) * CoOccurrence.Bytes(n) + LinearAutoencoder.InverseBytes(n) + CoOccurrence.Bytes(train)
            + (printed ? 28L * n * rare : 0);
    }

    // Eq. 9 with P = (S + V)^-1, S = X'X + lambda I, V = alpha X'X A D. As P (X'X + V) = I - lambda P, it is EASE's formula with
    // this P: T = I - P diag(1 / diag P). Only the m columns J of V where d_j > 0 are not zero, so by Woodbury's identity
    // P = S^-1 - U (I + U_J)^-1 (S^-1)_J with U = S^-1 V = W - lambda S^-1 W, W = the columns J of alpha A D. Where no item of J
    // has a click, the rows J of S are those of lambda I, so U_J = 0 and P = S^-1 - U I_J / lambda: no system to solve.
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
        Cores.For(0, n, i =>
        {
            var row = u.AsSpan(i * m, m);
            for (int k = 0; k < n; k++)
            {
                double factor = (i == k ? 1 : 0) - lambda * p[i * n + k];
                if (factor == 0) continue;
                TensorPrimitives.MultiplyAdd(w.AsSpan(k * m, m), factor, row, row);
            }
        });
        if (Array.TrueForAll(rare, j => gram[j * n + j] == 0))
        {
            Cores.For(0, n, i =>
            {
                for (int c = 0; c < m; c++) if (i != rare[c]) p[i * n + rare[c]] -= (float)(u[i * m + c] / lambda);
            });
            monitor.Pass($"marec: {m} items without clicks aligned");
            InverseToWeights(p, n);
            return p;
        }
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
        Cores.For(0, n, i =>
        {
            var row = p.AsSpan(i * n, n);
            for (int c = 0; c < m; c++) TensorPrimitives.MultiplyAdd(factors.AsSpan(c * n, n), (float)-u[i * m + c], row, row);
        });
        monitor.Pass($"marec: {m} rarely clicked items aligned");
        InverseToWeights(p, n);
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
            Cores.ForEach(group, j =>
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

    /// <summary>Turns P into I - P diag(1 / diag P) in place; P need not be symmetric.</summary>
    private static void InverseToWeights(float[] p, int n)
    {
        var diagonal = new float[n];
        for (int j = 0; j < n; j++) diagonal[j] = p[j * n + j];
        Cores.For(0, n, i =>
        {
            for (int j = 0; j < n; j++) p[i * n + j] = i == j ? 0 : -p[i * n + j] / diagonal[j];
        });
    }
}
