using ManualVae.Data.Import;
using static ManualVae.Data.InputException;

namespace ManualVae.Data.Attributes;

/// <summary>Opens files of items.</summary>
internal static class ItemFiles
{
    private static readonly SettingName ItemFeatures = Setting(nameof(AttributeOptions.ItemFeatures)),
        ItemId = Setting(nameof(AttributeOptions.ItemIdColumn));

    /// <summary>Opens a file of items.</summary>
    /// <param name="given">The file as given, plain or compressed.</param>
    /// <param name="idColumn">The column of ids; null recognises it.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <exception cref="InputException">No such file, or no column of ids.</exception>
    public static ItemTable Open(string given, string? idColumn, CancellationToken cancellation)
    {
        string path = SourceFiles.TryFind(given) ?? throw About($"{ItemFeatures} {given}: no such file.");
        var files = new SourceFiles(null, cancellation);
        string beginning = files.FirstText(path);
        string first = beginning.Split('\n', 2)[0].TrimEnd('\r');
        if (beginning.StartsWith("PAR1", StringComparison.Ordinal))
        {
            string[] columns = ParquetItems.Names(files, path);
            return new ParquetItems(files, Id(columns, null)) { Path = path, Columns = columns };
        }
        var layout = ItemLayout.Of(beginning);
        bool json = first.StartsWith('{');
        string separator = layout?.Columns is not null ? ItemLayout.Separates : json ? JsonLines.Separator
            : Separators.Guess([first], "1") ?? ",";
        string[] names = layout?.Columns ?? (json ? [.. JsonNames(beginning)] : Separators.Split(first, separator));
        return new TextItems(files, Id(names, layout?.Id), separator) { Path = path, Columns = names, Layout = layout };

        string Id(IReadOnlyList<string> names, string? known) => idColumn is null
            ? known ?? ColumnNames.Find(names, ColumnNames.Items)
                ?? throw About($"{path}:1: no column of ids is known among {string.Join(", ", names)}; give {ItemId}.")
            : ColumnNames.FindExact(names, idColumn)
                ?? throw About($"{path}:1: no column '{idColumn}'; its columns are {string.Join(", ", names)}.");
    }

    // Not every object has every property, so the lines at the beginning are looked at together.
    private static IEnumerable<string> JsonNames(string beginning) => beginning.Split('\n')
        .SelectMany(line => JsonTable.Names(System.Text.Encoding.UTF8.GetBytes(line.Trim()))).Distinct();
}
