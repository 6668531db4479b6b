using System.Text;

namespace ManualVae.Data;

/// <summary>The items of a dataset in the order of their columns: original ids, and titles and genres where known.</summary>
public sealed class ItemList
{
    /// <summary>Items with what is known of them.</summary>
    /// <param name="ids">Original id of each item.</param>
    /// <param name="titles">Title of each item or null; null altogether where no title is known.</param>
    /// <param name="genres">Genres of each item, separated by '|', or null; null altogether where none is known.</param>
    public ItemList(string[] ids, string?[]? titles = null, string?[]? genres = null)
    {
        if ((titles is not null && titles.Length != ids.Length) || (genres is not null && genres.Length != ids.Length))
            throw new ArgumentException($"Got {titles?.Length} titles and {genres?.Length} genres for {ids.Length} items.");
        (Ids, Titles, Genres) = (ids, titles ?? new string?[ids.Length], genres ?? new string?[ids.Length]);
    }

    /// <summary>Number of items.</summary>
    public int Count => Ids.Length;

    /// <summary>Original id of each item.</summary>
    public string[] Ids { get; }

    /// <summary>Title of each item, null where unknown.</summary>
    public string?[] Titles { get; }

    /// <summary>Genres of each item, separated by '|', null where unknown.</summary>
    public string?[] Genres { get; }

    /// <summary>Writes <c>items.tsv</c>: index, id, title, genres; unknown ones are empty.</summary>
    /// <exception cref="InputException">The place cannot be written.</exception>
    public void Write(string path) => AtomicFile.Write(path, stream =>
    {
        using var writer = new StreamWriter(stream, new UTF8Encoding(false), 1 << 16, leaveOpen: true) { NewLine = "\n" };
        writer.WriteLine("index\tid\ttitle\tgenres");
        for (int item = 0; item < Count; item++)
            writer.WriteLine($"{item}\t{IdRows.Field(Ids[item])}\t{OneLine(Titles[item])}\t{OneLine(Genres[item])}");
    });

    /// <summary>Reads <c>items.tsv</c>.</summary>
    internal static ItemList Read(string path)
    {
        var rows = IdRows.Read(path, columns: 4);
        return new ItemList([.. rows.Select(row => row[1])], [.. rows.Select(row => Known(row[2]))],
            [.. rows.Select(row => Known(row[3]))]);
    }

    private static string? Known(string field) => field.Length == 0 ? null : field;

    /// <summary>A text that stays in its field of a line: blanks for tabs, line breaks and control characters.</summary>
    internal static string? OneLine(string? text) => text is not null && text.Any(char.IsControl)
        ? string.Concat(text.ReplaceLineEndings(" ").Select(letter => char.IsControl(letter) ? ' ' : letter)) : text;
}
