using ManualVae.Data;

namespace ManualVae.Serving;

/// <summary>What is known of the users of a dataset.</summary>
/// <param name="Clicks">Users x items.</param>
/// <param name="Users">The row of each user, by original id.</param>
internal sealed record Histories(CsrMatrix Clicks, IReadOnlyDictionary<string, int> Users)
{
    /// <summary>Nothing is known of anybody.</summary>
    public static Histories None(int items) => new(new CsrMatrix(items, [0], []), new Dictionary<string, int>());

    /// <summary>The histories of a dataset's users, in the order of <c>users.tsv</c>.</summary>
    /// <param name="data">The dataset.</param>
    /// <param name="hideHeldOut">Leave out what an evaluation has to find.</param>
    public static Histories Of(PreparedDataset data, bool hideHeldOut)
    {
        var users = new Dictionary<string, int>(data.UserIds.Length, StringComparer.Ordinal);
        var columns = new List<int>();
        var offsets = new long[data.UserIds.Length + 1];
        var row = new List<int>();
        for (int user = 0; user < data.UserIds.Length; user++)
        {
            users[data.UserIds[user]] = user;
            row.Clear();
            if (user < data.Train.Rows) row.AddRange(data.Train.RowColumns(user));
            foreach (var part in new[] { data.Validation, data.Test })
            {
                if (part is null || user < part.FirstUser || user >= part.FirstUser + part.FoldIn.Rows) continue;
                row.AddRange(part.FoldIn.RowColumns(user - part.FirstUser));
                if (!hideHeldOut) row.AddRange(part.HeldOut.RowColumns(user - part.FirstUser));
            }
            row.Sort();
            foreach (int item in row)
                if (columns.Count == offsets[user] || columns[^1] != item) columns.Add(item);
            offsets[user + 1] = columns.Count;
        }
        return new(new CsrMatrix(data.ItemCount, offsets, [.. columns]), users);
    }
}
