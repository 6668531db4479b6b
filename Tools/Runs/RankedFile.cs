using System.Globalization;
using System.Text.Json;

namespace ManualVae.Tools.Runs;

/// <summary>
/// Ranked items as a file, an item a line: user, rank, item, score, title, and why if it was asked for. Ids and scores are exact.
/// In a text table a title that a spreadsheet would take for a formula gets an apostrophe in front.
/// </summary>
internal static class RankedFile
{
    /// <summary>What a flag's help says of the layouts.</summary>
    public const string Layouts = "separated by tabs; .csv by commas; .jsonl a JSON object a line; .parquet";

    private static readonly JsonSerializerOptions JsonLine = new(Terminal.Json) { WriteIndented = false };

    /// <summary>Writes the file; the end of its name chooses the layout.</summary>
    /// <param name="path">The file.</param>
    /// <param name="rows">The items, and for whom; no user for somebody new.</param>
    /// <param name="why">Write the clicks that brought each item up.</param>
    /// <param name="key">Name of the first column.</param>
    public static void Write(string path, IEnumerable<(string? Key, RankedRow Item)> rows, bool why = false, string key = "user")
    {
        string[] columns = [key, "rank", "item", "score", "title", .. why ? ["why"] : Array.Empty<string>()];
        if (Ends(".parquet")) RankedParquet.Write(path, columns, rows);
        else if (Ends(".jsonl")) OutputFile.Write(path, writer => WriteObjects(writer, rows, columns));
        else OutputFile.Write(path, writer => WriteTable(writer, rows, columns, Ends(".csv")));

        bool Ends(string ending) => path.EndsWith(ending, StringComparison.OrdinalIgnoreCase);
    }

    private static void WriteObjects(TextWriter writer, IEnumerable<(string? Key, RankedRow Item)> rows, string[] columns)
    {
        foreach (var (key, item) in rows)
        {
            object?[] values = [key, item.Rank, item.Item, (float)item.Score, item.Title, item.Why ?? []];
            writer.WriteLine(JsonSerializer.Serialize(
                columns.Zip(values).ToDictionary(pair => pair.First, pair => pair.Second), JsonLine));
        }
    }

    private static void WriteTable(
        TextWriter writer, IEnumerable<(string? Key, RankedRow Item)> rows, string[] columns, bool csv)
    {
        Func<string, string> id = csv ? Readable.CsvId : OneLine, text = csv ? Readable.CsvField : OneLine;
        char separator = csv ? ',' : '\t';
        bool why = columns.Length > 5;
        writer.WriteLine(string.Join(separator, columns));
        foreach (var (key, item) in rows)
        {
            writer.Write(id(key ?? ""));
            writer.Write(separator);
            writer.Write(item.Rank);
            writer.Write(separator);
            writer.Write(id(item.Item));
            writer.Write(separator);
            // As computed: the shortest number that reads back to the same bits.
            writer.Write(((float)item.Score).ToString("R", CultureInfo.InvariantCulture));
            writer.Write(separator);
            writer.Write(text(Text(item.Title)));
            if (why) writer.Write(separator + id(item.WhyIds()));
            writer.WriteLine();
        }
    }

    // A title comes from anywhere; no spreadsheet shall run it.
    private static string Text(string? title) =>
        title is null ? "" : title.Length > 0 && "=+-@".Contains(title[0]) ? $"'{title}" : title;

    private static string OneLine(string field) => field.ReplaceLineEndings(" ").Replace('\t', ' ');
}
