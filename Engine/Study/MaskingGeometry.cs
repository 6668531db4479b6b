using MathNet.Numerics.Distributions;

namespace ManualVae.Study;

/// <summary>
/// The exact distribution of D_h = ||x_u * b_u - x_v * b_v||_1 after masking; s is the number of items in common and
/// d = ||x_u - x_v||_1. Theorem 2.6 of arXiv 2511.06781 bounds it. Bernoulli masks keep each click independently.
/// </summary>
/// <param name="Common">s.</param>
/// <param name="Different">d.</param>
/// <param name="Keep">rho, the probability that a click is kept.</param>
/// <param name="Shared">True if both users have the same mask, false if each has its own.</param>
public sealed record MaskingGeometry(int Common, int Different, double Keep, bool Shared)
{
    /// <summary>Probability that exactly one of two users keeps an item in common; 0 under a shared mask.</summary>
    private double Split => Shared ? 0 : 2 * Keep * (1 - Keep);

    /// <summary>E D_h = rho d + 2 rho (1 - rho) s; rho d under a shared mask.</summary>
    public double Mean => Keep * Different + Split * Common;

    /// <summary>Var D_h = d rho (1 - rho) + s p (1 - p), p = 2 rho (1 - rho).</summary>
    public double Variance => Different * Keep * (1 - Keep) + Common * Split * (1 - Split);

    /// <summary>E D_h &lt; d: masking reduces the distance on average. With own masks: if s/d &lt; 1 / (2 rho).</summary>
    public bool ContractsOnAverage => Mean < Different;

    /// <summary>P(D_h &lt; d): the exact law Bin(d, rho) + Bin(s, 2 rho (1 - rho)).</summary>
    public double Contraction => Math.Min(1, Enumerable.Range(0, Math.Min(Common + 1, Different)).Sum(fromCommon =>
        Probability(Common, Split, fromCommon) * Cumulative(Different, Keep, Different - 1 - fromCommon)));

    /// <summary>P(D_h &gt; d), exact.</summary>
    public double Expansion => Math.Clamp(Enumerable.Range(1, Common).Sum(fromCommon =>
        Probability(Common, Split, fromCommon) * (1 - Cumulative(Different, Keep, Different - fromCommon))), 0, 1);

    /// <summary>
    /// Hoeffding's bound exp(-2 (d - E D_h)^2 / (d + s)). It bounds P(D_h &gt;= d) if the pair contracts on average, and
    /// P(D_h &lt;= d) if it expands.
    /// </summary>
    public double HoeffdingBound =>
        Common + Different == 0 ? 1 : Math.Exp(-2 * (Different - Mean) * (Different - Mean) / (Different + Common));

    private static double Probability(int n, double p, int k) => n == 0 ? (k == 0 ? 1 : 0) : Binomial.PMF(p, n, k);

    private static double Cumulative(int n, double p, int k) => k < 0 ? 0 : k >= n ? 1 : Binomial.CDF(p, n, k);
}
