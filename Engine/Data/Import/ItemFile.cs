using ManualVae.Data.Attributes;
using static ManualVae.Data.InputException;

namespace ManualVae.Data.Import;

/// <summary>
/// A file of items beside any log: id, title and genres in a table with a header (CSV, TSV, RecBole's <c>.item</c>), in JSON
/// lines, or in a published layout without a header. Columns are recognised by their names.
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
        string beginning = source.Files.FirstText(path), first = beginning.Split('\n', 2)[0].TrimEnd('\r');
        string[]? known = ItemLayout.Of(beginning)?.Columns;
        bool json = first.StartsWith('{');
        string separator = known is not null ? ItemLayout.Separates : Separators.Guess([first], "1") ?? ",";
        IReadOnlyList<string> names = known is not null ? known
            : json ? JsonTable.Names(System.Text.Encoding.UTF8.GetBytes(first)) : Separators.Split(first, separator);

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
            : new TableReader(source.Files, path, separator, hasHeader: known is null, lenient: true);
        int Field(string? column, int property) => column is null ? -1 : json ? property
            : known is null ? table.Column(column) : Array.IndexOf(known, column);
        int idField = Field(id, 0), titleField = Field(title, 1), genreField = Field(genres, 2);
        while (table.Read()) source.Describe(table, idField, titleField, genreField);
    }
}
