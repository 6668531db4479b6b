using ManualVae.Data;

namespace ManualVae.Models.Baselines;

/// <summary>Settings of <see cref="Ease"/>.</summary>
/// <param name="Lambda">
/// Ridge, above 0; null takes one that suits the data. Steck's values are of the order of 500 (ML-20M), 1000 (Netflix),
/// 200 (MSD); on sparse data far smaller ones are better.
/// </param>
public sealed record EaseSettings(double? Lambda = null);

/// <summary>
/// EASE^R (Steck 2019, "Embarrassingly Shallow Autoencoders for Sparse Data", eq. 8): the full-rank linear item-item model with
/// a zero diagonal, in closed form. P = (X'X + lambda I)^-1, B = I - P diag(1 / diag P), scores = x B.
/// </summary>
public static class Ease
{
    /// <summary>Solves for B. Memory: items^2 x 4 bytes, and panels of the inverse.</summary>
    /// <exception cref="InputException">Lambda is not above 0, or the matrix does not fit into memory.</exception>
    public static ItemItemModel Fit(CsrMatrix train, EaseSettings settings, FitMonitor monitor = default) =>
        LinearAutoencoder.Fit("ease", train, settings.Lambda, dropout: 0, (inverse, _, _) => (1 / inverse, 0), monitor);

    /// <summary>B [I, I], and the diagonal of P.</summary>
    internal static (float[] Weights, float[] Diagonal) Solve(CsrMatrix train, EaseSettings settings, FitMonitor monitor)
    {
        var diagonal = new List<float>(train.Columns);
        var model = LinearAutoencoder.Fit("ease", train, settings.Lambda, dropout: 0, (inverse, _, _) =>
        {
            diagonal.Add((float)inverse); // column after column
            return (1 / inverse, 0);
        }, monitor);
        return ((float[])model.State[0], [.. diagonal]);
    }

    /// <summary>What fitting takes.</summary>
    internal static long Bytes(CsrMatrix train) =>
        CoOccurrence.Bytes(train.Columns) + LinearAutoencoder.InverseBytes(train.Columns) + CoOccurrence.Bytes(train);

    /// <summary>Turns P into I - P diag(1 / diag P) in place; P need not be symmetric.</summary>
    internal static void InverseToWeights(float[] p, int n)
    {
        var diagonal = new float[n];
        for (int j = 0; j < n; j++) diagonal[j] = p[j * n + j];
        Cores.For(0, n, i =>
        {
            for (int j = 0; j < n; j++) p[i * n + j] = i == j ? 0 : -p[i * n + j] / diagonal[j];
        });
    }
}
