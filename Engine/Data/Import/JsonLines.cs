namespace ManualVae.Data.Import;

/// <summary>
/// JSON lines: an object a line. The properties that are asked for become the fields of a table, so that numbers, times and
/// faulty lines are treated as everywhere.
/// </summary>
internal static class JsonLines
{
    /// <summary>Separates the fields; no JSON text holds it unescaped.</summary>
    public const string Separator = "\u001f";

    /// <summary>Reads clicks; the options name the properties of users, items, ratings and times.</summary>
    public static void Read(ClickSource source)
    {
        var options = source.Options;
        string path = ColumnReader.Prepare(source, "jsonl: name the properties");
        string?[] read = [options.UserColumn, options.ItemColumn, options.RatingColumn, options.TimeColumn, options.TitleColumn,
            .. WhereFilter.Parse(options.Where).Select(condition => condition.Column)];
        string[] names = [.. read.OfType<string>().Distinct()];
        using var table = Open(source.Files, path, names, required: 2);
        ColumnReader.ReadRows(source, table, name => Array.IndexOf(names, name));
    }

    /// <summary>The properties of a file's objects as a table without a header.</summary>
    /// <param name="files">The import that reads it.</param>
    /// <param name="path">The file.</param>
    /// <param name="names">Names of the properties; a missing one is an empty field, an array's values are joined by
    /// <paramref name="joint"/>.</param>
    /// <param name="required">How many of them the first object must have.</param>
    /// <param name="joint">Stands between the values of an array.</param>
    public static TableReader Open(SourceFiles files, string path, string[] names, int required, char joint = '|') =>
        new(files, path, Separator, rewrite: text => new JsonTable(text, path, names, required, files.Text, joint));
}
