using ManualVae.Data;

namespace ManualVae.Evaluation;

/// <summary>
/// In how many users' lists each item is: coverage, Gini, statistical parity and the gap between items. An item whose tie is cut
/// is in a list with the chance that it has over all orders within the tie. Coverage and the shares of the gap are expected
/// values, each user's order drawn apart; the others are those of the expected numbers of lists.
/// </summary>
internal sealed class ListCounts
{
    private const int Groups = 3;

    private const double Head = 0.2;

    // By cutoff: lists that have the item, chance that none has it, lists that have it and should.
    private readonly Dictionary<int, (double[] Lists, double[] InNone, double[] Found)> _counts = [];

    public ListCounts(IEnumerable<Metric> metrics, int itemCount)
    {
        foreach (var metric in metrics)
            if (metric.Basis == MetricBasis.AllLists)
                _counts.TryAdd(metric.Cutoff, (new double[itemCount], [.. Enumerable.Repeat(1.0, itemCount)],
                    new double[itemCount]));
    }

    /// <summary>Adds one user's ranking.</summary>
    /// <param name="ranking">Best items first.</param>
    /// <param name="heldOut">The user's held-out items, increasing.</param>
    public void Add(UserRanking ranking, ReadOnlySpan<int> heldOut)
    {
        foreach (var (cutoff, (lists, inNone, found)) in _counts)
            foreach (var tie in ranking.Ties)
            {
                if (tie.First >= cutoff) break;
                double chance = (double)tie.Within(cutoff) / tie.Length;
                foreach (int item in ranking.Items.AsSpan(tie.First, tie.Length))
                {
                    lists[item] += chance;
                    inNone[item] *= 1 - chance;
                    if (tie.Hits > 0 && heldOut.BinarySearch(item) >= 0) found[item] += chance;
                }
            }
    }

    /// <summary>The value over all rankings so far.</summary>
    /// <param name="metric">A metric of all lists.</param>
    /// <param name="facts">What is known of the items; for statistical parity and the gap.</param>
    /// <param name="split">What is not ranked of each row, and what is to be found.</param>
    /// <param name="rows">The rows ranked.</param>
    public double Value(Metric metric, ItemFacts? facts, EvaluationSplit split, int[] rows)
    {
        var (lists, inNone, found) = _counts[metric.Cutoff];
        return metric.Kind switch
        {
            MetricKind.Gini => Gini(lists),
            MetricKind.StatisticalParity => Deviation([.. Enumerable.Range(0, Groups).Select(group =>
                Chance(lists, facts!.InStretch((double)group / Groups, (group + 1.0) / Groups), split.Known, rows))]),
            MetricKind.ItemGap => Math.Abs(FoundShare(found, facts!.InStretch(0, Head), split.HeldOut)
                - FoundShare(found, facts.InStretch(Head, 1), split.HeldOut)),
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

    // Of the held-out clicks on items of a group: the share that was found. NaN where there is none.
    private static double FoundShare(double[] found, double[] group, CsrMatrix heldOut)
    {
        double hits = 0, clicks = 0;
        for (int item = 0; item < found.Length; item++) hits += found[item] * group[item];
        foreach (int item in heldOut.ColumnIndices) clicks += group[item];
        return hits / clicks;
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
