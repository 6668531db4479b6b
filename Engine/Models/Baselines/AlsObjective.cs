using System.Text.Json.Serialization;
using ManualVae.Data;

namespace ManualVae.Models.Baselines;

/// <summary>How alternating least squares solves for a vector.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<AlsSolverKind>))]
public enum AlsSolverKind
{
    /// <summary>Full up to 256 factors, by blocks above: there a pass by blocks is several times faster.</summary>
    Auto,
    /// <summary>Exactly, by one system of all factors.</summary>
    Full,
    /// <summary>
    /// By Newton steps on blocks of factors, the others held (Rendle et al. 2021, "iALS++: Speeding up Matrix
    /// Factorization with Subspace Optimization"): one sweep over the blocks a pass, eight for a user nobody trained on.
    /// </summary>
    Block,
}

/// <summary>
/// The objective of alternating least squares, up to a constant: with s = w_u.h_i, the sum over all pairs of Unobserved s^2, over
/// clicks of Click s^2 - 2 Target s, over vectors of Regularisation (clicks + Unobserved n)^Exponent ||vector||^2, where n counts
/// the vectors of the other side. Its stationary points in one vector are A w = b, A = Unobserved H'H + Click sum h h' + ridge I,
/// b = Target sum h, sums over the clicks.
/// </summary>
/// <param name="Unobserved">Weight of every pair as a zero, above 0.</param>
/// <param name="Click">What a click adds to that weight, above 0.</param>
/// <param name="Target">Pull of a click towards a score above 0.</param>
/// <param name="Regularisation">lambda, above 0.</param>
/// <param name="Exponent">nu; 0 regularises all alike.</param>
internal readonly record struct AlsObjective(
    double Unobserved, double Click, double Target, double Regularisation, double Exponent)
{
    /// <summary>The ridge of a vector with so many clicks, <paramref name="others"/> vectors on the other side.</summary>
    public double Ridge(int clicks, int others) => Regularisation * Math.Pow(clicks + Unobserved * others, Exponent);
}

/// <summary>What alternating least squares needs to know beside its objective.</summary>
/// <param name="Name">Of the baseline.</param>
/// <param name="Objective">What is minimised.</param>
/// <param name="Factors">d, 1 or more.</param>
/// <param name="Epochs">Passes over users and items, 1 or more.</param>
/// <param name="InitialDeviation">The factors start normal with this standard deviation / sqrt(d).</param>
/// <param name="Seed">Seed of the start.</param>
/// <param name="Solver">How a vector is solved for.</param>
/// <param name="Block">Factors that a Newton step moves, 1 or more; a last block may be smaller.</param>
internal sealed record AlsPlan(string Name, AlsObjective Objective, int Factors, int Epochs, double InitialDeviation, ulong Seed,
    AlsSolverKind Solver, int Block)
{
    // At 256 factors a sweep of blocks of 64 takes about half the time of full systems; below, the difference is small.
    private const int MostFull = 256;

    /// <summary>The width of a block: all factors for the full solver.</summary>
    public int Width => Solver == AlsSolverKind.Full || Solver == AlsSolverKind.Auto && Factors <= MostFull
        ? Factors : Math.Min(Block, Factors);

    /// <summary>Refuses what is out of range.</summary>
    /// <exception cref="InputException">A setting is.</exception>
    public void Check()
    {
        if (Factors < 1 || Epochs < 1 || Block < 1)
            throw new InputException($"{Name}: factors ({Factors}), epochs ({Epochs}) and block ({Block}) must be 1 or more.");
        if (!(Objective.Regularisation > 0 && Objective.Unobserved > 0))
            throw new InputException($"{Name}: regularisation ({Objective.Regularisation}) and unobserved weight "
                + $"({Objective.Unobserved}) must be above 0.");
    }
}
