namespace ManualVae.Evaluation;

/// <summary>Counts in how many users' lists each item is: coverage and Gini.</summary>
internal sealed class ListCounts
{
    private readonly Dictionary<int, long[]> _counts = []; // by cutoff

    public ListCounts(IEnumerable<Metric> metrics, int itemCount)
    {
        foreach (var metric in metrics)
            if (!metric.IsPerUser) _counts.TryAdd(metric.Cutoff, new long[itemCount]);
    }

    /// <summary>Adds one user's list, best first.</summary>
    public void Add(ReadOnlySpan<int> list)
    {
        foreach (var (cutoff, counts) in _counts)
            foreach (int item in list[..Math.Min(cutoff, list.Length)]) counts[item]++;
    }

    /// <summary>The value over all lists so far.</summary>
    public double Value(Metric metric) =>
        metric.Kind == MetricKind.Gini ? Gini(_counts[metric.Cutoff]) : Coverage(_counts[metric.Cutoff]);

    private static double Coverage(long[] counts) => (double)(counts.Length - counts.AsSpan().Count(0L)) / counts.Length;

    // sum over i = 1..n of (2 i - n - 1) c_i / (n sum c), c increasing; NaN where nothing was recommended.
    private static double Gini(long[] counts)
    {
        var sorted = (long[])counts.Clone();
        Array.Sort(sorted);
        double weighted = 0, total = 0;
        for (int i = 0; i < sorted.Length; i++)
        {
            weighted += (2.0 * (i + 1) - sorted.Length - 1) * sorted[i];
            total += sorted[i];
        }
        return weighted / (sorted.Length * total);
    }
}
