using System.Globalization;
using System.Text.Json;

namespace ManualVae.Tools.Runs;

/// <summary>Ranked items as a file, an item a line: user, rank, item, score, title.</summary>
internal static class RankedFile
{
    /// <summary>What a flag's help says of the layouts.</summary>
    public const string Layouts = "separated by tabs; .csv by commas; .jsonl a JSON object a line";

    private static readonly string[] Columns = ["user", "rank", "item", "score", "title"];

    private static readonly JsonSerializerOptions JsonLine = new(Terminal.Json) { WriteIndented = false };

    /// <summary>Writes the file; the end of its name chooses the layout.</summary>
    /// <param name="path">The file.</param>
    /// <param name="rows">The items, and for whom; no user for somebody new.</param>
    public static void Write(string path, IEnumerable<(string? User, RankedRow Item)> rows)
    {
        bool csv = path.EndsWith(".csv", StringComparison.OrdinalIgnoreCase);
        Func<string, string> field = csv ? Readable.CsvField : OneLine;
        bool json = path.EndsWith(".jsonl", StringComparison.OrdinalIgnoreCase);
        OutputFile.Write(path, writer =>
        {
            if (!json) WriteLine(Columns);
            foreach (var (user, item) in rows)
            {
                float score = (float)item.Score; // as computed: the shortest number that reads back to the same bits
                if (json)
                    writer.WriteLine(JsonSerializer.Serialize(new { user, item.Rank, item.Item, score, item.Title }, JsonLine));
                else
                    WriteLine(user ?? "", item.Rank.ToString(), item.Item,
                        score.ToString("R", CultureInfo.InvariantCulture), item.Title ?? "");
            }

            void WriteLine(params string[] fields) =>
                writer.WriteLine(string.Join(csv ? ',' : '\t', fields.Select(field)));
        });
    }

    private static string OneLine(string field) => field.ReplaceLineEndings(" ").Replace('\t', ' ');
}
