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

    /// <summary>The expected value at a cutoff over all orders within ties.</summary>
    /// <param name="kind">Any kind that the hits alone decide.</param>
    /// <param name="cutoff">K; the list may be shorter.</param>
    /// <param name="ties">The user's ranking, down to rank K where there are so many items.</param>
    /// <param name="heldOut">Number of held-out items, 1 or more.</param>
    public double Value(MetricKind kind, int cutoff, ReadOnlySpan<Tie> ties, int heldOut)
    {
        Debug.Assert(heldOut > 0 && cutoff > 0);
        int attainable = Math.Min(cutoff, heldOut);
        return kind switch
        {
            MetricKind.Recall => Hits(ties, cutoff) / attainable,
            MetricKind.RecallAll => Hits(ties, cutoff) / heldOut,
            MetricKind.Precision => Hits(ties, cutoff) / cutoff,
            MetricKind.HitRate => FirstHit(ties, cutoff, _ => 1),
            MetricKind.Mrr => FirstHit(ties, cutoff, rank => 1.0 / rank),
            MetricKind.Ndcg => DiscountedGain(ties, cutoff) / _idealGains[attainable],
            MetricKind.Map => SummedPrecision(ties, cutoff) / attainable,
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Not decided by the hits of one user."),
        };
    }

    private static double Hits(ReadOnlySpan<Tie> ties, int cutoff)
    {
        double hits = 0;
        foreach (var tie in ties) hits += (double)tie.Within(cutoff) * tie.Hits / tie.Length;
        return hits;
    }

    private double DiscountedGain(ReadOnlySpan<Tie> ties, int cutoff)
    {
        double gain = 0;
        foreach (var tie in ties)
            if (tie.Hits > 0)
                for (int i = 0; i < tie.Within(cutoff); i++) gain += _gains[tie.First + i] * tie.Hits / tie.Length;
        return gain;
    }

    // Only the first tie with hits matters: its i-th item is the first hit if none of the i before is one.
    private static double FirstHit(ReadOnlySpan<Tie> ties, int cutoff, Func<int, double> value)
    {
        foreach (var tie in ties)
        {
            if (tie.Hits == 0) continue;
            double sum = 0, noneBefore = 1;
            for (int i = 0; i < tie.Within(cutoff); i++)
            {
                double hit = (double)tie.Hits / (tie.Length - i);
                sum += noneBefore * hit * value(tie.First + i + 1);
                if ((noneBefore *= 1 - hit) <= 0) break;
            }
            return sum;
        }
        return 0;
    }

    // Given a hit at the i-th place of a tie, each of the i before is a hit with chance (hits - 1) / (length - 1).
    private static double SummedPrecision(ReadOnlySpan<Tie> ties, int cutoff)
    {
        int found = 0;
        double sum = 0;
        foreach (var tie in ties)
        {
            if (tie.Hits == 0) continue;
            double chance = (double)tie.Hits / tie.Length, earlier = (tie.Hits - 1.0) / Math.Max(1, tie.Length - 1);
            for (int i = 0; i < tie.Within(cutoff); i++)
                sum += chance * (found + 1 + i * earlier) / (tie.First + i + 1);
            found += tie.Hits;
        }
        return sum;
    }
}
