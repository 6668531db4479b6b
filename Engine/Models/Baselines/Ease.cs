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
        LinearAutoencoder.Fit("ease", train, settings.Lambda, dropout: 0, OfColumn, monitor);

    /// <summary>B [I, I], and the diagonal of P.</summary>
    internal static (float[] Weights, float[] Diagonal) Solve(CsrMatrix train, double lambda, FitMonitor monitor) =>
        LinearAutoencoder.Solve("ease", train, lambda, dropout: 0, OfColumn, monitor);

    private static (double Scale, double Diagonal) OfColumn(double inverse, double gamma, double clicks) => (1 / inverse, 0);
}
