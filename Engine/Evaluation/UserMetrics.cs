using System.Diagnostics;

namespace ManualVae.Evaluation;

/// <summary>The metrics of one user's list of recommendations (<see cref="Metric.Definition"/>).</summary>
internal sealed class UserMetrics
{
    private readonly double[] _gains;      // 1 / log2(rank + 1), rank from 1, at index rank - 1
    private readonly double[] _idealGains; // their running sums, from 0

    /// <param name="maxCutoff">The largest cutoff that will be asked for.</param>
    public UserMetrics(int maxCutoff)
    {
        _gains = new double[maxCutoff];
        _idealGains = new double[maxCutoff + 1];
        for (int r = 0; r < maxCutoff; r++)
        {
            _gains[r] = 1 / Math.Log2(r + 2);
            _idealGains[r + 1] = _idealGains[r] + _gains[r];
        }
    }

    /// <summary>The value at a cutoff.</summary>
    /// <param name="kind">Any kind that the hits alone decide.</param>
    /// <param name="cutoff">K; the list may be shorter.</param>
    /// <param name="hits">Which of the recommended items, best first, are held out.</param>
    /// <param name="heldOut">Number of held-out items, 1 or more.</param>
    public double Value(MetricKind kind, int cutoff, ReadOnlySpan<bool> hits, int heldOut)
    {
        Debug.Assert(heldOut > 0 && cutoff > 0);
        var top = hits[..Math.Min(cutoff, hits.Length)];
        int attainable = Math.Min(cutoff, heldOut);
        return kind switch
        {
            MetricKind.Recall => (double)top.Count(true) / attainable,
            MetricKind.RecallAll => (double)top.Count(true) / heldOut,
            MetricKind.Precision => (double)top.Count(true) / cutoff,
            MetricKind.HitRate => top.Contains(true) ? 1 : 0,
            MetricKind.Mrr => top.IndexOf(true) is >= 0 and var first ? 1.0 / (first + 1) : 0,
            MetricKind.Ndcg => DiscountedGain(top) / _idealGains[attainable],
            MetricKind.Map => SummedPrecision(top) / attainable,
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Not decided by the hits of one user."),
        };
    }

    private double DiscountedGain(ReadOnlySpan<bool> hits)
    {
        double gain = 0;
        for (int r = 0; r < hits.Length; r++)
            if (hits[r]) gain += _gains[r];
        return gain;
    }

    private static double SummedPrecision(ReadOnlySpan<bool> hits)
    {
        int found = 0;
        double sum = 0;
        for (int r = 0; r < hits.Length; r++)
            if (hits[r]) sum += (double)++found / (r + 1);
        return sum;
    }
}
