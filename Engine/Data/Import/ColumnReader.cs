using static ManualVae.Data.InputException;

namespace ManualVae.Data.Import;

/// <summary>A click a line, in columns that the options name: by the header's names, or by numbers from 1.</summary>
internal static class ColumnReader
{
    private static readonly SettingName UserColumn = Setting(nameof(ImportOptions.UserColumn)),
        ItemColumn = Setting(nameof(ImportOptions.ItemColumn)), TimeColumn = Setting(nameof(ImportOptions.TimeColumn)),
        TimeFormat = Setting(nameof(ImportOptions.TimeFormat)), NoHeader = Setting(nameof(ImportOptions.NoHeader));

    /// <summary>Reads lines without a header, whose fields are never quoted.</summary>
    public static void Read(ClickSource source) => ReadNumbered(source, quoted: false);

    /// <summary>Reads lines without a header, whose fields may be quoted.</summary>
    public static void ReadQuoted(ClickSource source) => ReadNumbered(source, quoted: true);

    /// <summary>Reads a table with a header, or with columns by number where it has none.</summary>
    public static void ReadCsv(ClickSource source)
    {
        var options = source.Options;
        string path = Prepare(source, "csv: name its columns");
        if (options is { TimeFormat: not null, TimeColumn: null })
            throw About($"{TimeFormat}: name the column of times with {TimeColumn}, or leave it out.");
        using var table = OpenCsv(source, path);
        int fields = table.Headers.Count;
        ReadRows(source, table, table.Column, () =>
        {
            if (fields > 0 && table.FieldCount > fields && !table.Bytes(fields).IsEmpty)
                throw table.Malformed($"{table.FieldCount} fields where the header has {fields}");
        });
    }

    /// <summary>The file of clicks, once it is known that the options name its columns.</summary>
    /// <param name="source">The clicks.</param>
    /// <param name="format">The format and what to do, for the message.</param>
    /// <exception cref="InputException">They do not, or ask for ratings that are in no column.</exception>
    public static string Prepare(ClickSource source, string format)
    {
        var options = source.Options;
        if (options.UserColumn is null || options.ItemColumn is null)
            throw About($"Format {format} with {UserColumn} and {ItemColumn}.");
        string path = SourceFiles.Find(options.Input);
        if (options.RatingColumn is null) source.RequireNoRatingFilter(path);
        source.HasTimes = options.TimeColumn is not null;
        return path;
    }

    /// <summary>Adds the clicks of a table, except those that <see cref="ImportOptions.Where"/> leaves out.</summary>
    /// <param name="source">The clicks.</param>
    /// <param name="table">The table.</param>
    /// <param name="find">The field of a column.</param>
    /// <param name="check">Refuses a bad line; null for none.</param>
    public static void ReadRows(ClickSource source, TableReader table, Func<string, int> find, Action? check = null)
    {
        var options = source.Options;
        int Field(string? column) => column is null ? -1 : find(column);
        int user = Field(options.UserColumn), item = Field(options.ItemColumn), rating = Field(options.RatingColumn),
            time = Field(options.TimeColumn), title = Field(options.TitleColumn);
        var where = new WhereFilter(options.Where, find);
        table.ForEach(() =>
        {
            check?.Invoke();
            if (!where.Keeps(table)) return;
            source.Add(source.Train, table, user, item, rating, time);
            if (title >= 0) source.Describe(table, item, title);
        });
        where.Tell(source);
    }

    private static void ReadNumbered(ClickSource source, bool quoted)
    {
        var options = source.Options;
        string path = Prepare(source, $"{options.Format}: name its columns");
        string separator = options.Separator ?? ",";
        source.RequireNoHeader(path, line => Separators.Split(line, separator), Number(options.UserColumn),
            Number(options.ItemColumn), Number(options.RatingColumn));
        using var table = new TableReader(source.Files, path, separator, quoted: quoted);
        ReadRows(source, table, column => Number(column) is >= 0 and var field ? field
            : throw new InputException($"Column '{column}': the file has no header; give the column's number, from 1."));
    }

    /// <summary>Opens a table whose separator the lines show, and whose header they show if columns have numbers only.</summary>
    private static TableReader OpenCsv(ClickSource source, string path)
    {
        var options = source.Options;
        string?[] given = [options.UserColumn, options.ItemColumn, options.RatingColumn, options.TimeColumn,
            options.TitleColumn, .. WhereFilter.Parse(options.Where).Select(condition => condition.Column)];
        string[] columns = [.. given.OfType<string>()];
        var lines = source.FirstLines(path);
        string separator = options.Separator is { } word ? Separators.Named(word) : Separators.Guess(lines, columns) ?? ",";
        if (options.Separator is null && separator != ",")
            source.Files.Text.Note($"{path}: fields are separated by {Separators.NameOf(separator)}, as its first lines show");
        bool numbered = Array.TrueForAll(columns, column => Number(column) >= 0);
        if (options.NoHeader && !numbered)
            throw About($"{NoHeader}: columns without names are given by numbers, such as {UserColumn} 1 {ItemColumn} 2.");
        bool header = !options.NoHeader && (!numbered || HeaderLine.Stands(
            [.. lines.Select(line => Separators.Split(line, separator))], Number(options.UserColumn), Number(options.ItemColumn),
            Number(options.RatingColumn)));
        if (numbered && !options.NoHeader && lines.Count > 0)
            source.Files.Text.Note($"{path}:1: '{lines[0]}' is read as {(header ? "a header" : "a click, not as a header")}");
        return new TableReader(source.Files, path, separator, header, quoted: separator != Separators.Blanks);
    }

    // The field of a column that is given by number; -1 for another.
    private static int Number(string? column) => column is null ? -1 : (Separators.NumberOf(column) ?? 0) - 1;
}
