using ManualVae.Data;

namespace ManualVae.Evaluation;

/// <summary>
/// In how many users' lists each item is: coverage, Gini and statistical parity. An item whose tie is cut is in a list with the
/// chance that it has over all orders within the tie. Coverage is its expected value, each user's order drawn apart; the others
/// are those of the expected numbers of lists.
/// </summary>
internal sealed class ListCounts
{
    private const int Groups = 3;

    private readonly Dictionary<int, (double[] Lists, double[] InNone)> _counts = []; // by cutoff

    public ListCounts(IEnumerable<Metric> metrics, int itemCount)
    {
        foreach (var metric in metrics)
            if (metric.Basis == MetricBasis.AllLists)
                _counts.TryAdd(metric.Cutoff, (new double[itemCount], [.. Enumerable.Repeat(1.0, itemCount)]));
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
    /// <param name="metric">A metric of all lists.</param>
    /// <param name="facts">What is known of the items; for statistical parity.</param>
    /// <param name="known">What is not ranked of each row.</param>
    /// <param name="rows">The rows ranked.</param>
    public double Value(Metric metric, ItemFacts? facts, CsrMatrix known, int[] rows)
    {
        var (lists, inNone) = _counts[metric.Cutoff];
        return metric.Kind switch
        {
            MetricKind.Gini => Gini(lists),
            MetricKind.StatisticalParity => Deviation([.. Enumerable.Range(0, Groups).Select(group =>
                Chance(lists, facts!.InStretch((double)group / Groups, (group + 1.0) / Groups), known, rows))]),
            _ => inNone.Sum(none => 1 - none) / inNone.Length,
        };
    }

    // Of the items of a group that could be recommended to the users: the share that was (Zhu et al. 2020).
    private static double Chance(double[] lists, double[] group, CsrMatrix known, int[] rows)
    {
        double recommended = 0, possible = group.Sum() * rows.Length;
        for (int item = 0; item < lists.Length; item++) recommended += lists[item] * group[item];
        foreach (int row in rows)
            foreach (int item in known.RowColumns(row)) possible -= group[item];
        return possible <= 0 ? 0 : recommended / possible;
    }

    // Relative standard deviation (divided by n); NaN where nothing was recommended.
    private static double Deviation(double[] chances)
    {
        double mean = chances.Average();
        return Math.Sqrt(chances.Sum(chance => (chance - mean) * (chance - mean)) / chances.Length) / mean;
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
