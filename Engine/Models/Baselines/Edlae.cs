using ManualVae.Data;

namespace ManualVae.Models.Baselines;

/// <summary>
/// Settings of <see cref="Edlae"/> and <see cref="Dlae"/>. Published: lambda 400 and dropout 0.3 on ML-20M, 60 and 0.8 on
/// LightGCN's Gowalla (Moon et al. 2023).
/// </summary>
/// <param name="Lambda">Ridge, above 0; null takes one that suits the data.</param>
/// <param name="Dropout">p: share of the input's clicks that training drops, in [0, 1).</param>
public sealed record EdlaeSettings(double? Lambda = null, double Dropout = 0.3);

/// <summary>
/// EDLAE, the denoising linear autoencoder whose loss counts dropped clicks only (Steck 2020, "Autoencoders that don't overfit
/// towards the Identity"): min ||X - X B||^2 + ||Gamma^(1/2) B||^2, diag B = 0, with Gamma = lambda I + p / (1 - p) diag X'X.
/// C = (X'X + Gamma)^-1, B = I - C diag(1 / diag C). EASE with a ridge that grows with the item's clicks.
/// </summary>
public static class Edlae
{
    /// <summary>Solves for B. Memory: items^2 x 4 bytes, and panels of the inverse.</summary>
    /// <exception cref="InputException">A setting is out of range, or the matrix does not fit into memory.</exception>
    public static ItemItemModel Fit(CsrMatrix train, EdlaeSettings settings, FitMonitor monitor = default) =>
        LinearAutoencoder.Fit("edlae", train, settings.Lambda, settings.Dropout, (inverse, _, _) => (1 / inverse, 0), monitor);
}

/// <summary>
/// DLAE, the linear autoencoder with dropout and a free diagonal (Steck 2020): B = (X'X + Gamma)^-1 X'X = I - C Gamma, Gamma and
/// C those of <see cref="Edlae"/>.
/// </summary>
public static class Dlae
{
    /// <summary>Solves for B. Memory: items^2 x 4 bytes, and panels of the inverse.</summary>
    /// <exception cref="InputException">A setting is out of range, or the matrix does not fit into memory.</exception>
    public static ItemItemModel Fit(CsrMatrix train, EdlaeSettings settings, FitMonitor monitor = default) =>
        LinearAutoencoder.Fit("dlae", train, settings.Lambda, settings.Dropout,
            (inverse, gamma, _) => (gamma, 1 - gamma * inverse), monitor);
}
