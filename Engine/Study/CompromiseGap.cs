using ManualVae.Compute;

namespace ManualVae.Study;

/// <summary>
/// The loss of two users with different clicks who share one latent code (arXiv 2511.06781, theorem 2.5). Each user's own best
/// prediction is p_u = x_u / N_u; the best common prediction is p = (w_u x_u + w_v x_v) / (w_u N_u + w_v N_v). The common one
/// loses w_u N_u KL(p_u || p) + w_v N_v KL(p_v || p). With N_u = N_v = N and weights that sum to 1, this is N times the weighted
/// Jensen-Shannon divergence.
/// </summary>
public static class CompromiseGap
{
    /// <summary>The gap in nats at a code that the two users share with weights w_u and w_v.</summary>
    /// <param name="u">Items of u.</param>
    /// <param name="v">Items of v.</param>
    /// <param name="weightU">w_u, at least 0.</param>
    /// <param name="weightV">w_v, at least 0.</param>
    public static double At(ReadOnlySpan<int> u, ReadOnlySpan<int> v, double weightU, double weightV)
    {
        if (weightU <= 0 || weightV <= 0 || u.Length == 0 || v.Length == 0) return 0;
        int common = UserPair.CountCommon(u, v);
        // Logarithms of the factors: a weight near 1e-308 would overflow in a quotient.
        double total = Math.Log(weightU * u.Length + weightV * v.Length), both = Math.Log(weightU + weightV);
        double Side(int clicks, double weight) => weight * (clicks * (total - Math.Log(clicks))
            - common * both - (clicks - common) * Math.Log(weight));
        return Math.Max(0, Side(u.Length, weightU) + Side(v.Length, weightV)); // rounding can leave -1e-15
    }

    /// <summary>
    /// The cost of the posteriors' overlap: the integral over z of the gap with w_u = q_u(z) and w_v = q_v(z). It is estimated as
    /// 2 E of the gap with weights q_u / (q_u + q_v) and q_v / (q_u + q_v), z drawn from both posteriors in turn.
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
            double share = 1 / (1 + Math.Exp(LogDensity(posteriors, v, z) - LogDensity(posteriors, u, z)));
            sum += At(population.Items(u), population.Items(v), share, 1 - share);
        }
        return sum / draws;
    }

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
