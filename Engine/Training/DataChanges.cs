using ManualVae.Data;

namespace ManualVae.Training;

/// <summary>How many there are, and how many came and went.</summary>
public sealed record Change(long Count, long New, long Gone);

/// <summary>What newer data has that older data did not have, and the other way round; all by id.</summary>
/// <param name="Users">Users with training clicks.</param>
/// <param name="Items">Items.</param>
/// <param name="Clicks">Training clicks; null if the older data is no longer there.</param>
public sealed record DataChanges(Change Users, Change Items, Change? Clicks)
{
    /// <summary>Compares the data of a run with newer data.</summary>
    /// <param name="ids">Items and training users of the run.</param>
    /// <param name="older">What the run was trained on, or null if it is no longer there.</param>
    /// <param name="newer">What the next one is trained on.</param>
    internal static DataChanges Between(RunIds ids, PreparedDataset? older, PreparedDataset newer) => new(
        Compare(ids.TrainedUsers, [.. Enumerable.Range(0, newer.Train.Rows).Where(row => newer.Train.RowLength(row) > 0)
            .Select(row => newer.UserIds[row])]),
        Compare(ids.Items.Ids, newer.ItemIds),
        older is null ? null : CompareClicks(older, newer));

    private static Change Compare(IReadOnlyCollection<string> older, IReadOnlyCollection<string> newer)
    {
        int kept = newer.Count(older.ToHashSet(StringComparer.Ordinal).Contains);
        return new(newer.Count, newer.Count - kept, older.Count - kept);
    }

    private static Change CompareClicks(PreparedDataset older, PreparedDataset newer)
    {
        var rows = Enumerable.Range(0, newer.Train.Rows).ToDictionary(row => newer.UserIds[row], StringComparer.Ordinal);
        int[] columns = Columns(older.ItemIds, newer.ItemIds);
        long kept = 0;
        for (int user = 0; user < older.Train.Rows; user++)
            if (rows.TryGetValue(older.UserIds[user], out int row))
                foreach (int item in older.Train.RowColumns(user))
                    if (columns[item] >= 0 && newer.Train.Contains(row, columns[item])) kept++;
        return new(newer.Train.EntryCount, newer.Train.EntryCount - kept, older.Train.EntryCount - kept);
    }

    /// <summary>The place of each id among others, or -1.</summary>
    internal static int[] Columns(IReadOnlyList<string> ids, IReadOnlyList<string> among)
    {
        var places = Enumerable.Range(0, among.Count).ToDictionary(place => among[place], StringComparer.Ordinal);
        return [.. ids.Select(id => places.GetValueOrDefault(id, -1))];
    }
}
