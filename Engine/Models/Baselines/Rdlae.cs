using ManualVae.Data;

namespace ManualVae.Models.Baselines;

/// <summary>
/// Settings of <see cref="Rdlae"/>. Published: lambda 700, dropout 0.3, xi 0.4 on Netflix; 80, 0.2, 0.4 on MSD; 80, 0.8, 0.09 on
/// LightGCN's Gowalla (Moon et al. 2023).
/// </summary>
/// <param name="Lambda">Ridge, above 0; null takes one that suits the data.</param>
/// <param name="Dropout">p: share of the input's clicks that training drops, in [0, 1).</param>
/// <param name="Xi">What an item may contribute to itself at most, in [0, 1]: 0 is EDLAE, 1 DLAE.</param>
public sealed record RdlaeSettings(double? Lambda = null, double Dropout = 0.3, double Xi = 0.2);

/// <summary>
/// RDLAE (Moon, Kim, Lee 2023, "It's Enough: Relaxing Diagonal Constraints in Linear Autoencoders for Recommendation"):
/// <see cref="Edlae"/>'s objective with diag B &lt;= xi instead of 0. B = I - C diag(max(Gamma_jj, (1 - xi) / C_jj)): where the
/// bound does not bind, the column is that of <see cref="Dlae"/>. Without dropout it is their RLAE.
/// </summary>
public static class Rdlae
{
    /// <summary>Solves for B. Memory: items^2 x 4 bytes, and panels of the inverse.</summary>
    /// <exception cref="InputException">A setting is out of range, or the matrix does not fit into memory.</exception>
    public static ItemItemModel Fit(CsrMatrix train, RdlaeSettings settings, FitMonitor monitor = default)
    {
        if (!(settings.Xi is >= 0 and <= 1)) throw new InputException($"rdlae: xi must be in [0, 1], not {settings.Xi}.");
        return LinearAutoencoder.Fit("rdlae", train, settings.Lambda, settings.Dropout, (inverse, gamma, _) =>
        {
            double scale = Math.Max(gamma, (1 - settings.Xi) / inverse);
            return (scale, 1 - scale * inverse);
        }, monitor);
    }
}
