using ManualVae.Data;

namespace ManualVae.Models.Baselines;

/// <summary>
/// Settings of <see cref="Wmf"/>; the defaults did best on the validation part of ml-1m-strong. Liang et al. 2018 search the
/// click weight in {2, 5, 10, 30, 50, 100} and the factors in {100, 200}; their lambda is not stated.
/// </summary>
/// <param name="Factors">Dimension d, 1 or more.</param>
/// <param name="ClickWeight">c: weight of a click; a zero weighs 1. Above 1.</param>
/// <param name="Regularisation">lambda, above 0.</param>
/// <param name="Epochs">Passes over users and items, 1 or more.</param>
/// <param name="InitialDeviation">The factors start normal with this standard deviation / sqrt(d).</param>
/// <param name="Seed">Seed of the start.</param>
/// <param name="Solver">Full, Block, or Auto: by blocks above 256 factors.</param>
/// <param name="Block">Factors that the block solver moves at a time, 1 or more.</param>
public sealed record WmfSettings(
    int Factors = 100, double ClickWeight = 5, double Regularisation = 50, int Epochs = 16, double InitialDeviation = 0.1,
    ulong Seed = 1, AlsSolverKind Solver = AlsSolverKind.Auto, int Block = 64);

/// <summary>
/// Weighted matrix factorisation (Hu et al. 2008, eq. 3) as Liang et al. 2018 compare it:
/// sum over all pairs c_ui (w_u.h_i - x_ui)^2 + lambda (sum_u ||w_u||^2 + sum_i ||h_i||^2), c_ui = c for a click, 1 for a zero.
/// It is <see cref="Ials"/> in other units: alpha_0 = 1 / (c - 1), nu = 0, its lambda = lambda / c, scores c / (c - 1) as large.
/// Click values are ignored.
/// </summary>
public static class Wmf
{
    /// <summary>Alternates the given number of times: users, then items.</summary>
    /// <exception cref="InputException">A setting is out of range.</exception>
    /// <param name="train">Clicks.</param>
    /// <param name="settings">Settings.</param>
    /// <param name="monitor">Progress and cancellation.</param>
    /// <param name="start">Item vectors to start from; null draws all.</param>
    public static FactorModel Fit(
        CsrMatrix train, WmfSettings settings, FitMonitor monitor = default, ItemStart? start = null) =>
        FactorModel.Fit(train, Plan(settings), monitor, start);

    internal static FactorModel Restore(WmfSettings settings, float[] items) => new(Plan(settings), items);

    private static AlsPlan Plan(WmfSettings s)
    {
        if (!(s.ClickWeight > 1))
            throw new InputException($"wmf: click weight ({s.ClickWeight}) must be above 1, that of a zero.");
        return new("wmf", new(1, s.ClickWeight - 1, s.ClickWeight, s.Regularisation, 0), s.Factors, s.Epochs, s.InitialDeviation,
            s.Seed, s.Solver, s.Block);
    }
}
