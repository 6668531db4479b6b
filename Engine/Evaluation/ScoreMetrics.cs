namespace ManualVae.Evaluation;

/// <summary>
/// The metrics of one user's scores of all items: AUC and rank-biased precision (<see cref="Metric.Definition"/>). Ties count as
/// their expected value over all orders; an item of score -infinity is not ranked and adds nothing to RBP.
/// </summary>
internal static class ScoreMetrics
{
    /// <summary>The value for one user.</summary>
    /// <param name="metric">AUC, GAUC (the user's AUC) or RBP.</param>
    /// <param name="scores">One score an item.</param>
    /// <param name="excluded">Items that are not ranked, increasing.</param>
    /// <param name="heldOut">The user's held-out items, increasing.</param>
    public static double Value(Metric metric, ReadOnlySpan<float> scores, ReadOnlySpan<int> excluded, ReadOnlySpan<int> heldOut)
    {
        var (found, others) = (new List<float>(heldOut.Length), new List<float>(scores.Length));
        for (int item = 0, nextExcluded = 0, nextHeldOut = 0; item < scores.Length; item++)
        {
            bool isHeldOut = Take(heldOut, ref nextHeldOut, item);
            if (Take(excluded, ref nextExcluded, item)) continue;
            (isHeldOut ? found : others).Add(scores[item]);
        }
        return metric.Kind == MetricKind.RankBiasedPrecision ? Rbp(metric.Persistence, found, others) : Auc(found, others);
    }

    // Increasing items, one after another: true where the item is the next one.
    private static bool Take(ReadOnlySpan<int> items, ref int next, int item)
    {
        if (next == items.Length || items[next] != item) return false;
        next++;
        return true;
    }

    // 0.5 where there is no pair.
    private static double Auc(List<float> found, List<float> others)
    {
        double won = 0;
        foreach (float score in found)
        {
            var (better, equal) = Count(others, score);
            won += others.Count - better - equal / 2.0;
        }
        return found.Count == 0 || others.Count == 0 ? 0.5 : won / ((double)found.Count * others.Count);
    }

    // Behind b better items, any of n tied ranks: (1 - p) (p^b + ... + p^(b + n - 1)) / n.
    private static double Rbp(double p, List<float> found, List<float> others)
    {
        double sum = 0;
        foreach (float score in found)
        {
            if (float.IsNegativeInfinity(score)) continue;
            var (better, equal) = Count(others, score);
            var (betterFound, equalFound) = Count(found, score); // itself among its equals
            int n = equal + equalFound;
            sum += Math.Pow(p, better + betterFound) * (1 - Math.Pow(p, n)) / n;
        }
        return sum;
    }

    private static (int Better, int Equal) Count(List<float> scores, float score)
    {
        int better = 0, equal = 0;
        foreach (float other in scores)
        {
            int order = other.CompareTo(score); // a total order: NaN below everything, equal to itself
            if (order > 0) better++;
            else if (order == 0) equal++;
        }
        return (better, equal);
    }
}
