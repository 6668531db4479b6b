using System.Text.Json.Serialization;

namespace ManualVae.Study;

/// <summary>What was measured of one pair: a step on v and its effect on u.</summary>
/// <param name="Pair">The users and how they relate.</param>
/// <param name="W1Low">||E mu_u - E mu_v||, at most W1.</param>
/// <param name="W1High">Cost of the comonotone coupling, at least W1: W2, or the sampled cost if it is larger.</param>
/// <param name="W1L1Cost">W1 with the l1 ground cost, closed form.</param>
/// <param name="NormU">||g_u||.</param>
/// <param name="NormV">||g_v||.</param>
/// <param name="InnerProduct">&lt;g_u, g_v&gt;: to first order the step lowers L_u by the step size times this.</param>
/// <param name="Mismatch">Delta_x = ||E_{q_v}[G(z, x_u) - G(z, x_v)]||.</param>
/// <param name="PairLipschitz">max over draws of ||G(z_u, x_u) - G(z_v, x_u)|| / ||z_u - z_v||.</param>
/// <param name="Changes">Actual change of L_u at step, step/2, step/4, step/8; v's noise is its own, as in training.</param>
/// <param name="CoupledChange">The same at step/8 if u and v share their noise, as in the bounds of W1 and the radius.</param>
/// <param name="ShuffledChange">Actual change of L_u by a step on another pair's v (the control); NaN if that v is u.</param>
public sealed record RadiusPair(
    UserPair Pair, double W1Low, double W1High, double W1L1Cost, double NormU, double NormV, double InnerProduct, double Mismatch,
    double PairLipschitz, double[] Changes, double CoupledChange, double ShuffledChange)
{
    /// <summary>r_share = [||g_u|| - Delta_x]_+ / L for a Lipschitz constant L.</summary>
    public double Radius(double lipschitz) => Math.Max(0, NormU - Mismatch) / lipschitz;

    /// <summary>Clicks of u.</summary>
    public required int ClicksU { get; init; }

    /// <summary>Clicks of v.</summary>
    public required int ClicksV { get; init; }

    /// <summary>W2(u, v) over the geometric mean of u's and v's mean W2 to all other users.</summary>
    public required double RelativeDistance { get; init; }

    /// <summary>The theorem's quantities with theta = the whole decoder, and then each of its layers alone.</summary>
    [JsonIgnore]
    public IReadOnlyList<RadiusPart> Parts { get; init; } = [];

    /// <summary>The largest constant found along the segments between the codes of u and v; at least the pair's own.</summary>
    public double SegmentLipschitz => Parts[0].SegmentLipschitz;

    /// <summary>The largest step of certain decrease; null unless the pair is inside by the constant of its segments.</summary>
    public CertainStep? Certain { get; init; }

    /// <summary>Cosine of the two gradients.</summary>
    public double Cosine => InnerProduct / (NormU * NormV);

    /// <summary>True if the largest step on v lowered u's loss.</summary>
    public bool Helps => Changes[0] < 0;
}
