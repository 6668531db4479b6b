using static ManualVae.Data.InputException;

namespace ManualVae.Data.Import;

/// <summary>Adds the rows of a Parquet file to the clicks of a source, a row group at a time.</summary>
/// <param name="source">Takes them.</param>
/// <param name="path">The file.</param>
/// <param name="where">Says which rows to keep.</param>
internal sealed class ParquetRows(ClickSource source, string path, WhereFilter where)
{
    private int[] _chosen = [], _users = [], _items = [];
    private ClickTime[] _times = [];
    private long _before; // rows of the groups before

    /// <summary>Adds a row group.</summary>
    /// <param name="columns">Users, items, ratings, times, titles, and then the columns of the conditions.</param>
    public void Add(ParquetColumn?[] columns)
    {
        var (users, items, times) = (columns[0]!, columns[1]!, columns[3]);
        if (_chosen.Length < users.Rows)
            (_chosen, _users, _items) = (new int[users.Rows], new int[users.Rows], new int[users.Rows]);
        if (times is not null && _times.Length < users.Rows) _times = new ClickTime[users.Rows];
        int count = Choose(columns);
        // Each table and column belongs to one of the two threads.
        Parallel.Invoke(
            () => users.Intern(source.Users, _chosen.AsSpan(0, count), _users),
            () => items.Intern(source.Items, _chosen.AsSpan(0, count), _items));
        source.Train.Add(_users.AsSpan(0, count), _items.AsSpan(0, count), times is null ? default : _times.AsSpan(0, count));
        if (columns[4] is { } titles) Describe(titles, count);
        _before += users.Rows;
    }

    /// <summary>Finds the rows that become clicks, and their times; returns how many.</summary>
    private int Choose(ParquetColumn?[] columns)
    {
        var (users, items, times) = (columns[0]!, columns[1]!, columns[3]);
        double[]? ratings = columns[2]?.Numbers();
        bool sure = users.IsSure && items.IsSure;
        int chosen = 0, read = 0, below = 0;
        for (int row = 0; row < users.Rows; row++)
        {
            if (!where.Keeps(columns, row)) continue;
            string? fault = sure ? null : users.Fault(row, "user") ?? items.Fault(row, "item");
            if (fault is null && ratings is not null && !double.IsFinite(ratings[row]))
                fault = $"the {columns[2]!.Name} is no number";
            if (fault is null && ratings is not null && !source.IsDecided(ratings[row]))
                throw ClickSource.Undecided($"{path}: row {_before + row + 1}", columns[2]!.Name, $"{ratings[row]}");
            ClickTime? time = fault is null && times is not null
                ? times.Time(row, source.Files.Text.TimeFormat) : default(ClickTime);
            if (time is null)
                fault = $"the {times!.Name} {(times.HasValue(row) ? "is neither a number nor a date" : "is empty")}";
            if (fault is not null)
            {
                LeaveOut(row, fault);
                continue;
            }
            read++;
            if (ratings?[row] < source.Options.Filters.MinRating)
            {
                below++;
                continue;
            }
            if (times is not null) _times[chosen] = time!.Value;
            _chosen[chosen++] = row;
        }
        source.Count(read, below);
        return chosen;
    }

    private void LeaveOut(int row, string fault)
    {
        var skip = Setting(nameof(ImportOptions.SkipBadLines));
        var problem = About($"{path}: row {_before + row + 1}: {fault}; correct the row, or leave it out ({skip}).");
        if (!source.Files.Text.LeavesOut(problem)) throw problem;
    }

    // The last row of an item that has a title wins, so an item is described once.
    private void Describe(ParquetColumn titles, int count)
    {
        var described = new HashSet<int>();
        for (int i = count - 1; i >= 0; i--)
            if (!described.Contains(_items[i]) && titles.Text(_chosen[i]) is { Length: > 0 } title)
            {
                described.Add(_items[i]);
                source.Describe(source.Items[_items[i]], title, null);
            }
    }
}
