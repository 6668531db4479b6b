using static ManualVae.Data.InputException;

namespace ManualVae.Data.Import;

/// <summary>Keeps the lines of a table whose columns have the values asked for, and counts what it leaves out.</summary>
internal sealed class WhereFilter
{
    private const int MostNamed = 10, MostCounted = 1000;

    private readonly List<Condition> _conditions = [];

    /// <summary>The filter of <see cref="ImportOptions.Where"/> on a table whose columns <paramref name="find"/> finds.</summary>
    /// <exception cref="InputException">The text is no condition, or names no column.</exception>
    public WhereFilter(string? where, Func<string, int> find)
    {
        foreach (var (column, values) in Parse(where))
        {
            var condition = new Condition(column, find(column), values);
            foreach (string value in values) condition.Wanted.Intern(value);
            _conditions.Add(condition);
        }
    }

    /// <summary>Names of columns and the values to keep.</summary>
    /// <exception cref="InputException">The text is not of the form COLUMN=VALUE[,VALUE].</exception>
    public static IEnumerable<(string Column, string[] Values)> Parse(string? where)
    {
        foreach (string part in where?.Split(';', StringSplitOptions.TrimEntries) ?? [])
            yield return part.IndexOf('=') is > 0 and var at && at < part.Length - 1
                ? (part[..at].Trim(), [.. part[(at + 1)..].Split(',', StringSplitOptions.TrimEntries).Distinct()])
                : throw About($"{Setting(nameof(ImportOptions.Where))} '{where}': give COLUMN=VALUE or COLUMN=VALUE,VALUE.");
    }

    /// <summary>True for a line to keep.</summary>
    public bool Keeps(TableReader table)
    {
        foreach (var condition in _conditions)
            if (!Keeps(condition, table.Bytes(condition.Field))) return false;
        return true;
    }

    /// <summary>True for a row of Parquet columns to keep.</summary>
    public bool Keeps(ParquetColumn?[] columns, int row)
    {
        foreach (var condition in _conditions)
            if (!Keeps(condition, columns[condition.Field]!.Bytes(row))) return false;
        return true;
    }

    private static bool Keeps(Condition condition, ReadOnlySpan<byte> value)
    {
        if (condition.Wanted.Find(value) is >= 0 and var wanted) return condition.Seen[wanted] = true;
        int found = condition.Others.Count < MostCounted ? condition.Others.Intern(value) : condition.Others.Find(value);
        if (found < 0) found = MostCounted;
        while (condition.Counts.Count <= found) condition.Counts.Add(0);
        condition.Counts[found]++;
        return false;
    }

    /// <summary>Tells a source what was left out.</summary>
    public void Tell(ClickSource source)
    {
        source.LeftOutByWhere = _conditions.Sum(condition => condition.Counts.Sum());
        foreach (string note in Notes()) source.Files.Text.Note(note);
    }

    /// <summary>What was left out, a line for each condition.</summary>
    private IEnumerable<string> Notes()
    {
        foreach (var condition in _conditions)
        {
            var named = condition.Counts
                .Select((count, i) => (Count: count, Name: i < condition.Others.Count ? condition.Others[i] : "others"))
                .OrderByDescending(left => left.Count).Take(MostNamed).Select(left => $"{left.Count} {left.Name}");
            yield return $"left out {condition.Counts.Sum()} lines by {condition.Column}"
                + (condition.Counts.Count == 0 ? "" : $": {string.Join(", ", named)}")
                + (condition.Counts.Count > MostNamed ? ", ..." : "");
            for (int i = 0; i < condition.Values.Length; i++)
                if (!condition.Seen[i]) yield return $"no line has {condition.Column}={condition.Values[i]}";
        }
    }

    private sealed record Condition(string Column, int Field, string[] Values)
    {
        public IdTable Wanted { get; } = new();
        public IdTable Others { get; } = new();
        public List<long> Counts { get; } = [];
        public bool[] Seen { get; } = new bool[Values.Length];
    }
}
