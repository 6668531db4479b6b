using static ManualVae.Data.InputException;

namespace ManualVae.Data.Import;

/// <summary>
/// A file of items beside any log: id, title and genres in a table with a header (CSV, TSV, RecBole's <c>.item</c>) or in JSON
/// lines. Columns are recognised by their names.
/// </summary>
internal static class ItemFile
{
    private static readonly SettingName Items = Setting(nameof(ImportOptions.Items)),
        ItemId = Setting(nameof(ImportOptions.ItemIdColumn));

    /// <summary>Adds what the file knows to the descriptions of a source's items.</summary>
    /// <exception cref="InputException">There is no such file, or no column of ids or of titles or genres.</exception>
    public static void Read(ClickSource source, string given)
    {
        if (given != SourceFiles.StandardInput && SourceFiles.TryFind(given) is null)
            throw About($"{Items} {given}: no such file.");
        string path = SourceFiles.Find(given);
        string first = source.Files.FirstText(path).Split('\n', 2)[0].TrimEnd('\r');
        bool json = first.StartsWith('{');
        string separator = Separators.Guess([first], "1") ?? ",";
        IReadOnlyList<string> names = json ? JsonTable.Names(System.Text.Encoding.UTF8.GetBytes(first))
            : Separators.Split(first, separator);

        string? Named(string? asked, params string[] likely) => asked is null ? ColumnNames.Find(names, likely)
            : ColumnNames.FindExact(names, asked)
                ?? throw About($"{path}:1: no column '{asked}'; its columns are {string.Join(", ", names)}.");
        // The column's name in the log is a good guess for that of the file.
        string? log = source.Options.ItemColumn is { } name ? ColumnNames.FindExact(names, name) : null;
        string id = Named(source.Options.ItemIdColumn ?? log, ColumnNames.Items)
            ?? throw About($"{path}:1: no column of ids is known among {string.Join(", ", names)}; give {ItemId}.");
        string? title = Named(null, ColumnNames.Titles), genres = Named(null, ColumnNames.Genres);
        if (title is null && genres is null)
            throw About($"{path}:1: holds neither titles nor genres; its columns are {string.Join(", ", names)}.");

        using var table = json ? JsonLines.Open(source.Files, path, [id, title ?? "", genres ?? ""], required: 1)
            : new TableReader(source.Files, path, separator, hasHeader: true, lenient: true);
        int idField = json ? 0 : table.Column(id), titleField = title is null ? -1 : json ? 1 : table.Column(title),
            genreField = genres is null ? -1 : json ? 2 : table.Column(genres);
        while (table.Read()) source.Describe(table, idField, titleField, genreField);
    }
}
