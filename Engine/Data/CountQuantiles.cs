namespace ManualVae.Data;

/// <summary>How a set of counts is spread.</summary>
/// <param name="Mean">Arithmetic mean.</param>
/// <param name="Minimum">Smallest.</param>
/// <param name="P10">A tenth of the counts is no larger (nearest rank).</param>
/// <param name="P25">First quartile.</param>
/// <param name="Median">Median.</param>
/// <param name="P75">Third quartile.</param>
/// <param name="P90">Nine tenths are no larger.</param>
/// <param name="P99">99 of 100 are no larger.</param>
/// <param name="Maximum">Largest.</param>
public sealed record CountQuantiles(double Mean, int Minimum, int P10, int P25, int Median, int P75, int P90, int P99,
    int Maximum)
{
    /// <summary>Quantiles by nearest rank: the smallest count that at least the given share does not exceed.</summary>
    public static CountQuantiles Of(int[] counts)
    {
        if (counts.Length == 0) return new CountQuantiles(0, 0, 0, 0, 0, 0, 0, 0, 0);
        int[] sorted = [.. counts];
        Array.Sort(sorted);
        long sum = 0;
        foreach (int count in sorted) sum += count;
        int At(double share) => sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)];
        return new CountQuantiles((double)sum / sorted.Length, sorted[0], At(.1), At(.25), At(.5), At(.75), At(.9), At(.99),
            sorted[^1]);
    }
}
