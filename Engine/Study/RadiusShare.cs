using ManualVae.Evaluation;

namespace ManualVae.Study;

/// <summary>How many pairs lie inside the radius by one choice of theta and L, and whether they are helped.</summary>
/// <param name="Part">theta: <c>decoder</c>, or one layer of it.</param>
/// <param name="Constant">
/// L: <c>global</c>, the largest ratio of all pairs; <c>segment</c>, the largest on the pair's own segments; <c>own</c>, the
/// ratio between the ends of these, the smallest for which the bound holds.
/// </param>
/// <param name="Lipschitz">Median of L over pairs.</param>
/// <param name="PositiveShare">Share of all pairs with ||g_u|| above the content mismatch; the radius of the others is 0.</param>
/// <param name="Pairs">Measured pairs inside.</param>
/// <param name="Share">Share of all pairs inside, weighted to the population; exact binomial interval.</param>
/// <param name="Helped">
/// Share of the measured pairs inside whose loss falls; exact binomial interval. Of the decoder: by the smallest step of the
/// study; of a layer: to first order, by the sign of &lt;g_u, g_v&gt;.
/// </param>
public sealed record RadiusShare(
    string Part, string Constant, double Lipschitz, double PositiveShare, int Pairs, Interval Share, Interval Helped)
{
    /// <summary>All choices: for the decoder and each layer the three constants.</summary>
    internal static IReadOnlyList<RadiusShare> All(IReadOnlyList<RadiusPair> pairs)
    {
        double[] weights = [.. pairs.Select(pair => pair.Pair.Weight)];
        var shares = new List<RadiusShare>();
        for (int part = 0; part < pairs[0].Parts.Count; part++)
        {
            RadiusPart[] of = [.. pairs.Select(pair => pair.Parts[part])];
            double largest = of.Max(p => p.OwnLipschitz);
            shares.Add(Of("global", _ => largest));
            shares.Add(Of("segment", p => p.SegmentLipschitz));
            shares.Add(Of("own", p => p.OwnLipschitz));

            RadiusShare Of(string constant, Func<RadiusPart, double> lipschitz)
            {
                bool[] inside = [.. of.Select((p, i) => pairs[i].W1High < p.Radius(lipschitz(p)))],
                    helped = [.. of.Select((p, i) => inside[i]
                        && (p.Name == RadiusPart.Whole ? pairs[i].CoupledChange < 0 : p.InnerProduct > 0))];
                double positive = of.Select((p, i) => p.NormU > p.Mismatch ? weights[i] : 0).Sum() / weights.Sum();
                int count = inside.Count(i => i);
                return new(of[0].Name, constant, Quantiles.Of(of.Select(lipschitz), 0.5), positive, count,
                    ExactShare.Weighted(inside, weights), ExactShare.Of(helped.Count(h => h), count));
            }
        }
        return shares;
    }
}
