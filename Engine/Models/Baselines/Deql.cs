using ManualVae.Data;

namespace ManualVae.Models.Baselines;

/// <summary>Settings of <see cref="Deql"/>.</summary>
/// <param name="Lambda">Ridge in the units of <see cref="Edlae"/>'s, above 0; null takes one that suits the data. The
/// paper's constant is lambda (1 - p)^2 (p + (1 - p) b^2).</param>
/// <param name="Dropout">p: share of the input's clicks that training drops, in (0, 1).</param>
/// <param name="KeptWeight">b: weight of the residuals whose click was kept, 0 or more; those dropped weigh 1. 0 is
/// EDLAE.</param>
public sealed record DeqlSettings(double? Lambda = null, double Dropout = 0.3, double KeptWeight = 0.5);

/// <summary>
/// DEQL (Guo, Li, Zhou, Zhou, Jin 2026, "Generalizing Linear Autoencoder Recommenders with Decoupled Expected Quadratic Loss"):
/// the expectation over masks D of ||A o (X - (D o X) W)||^2 + ridge ||W||^2, residuals of dropped entries weighted a = 1 and of
/// kept ones b, its diagonal free.
/// </summary>
/// <remarks>
/// The equations of column j differ from those of C = (X'X + lambda I + p / (1 - p) diag X'X)^-1 in row and column j only. With
/// r = b^2 / (p + (1 - p) b^2), n = clicks of j, l = lambda (1 - p), s = n + l - (1 - p) / C_jj elimination gives
/// W_jj = r (n - s / (1 - p)) / (r n + l - r^2 s), and off the diagonal
/// W_ij = -C_ij / C_jj (1 - (1 - p) r W_jj) / (1 - p): a column is EDLAE's times a number. The paper solves the same equations by
/// Miller's inverse of sums of matrices. With its zero diagonal, b only rescales the ridge: that is EDLAE.
/// </remarks>
public static class Deql
{
    /// <summary>Solves for W. Memory: items^2 x 4 bytes, and panels of the inverse.</summary>
    /// <exception cref="InputException">A setting is out of range, or the matrix does not fit into memory.</exception>
    public static ItemItemModel Fit(CsrMatrix train, DeqlSettings settings, FitMonitor monitor = default)
    {
        if (!(settings.Dropout is > 0 and < 1))
            throw new InputException($"deql: dropout must be in (0, 1), not {settings.Dropout}.");
        if (!(settings.KeptWeight >= 0 && double.IsFinite(settings.KeptWeight)))
            throw new InputException($"deql: kept weight must be 0 or more, not {settings.KeptWeight}.");
        double kept = 1 - settings.Dropout, b = settings.KeptWeight;
        double ratio = b * b / (settings.Dropout + kept * b * b);
        return LinearAutoencoder.Fit("deql", train, settings.Lambda, settings.Dropout, (inverse, gamma, clicks) =>
        {
            // gamma = lambda + p / (1 - p) clicks, so (1 - p) (clicks + gamma) = clicks + (1 - p) lambda.
            double ridge = kept * gamma - settings.Dropout * clicks, others = clicks + ridge - kept / inverse;
            double own = ratio == 0 ? 0
                : ratio * (clicks - others / kept) / (ratio * clicks + ridge - ratio * ratio * others);
            return ((1 / kept - ratio * own) / inverse, own);
        }, monitor);
    }
}
