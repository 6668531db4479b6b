using ManualVae.Data;
using ManualVae.Models;

namespace ManualVae.Evaluation;

/// <summary>
/// What some other system predicted for the users of a part, as a recommender of these users: only items that it listed are
/// ranked. Equal scores are a tie, as in any other ranking. An item that the data does not have leaves no gap.
/// </summary>
public sealed class Predictions : IRecommender
{
    private readonly (int[] Items, float[] Scores)[] _rows; // of each row of the part: items increasing

    private Predictions(string name, int itemCount, (int[] Items, float[] Scores)[] rows, PredictionCounts counts) =>
        (Name, ItemCount, _rows, Counts) = (name, itemCount, rows, counts);

    /// <summary>How the file fits the part.</summary>
    public PredictionCounts Counts { get; }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public int ItemCount { get; }

    /// <inheritdoc/>
    public int BatchSize => 256;

    /// <summary>Reads the predictions for a part.</summary>
    /// <param name="path">Columns user, item, and score or rank; CSV or TSV, with or without a header.</param>
    /// <param name="data">Whose ids the file has.</param>
    /// <param name="part">The part that is evaluated.</param>
    /// <exception cref="InputException">
    /// The file cannot be read, has an item twice for a user, or has nobody of the part.
    /// </exception>
    public static Predictions Read(string path, PreparedDataset data, EvaluationSplit part)
    {
        var lines = PredictionTable.Read(path);
        var users = data.UserIds.Index().ToDictionary(user => user.Item, user => user.Index);
        var items = data.ItemIds.Index().ToDictionary(item => item.Item, item => item.Index);
        var (unknownUsers, otherUsers, unknownItems) = (new HashSet<string>(), new HashSet<string>(), new HashSet<string>());
        var rows = new List<(int Item, double Value, long Line)>[part.HeldOut.Rows];
        long known = 0;
        foreach (var line in lines)
        {
            if (!items.TryGetValue(line.Item, out int item)) unknownItems.Add(line.Item);
            if (!users.TryGetValue(line.User, out int user)) unknownUsers.Add(line.User);
            else if (user < part.FirstUser || user >= part.FirstUser + rows.Length) otherUsers.Add(line.User);
            else
            {
                var row = rows[user - part.FirstUser] ??= [];
                if (!items.ContainsKey(line.Item)) continue;
                row.Add((item, line.Value, line.Number));
                if (part.Known.Contains(user - part.FirstUser, item)) known++;
            }
        }
        if (rows.All(row => row is null))
            throw new InputException($"{path}: has nobody of the users to be evaluated; its first user is '{lines[0].User}', "
                + $"theirs is '{data.UserIds[part.FirstUser]}'. Use the ids of users.tsv.");
        if (rows.All(row => row is null or { Count: 0 }))
            throw new InputException($"{path}: has none of the data's items; its first item is '{lines[0].Item}', the data's is "
                + $"'{data.ItemIds[0]}'. Use the ids of items.tsv.");
        var ranked = rows.Select((row, r) => Ranked(path, row ?? [], data.UserIds[part.FirstUser + r], data.ItemIds)).ToArray();
        int missing = Enumerable.Range(0, rows.Length).Count(row => rows[row] is null && part.HeldOut.RowLength(row) > 0);
        int shortest = Enumerable.Range(0, rows.Length).Where(row => rows[row] is not null)
            .Min(row => ranked[row].Items.Count(item => !part.Known.Contains(row, item)));
        return new(Path.GetFileName(path), data.ItemCount, ranked, new(lines.Count, rows.Count(row => row is not null), missing,
            otherUsers.Count, unknownUsers.Count, unknownItems.Count, known, shortest));
    }

    // Only the order counts: scores are replaced by the number of distinct better ones, which a float holds exactly.
    private static (int[] Items, float[] Scores) Ranked(
        string path, List<(int Item, double Value, long Line)> row, string user, string[] itemIds)
    {
        row.Sort();
        for (int i = 1; i < row.Count; i++)
            if (row[i].Item == row[i - 1].Item)
                throw new InputException($"{path}:{Math.Max(row[i].Line, row[i - 1].Line)}: user {user} has item "
                    + $"{itemIds[row[i].Item]} twice; keep one.");
        double[] values = [.. row.Select(entry => entry.Value).Distinct().OrderDescending()];
        var better = values.Index().ToDictionary(value => value.Item, value => value.Index);
        return ([.. row.Select(entry => entry.Item)], [.. row.Select(entry => -(float)better[entry.Value])]);
    }

    /// <inheritdoc/>
    public void Score(CsrMatrix foldIn, int firstRow, int rows, Span<float> scores)
    {
        scores.Fill(float.NegativeInfinity);
        for (int row = 0; row < rows; row++)
        {
            var (items, values) = _rows[firstRow + row];
            for (int i = 0; i < items.Length; i++) scores[row * ItemCount + items[i]] = values[i];
        }
    }

    /// <inheritdoc/>
    public void Rank(
        CsrMatrix foldIn, int firstRow, int rows, int k, Span<int> items, Span<float> scores, CsrMatrix? excluded = null)
    {
        items.Fill(-1);
        scores.Fill(float.NegativeInfinity);
        for (int row = 0; row < rows; row++)
        {
            var (listed, values) = _rows[firstRow + row];
            int[] order = [.. Enumerable.Range(0, listed.Length)
                .Where(i => !(excluded ?? foldIn).Contains(firstRow + row, listed[i]))
                .OrderByDescending(i => values[i]).Take(k)];
            for (int rank = 0; rank < order.Length; rank++)
                (items[row * k + rank], scores[row * k + rank]) = (listed[order[rank]], values[order[rank]]);
        }
    }

    /// <inheritdoc/>
    public void Dispose() { }
}
