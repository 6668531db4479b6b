namespace ManualVae.Data;

/// <summary>The rows of <c>users.tsv</c> and <c>items.tsv</c>: number, id, and what else is known, separated by tabs.</summary>
internal static class IdRows
{
    /// <summary>An id as a field of its row.</summary>
    /// <exception cref="InputException">It would break the row.</exception>
    public static string Field(string id) => id.AsSpan().IndexOfAny('\t', '\r', '\n') < 0 ? id
        : throw new InputException(
            $"The id '{id.ReplaceLineEndings(" ").Replace('\t', ' ')}' holds a tab or line break, "
                + "which the tables of ids cannot; correct the source.");

    /// <summary>Reads and checks all rows but the header.</summary>
    /// <exception cref="InputException">No such file, or a row with other fields, a wrong number or a known id.</exception>
    public static string[][] Read(string path, int columns)
    {
        if (!File.Exists(path)) throw new InputException($"{path}: no such file; import the dataset again.");
        var rows = new List<string[]>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (line, text) in File.ReadLines(path).Index().Skip(1))
        {
            string[] row = text.Split('\t');
            string? problem = row.Length != columns ? $"has {row.Length} fields, expected {columns}"
                : row[0] != (line - 1).ToString() ? $"has the number {row[0]}, expected {line - 1}"
                : !seen.Add(row[1]) ? $"has the id {row[1]}, which is there already" : null;
            if (problem is not null) throw new InputException($"{path}:{line + 1}: {problem}; import the dataset again.");
            rows.Add(row);
        }
        return [.. rows];
    }
}
