namespace ManualVae.Evaluation;

/// <summary>
/// The sampled protocol (He et al. 2017, NCF): a held-out item is ranked against a few given candidates. It need not order models
/// as the full ranking does (Krichene and Rendle 2020). A candidate that is
/// itself held out for the user does not compete (156 published negatives of NCF's ML-1M equal the positive).
/// <b>Ties</b>: every order of equal scores is equally likely, and the value is the mean over them; so it depends neither on the
/// order of the candidates nor on item numbers, and constant scores earn what a random ranking earns. NaN is below any number.
/// </summary>
public static class SampledRanking
{
    /// <summary>The value of a metric for one user: the mean over the user's held-out items.</summary>
    /// <param name="metric">A sampled metric.</param>
    /// <param name="scores">One score an item.</param>
    /// <param name="heldOut">The user's held-out items, increasing, at least one.</param>
    /// <param name="candidates">The user's candidates, increasing.</param>
    public static double Value(Metric metric, ReadOnlySpan<float> scores, ReadOnlySpan<int> heldOut, ReadOnlySpan<int> candidates)
    {
        double sum = 0;
        foreach (int positive in heldOut)
        {
            float score = scores[positive];
            int better = 0, equal = 0;
            foreach (int candidate in candidates)
            {
                if (heldOut.BinarySearch(candidate) >= 0) continue;
                int order = scores[candidate].CompareTo(score); // a total order: NaN below everything, equal to itself
                if (order > 0) better++;
                else if (order == 0) equal++;
            }
            sum += Expected(metric, better, equal);
        }
        return sum / heldOut.Length;
    }

    // The positive's rank is one of better + 1 ... better + equal + 1, each as likely as the others.
    private static double Expected(Metric metric, int better, int equal)
    {
        double sum = 0;
        for (int rank = better + 1; rank <= better + equal + 1 && rank <= metric.Cutoff; rank++)
            sum += metric.Kind switch
            {
                MetricKind.HitRate => 1,
                MetricKind.Ndcg => 1 / Math.Log2(rank + 1),
                MetricKind.Mrr => 1.0 / rank,
                _ => throw new ArgumentOutOfRangeException(nameof(metric), metric, "Not a metric of the sampled protocol."),
            };
        return sum / (equal + 1);
    }
}
