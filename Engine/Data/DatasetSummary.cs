namespace ManualVae.Data;

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
