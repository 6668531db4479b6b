using ManualVae.Compute;
using MathNet.Numerics;

namespace ManualVae.Study;

/// <summary>
/// The loss of two users with different clicks who share one latent code (arXiv 2511.06781, theorem 2.5). Each user's own best
/// prediction is p_u = x_u / N_u; the best common prediction is p = (w_u x_u + w_v x_v) / (w_u N_u + w_v N_v). The common one
/// loses w_u N_u KL(p_u || p) + w_v N_v KL(p_v || p). With N_u = N_v = N and weights that sum to 1, this is N times the weighted
/// Jensen-Shannon divergence.
/// </summary>
/// <remarks>
/// One weighting holds everywhere: each user's loss counts once. The gap of a pair has weights 1 and 1, the overlap's cost has
/// q_u(z) and q_v(z), which integrate to 1. So posteriors that overlap fully cost the whole gap, others less.
/// </remarks>
public static class CompromiseGap
{
    /// <summary>What the two users lose together, in nats, if they share one code: the gap with weights 1 and 1.</summary>
    /// <param name="u">Items of u.</param>
    /// <param name="v">Items of v.</param>
    public static double Of(ReadOnlySpan<int> u, ReadOnlySpan<int> v) => AtLogs(u, v, 0, 0);

    /// <summary>The gap in nats at a code that the two users share with weights w_u and w_v.</summary>
    /// <param name="u">Items of u.</param>
    /// <param name="v">Items of v.</param>
    /// <param name="weightU">w_u, at least 0.</param>
    /// <param name="weightV">w_v, at least 0.</param>
    public static double At(ReadOnlySpan<int> u, ReadOnlySpan<int> v, double weightU, double weightV) =>
        AtLogs(u, v, Math.Log(weightU), Math.Log(weightV));

    /// <summary>
    /// The cost of the posteriors' overlap: the integral over z of the gap with w_u = q_u(z) and w_v = q_v(z). It is at most the
    /// gap with weights 1 and 1, and equal to it for equal posteriors. It is estimated as 2 E of the gap with weights
    /// q_u / (q_u + q_v) and q_v / (q_u + q_v), z drawn from both posteriors in turn.
    /// </summary>
    public static double Overlap(Population population, Posteriors posteriors, int u, int v, int draws, ulong seed)
    {
        Check.AtLeast(1, draws, name: nameof(GapOptions.Draws));
        var key = new RandomKey(seed, StudyDraw.Overlap, RandomPurpose.Study);
        double sum = 0;
        var z = new double[posteriors.Latent];
        for (int draw = 0; draw < 2 * draws; draw++)
        {
            int from = draw % 2 == 0 ? u : v;
            for (int k = 0; k < z.Length; k++)
                z[k] = posteriors.Mean(from)[k] + posteriors.Sigma(from)[k] * CounterRandom.Normal(key, (uint)draw, (uint)k);
            double ratio = LogDensity(posteriors, v, z) - LogDensity(posteriors, u, z);
            sum += AtLogs(population.Items(u), population.Items(v), -SoftPlus(ratio), -SoftPlus(-ratio));
        }
        return sum / draws;
    }

    /// <summary>
    /// The gap by the logarithms of the weights: a share near e^-800 underflows, its logarithm does not. A weight of 0 costs 0.
    /// </summary>
    private static double AtLogs(ReadOnlySpan<int> u, ReadOnlySpan<int> v, double logU, double logV)
    {
        if (!double.IsFinite(logU) || !double.IsFinite(logV) || u.Length == 0 || v.Length == 0) return 0;
        int common = UserPair.CountCommon(u, v);
        double ratio = logV + Math.Log(v.Length) - logU - Math.Log(u.Length); // log of w_v N_v / (w_u N_u)
        double Side(int clicks, double log, double sign) => Math.Exp(log)
            * (clicks * SoftPlus(sign * ratio) - common * SoftPlus(sign * (logV - logU)));
        return Math.Max(0, Side(u.Length, logU, 1) + Side(v.Length, logV, -1)); // rounding can leave -1e-15
    }

    /// <summary>log(1 + e^x) without overflow, exact where e^x is small.</summary>
    private static double SoftPlus(double x) => Math.Max(x, 0) + SpecialFunctions.Log1p(Math.Exp(-Math.Abs(x)));

    private static double LogDensity(Posteriors posteriors, int user, double[] z)
    {
        double sum = 0;
        for (int k = 0; k < z.Length; k++)
        {
            double sigma = posteriors.Sigma(user)[k], t = (z[k] - posteriors.Mean(user)[k]) / sigma;
            sum -= 0.5 * t * t + Math.Log(sigma);
        }
        return sum;
    }
}
