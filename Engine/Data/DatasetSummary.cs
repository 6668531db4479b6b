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

/// <summary>The shape of a prepared dataset, over all its clicks: training, fold-in and held-out.</summary>
/// <param name="Users">Number of users.</param>
/// <param name="Items">Number of items.</param>
/// <param name="Clicks">Number of clicks.</param>
/// <param name="Density">Clicks / (users x items).</param>
/// <param name="Activity">Clicks of a user.</param>
/// <param name="Popularity">Clicks of an item.</param>
/// <param name="TopItemsShare">Share of all clicks that falls on the most popular hundredth of the items.</param>
/// <param name="UsersWithoutHeldOut">Users of the test part with nothing to find: evaluation skips them.</param>
public sealed record DatasetSummary(int Users, int Items, long Clicks, double Density, CountQuantiles Activity,
    CountQuantiles Popularity,
    double TopItemsShare, int UsersWithoutHeldOut)
{
    /// <summary>Counts all clicks of a dataset.</summary>
    public static DatasetSummary Of(PreparedDataset data)
    {
        var activity = new int[data.UserIds.Length];
        var popularity = new int[data.ItemCount];
        void Add(CsrMatrix? matrix, int firstUser)
        {
            for (int row = 0; row < matrix?.Rows; row++) activity[firstUser + row] += matrix.RowLength(row);
            if (matrix is null) return;
            foreach (int item in matrix.ColumnIndices) popularity[item]++;
        }
        Add(data.Train, 0);
        foreach (var part in new[] { data.Validation, data.Test })
        {
            if (part is null) continue;
            if (data.Manifest.Split == SplitKind.Strong) Add(part.FoldIn, part.FirstUser);
            Add(part.HeldOut, part.FirstUser);
        }
        long clicks = 0;
        foreach (int count in activity) clicks += count;
        int[] sorted = [.. popularity];
        Array.Sort(sorted);
        long top = 0;
        for (int i = 1; i <= Math.Max(1, sorted.Length / 100) && i <= sorted.Length; i++) top += sorted[^i];
        int without = 0;
        for (int row = 0; row < data.Test?.HeldOut.Rows; row++)
            if (data.Test.HeldOut.RowLength(row) == 0) without++;
        double cells = (double)activity.Length * popularity.Length;
        return new DatasetSummary(activity.Length, popularity.Length, clicks, cells == 0 ? 0 : clicks / cells,
            CountQuantiles.Of(activity), CountQuantiles.Of(popularity), clicks == 0 ? 0 : (double)top / clicks, without);
    }
}
