namespace ManualVae.Evaluation;

/// <summary>
/// In how many users' lists each item is: coverage and Gini. An item whose tie is cut is in a list with the chance that it has
/// over all orders within the tie. Coverage is its expected value, each user's order drawn apart; Gini is that of the expected
/// numbers of lists.
/// </summary>
internal sealed class ListCounts
{
    private readonly Dictionary<int, (double[] Lists, double[] InNone)> _counts = []; // by cutoff

    public ListCounts(IEnumerable<Metric> metrics, int itemCount)
    {
        foreach (var metric in metrics)
            if (!metric.IsPerUser) _counts.TryAdd(metric.Cutoff, (new double[itemCount], [.. Enumerable.Repeat(1.0, itemCount)]));
    }

    /// <summary>Adds one user's ranking.</summary>
    public void Add(UserRanking ranking)
    {
        foreach (var (cutoff, (lists, inNone)) in _counts)
            foreach (var tie in ranking.Ties)
            {
                if (tie.First >= cutoff) break;
                double chance = (double)tie.Within(cutoff) / tie.Length;
                foreach (int item in ranking.Items.AsSpan(tie.First, tie.Length))
                {
                    lists[item] += chance;
                    inNone[item] *= 1 - chance;
                }
            }
    }

    /// <summary>The value over all rankings so far.</summary>
    public double Value(Metric metric)
    {
        var (lists, inNone) = _counts[metric.Cutoff];
        return metric.Kind == MetricKind.Gini ? Gini(lists) : inNone.Sum(none => 1 - none) / inNone.Length;
    }

    // sum over i = 1..n of (2 i - n - 1) c_i / (n sum c), c increasing; NaN where nothing was recommended.
    private static double Gini(double[] counts)
    {
        double[] sorted = [.. counts.Order()];
        double weighted = 0, total = 0;
        for (int i = 0; i < sorted.Length; i++)
        {
            weighted += (2.0 * (i + 1) - sorted.Length - 1) * sorted[i];
            total += sorted[i];
        }
        return weighted / (sorted.Length * total);
    }
}
