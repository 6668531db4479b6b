using ManualVae.Data;

namespace ManualVae.Models.Baselines;

/// <summary>
/// Settings of <see cref="Ials"/>; the other defaults did best on the validation part of ml-1m-strong. Rendle et al. 2022 use
/// lambda 0.003 and alpha_0 0.1 on ML-20M, 0.002 and 0.02 on MSD, with up to thousands of factors and blocks of 128.
/// </summary>
/// <param name="Factors">Dimension d, 1 or more.</param>
/// <param name="Regularisation">lambda, above 0.</param>
/// <param name="RegularisationExponent">nu: 0 regularises all alike, 1 by the number of observations (Rendle et al.'s
/// choice).</param>
/// <param name="UnobservedWeight">alpha_0: weight of every user-item pair as a zero, above 0; null takes
/// one that suits the data.</param>
/// <param name="Epochs">Passes over users and items, 1 or more.</param>
/// <param name="InitialDeviation">The factors start normal with this standard deviation / sqrt(d).</param>
/// <param name="Seed">Seed of the start.</param>
/// <param name="Solver">Full, Block, or Auto: by blocks above 256 factors.</param>
/// <param name="Block">Factors that the block solver moves at a time, 1 or more.</param>
public sealed record IalsSettings(
    int Factors = 128, double Regularisation = 0.01, double RegularisationExponent = 1, double? UnobservedWeight = null,
    int Epochs = 16, double InitialDeviation = 0.1, ulong Seed = 1, AlsSolverKind Solver = AlsSolverKind.Auto, int Block = 64);

/// <summary>
/// Implicit alternating least squares (Hu et al. 2008) with the objective and the frequency-scaled regularisation of Rendle
/// et al. 2022, "Revisiting the Performance of iALS on Item Recommendation Benchmarks" (eq. 1 to 4):
/// sum over clicks (w_u.h_i - 1)^2 + alpha_0 sum over all pairs (w_u.h_i)^2
/// + lambda (sum_u (clicks_u + alpha_0 items)^nu ||w_u||^2 + sum_i (clicks_i + alpha_0 users)^nu ||h_i||^2).
/// Click values are ignored.
/// </summary>
public static class Ials
{
    /// <summary>Alternates the given number of times: users, then items.</summary>
    /// <exception cref="InputException">A setting is out of range.</exception>
    /// <param name="train">Clicks.</param>
    /// <param name="settings">Settings.</param>
    /// <param name="monitor">Progress and cancellation.</param>
    /// <param name="start">Item vectors to start from; null draws all.</param>
    public static FactorModel Fit(
        CsrMatrix train, IalsSettings settings, FitMonitor monitor = default, ItemStart? start = null)
    {
        double weight = settings.UnobservedWeight ?? DataDefaults.UnobservedWeight(train);
        return FactorModel.Fit(train, Plan(settings, weight), monitor, start,
            DataDefaults.Taken(("unobserved-weight", settings.UnobservedWeight, weight)));
    }

    internal static FactorModel Restore(IalsSettings settings, float[] items) => new(Plan(settings, settings.UnobservedWeight
        ?? throw new ArgumentException("The unobserved weight is not known.", nameof(settings))), items);

    private static AlsPlan Plan(IalsSettings s, double unobserved) => new("ials",
        new(unobserved, 1, 1, s.Regularisation, s.RegularisationExponent), s.Factors, s.Epochs, s.InitialDeviation,
        s.Seed, s.Solver, s.Block);
}
