using static ManualVae.Data.InputException;

namespace ManualVae.Data.Import;

/// <summary>
/// A click a line without a header: plain pairs, and the Million Song play counts. A folder with <c>train</c>, <c>valid</c> (or
/// <c>validation</c>) and <c>test</c> files of pairs is a ready-made division.
/// </summary>
internal static class PairsReader
{
    private static readonly SettingName Format = Setting(nameof(ImportOptions.Format));

    private static readonly string[] Extensions = [".tsv", ".txt", ".csv", ".dat"];

    /// <summary>
    /// "user item [rating [time]]" without a header, separated by a tab, comma, semicolon, "|", "::" or blanks, whichever the
    /// first lines show.
    /// </summary>
    public static void Read(ClickSource source)
    {
        string input = source.Options.Input;
        if (!SourceFiles.IsFolder(input))
        {
            ReadPairs(source, SourceFiles.Find(input), source.Train, required: true);
            return;
        }
        var all = new List<string>();
        foreach (string stem in new[] { "train", "valid", "validation", "test" })
            all.AddRange(Extensions.Select(extension => stem + extension));
        string[] Names(params string[] stems) => [.. all.Where(name => stems.Contains(Path.GetFileNameWithoutExtension(name)))];
        ReadPairs(source, SourceFiles.Find(input, Names("train")), source.Train, required: true);
        if (SourceFiles.TryFind(input, Names("valid", "validation")) is { } validation)
            ReadPairs(source, validation, source.Validation = source.NewLog(), required: false);
        if (SourceFiles.TryFind(input, Names("test")) is { } test)
            ReadPairs(source, test, source.Test = source.NewLog(), required: false);
    }

    /// <summary>Million Song: <c>train_triplets.txt</c>, user, song and play count, tab-separated. Any play is a click.</summary>
    public static void ReadMillionSong(ClickSource source)
    {
        using var table = new TableReader(source.Files, SourceFiles.Find(source.Options.Input, "train_triplets.txt"), "\t");
        table.ForEach(() =>
        {
            table.Expect(3, 3, "user, song and play count, tab-separated");
            source.Add(source.Train, table.Id(0, "user"), table.Id(1, "song"), source.Rating(table, 2, "play count"));
        });
    }

    private static void ReadPairs(ClickSource source, string path, ClickLog log, bool required)
    {
        var lines = source.FirstLines(path);
        string separator = lines.Count == 0 ? "\t" : Separators.Guess(lines, "1", "2")
            ?? throw About($"{path}:1: neither tab, comma, ';', '|', '::' nor blank separates user and item; check {Format}.");
        source.RequireNoHeader(path, line => Separators.Split(line, separator), rating: 2);
        using var table = new TableReader(source.Files, path, separator, quoted: separator is "," or ";");
        int fields = 0;
        var order = new ItemFirst();
        table.ForEach(() =>
        {
            table.Expect(2, 4, "user, item, and perhaps rating and time");
            if (fields == 0)
            {
                fields = table.FieldCount;
                if (required) source.HasTimes = fields == 4;
                if (fields == 2) source.RequireNoRatingFilter(path);
            }
            else if (fields != table.FieldCount)
                throw table.Malformed($"{table.FieldCount} fields where the first line has {fields}");
            source.Add(log, table, 0, 1, fields > 2 ? 2 : -1, fields > 3 ? 3 : -1);
            order.Add(table.Bytes(0), table.Bytes(1));
        });
        if (order.IsLikely) source.Files.Text.Note(
            $"{path}: read as {source.Users.Count} users and {source.Items.Count} items, but the first column looks like products"
                + " and the second like people; if so, use format csv with user column 2 and item column 1");
    }
}
