using static ManualVae.Data.InputException;

namespace ManualVae.Data.Import;

/// <summary>
/// Click logs with a click a line: plain pairs, a CSV with named columns, the Million Song play counts. A folder with
/// <c>train</c>, <c>valid</c> (or <c>validation</c>) and <c>test</c> files of pairs is a ready-made division.
/// </summary>
internal static class PairsReader
{
    private static readonly SettingName Format = Setting(nameof(ImportOptions.Format)),
        UserColumn = Setting(nameof(ImportOptions.UserColumn)), ItemColumn = Setting(nameof(ImportOptions.ItemColumn));

    private static readonly string[] Extensions = [".tsv", ".txt", ".csv", ".dat"];

    /// <summary>
    /// "user item [rating [time]]" without a header, separated by a tab, comma, semicolon, "::" or blank, whichever the first
    /// line shows.
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

    /// <summary>A table whose columns the options name.</summary>
    public static void ReadCsv(ClickSource source)
    {
        var options = source.Options;
        if (options.UserColumn is null || options.ItemColumn is null)
            throw About($"Format csv: name its columns with {UserColumn} and {ItemColumn}.");
        string path = SourceFiles.Find(options.Input);
        if (options.RatingColumn is null) source.RequireNoRatingFilter(path);
        source.HasTimes = options.TimeColumn is not null;
        using var table = new TableReader(source.Files, path, options.Separator, hasHeader: true);
        int user = table.Column(options.UserColumn), item = table.Column(options.ItemColumn);
        int rating = options.RatingColumn is null ? -1 : table.Column(options.RatingColumn);
        int time = options.TimeColumn is null ? -1 : table.Column(options.TimeColumn);
        while (table.Read())
            source.Add(source.Train, table.Id(user, "user"), table.Id(item, "item"),
                rating < 0 ? double.PositiveInfinity : table.Number(rating, "rating"), time < 0 ? 0 : table.Time(time));
    }

    /// <summary>Million Song: <c>train_triplets.txt</c>, user, song and play count, tab-separated. Any play is a click.</summary>
    public static void ReadMillionSong(ClickSource source)
    {
        using var table = new TableReader(source.Files, SourceFiles.Find(source.Options.Input, "train_triplets.txt"), "\t");
        while (table.Read())
        {
            table.Expect(3, 3, "user, song and play count, tab-separated");
            source.Add(source.Train, table.Id(0, "user"), table.Id(1, "song"), table.Number(2, "play count"));
        }
    }

    private static void ReadPairs(ClickSource source, string path, ClickLog log, bool required)
    {
        using var table = new TableReader(source.Files, path, SeparatorOf(source.Files, path));
        bool first = true, firstIsText = false;
        while (table.Read())
        {
            table.Expect(2, 4, "user, item, and perhaps rating and time");
            ReadOnlySpan<byte> user = table.Id(0, "user"), item = table.Id(1, "item");
            if (first)
            {
                firstIsText = !IsInteger(user) && !IsInteger(item);
                if (required) source.HasTimes = table.FieldCount == 4;
                if (table.FieldCount == 2) source.RequireNoRatingFilter(path);
                first = false;
            }
            else if (firstIsText)
            {
                if (IsInteger(user) && IsInteger(item))
                    throw About($"{path}:1: looks like a header; use {Format} csv {UserColumn} NAME {ItemColumn} NAME.");
                firstIsText = false;
            }
            double rating = table.FieldCount > 2 ? table.Number(2, "rating") : double.PositiveInfinity;
            source.Add(log, user, item, rating, table.FieldCount > 3 ? table.Time(3) : 0);
        }
    }

    private static bool IsInteger(ReadOnlySpan<byte> text) =>
        System.Buffers.Text.Utf8Parser.TryParse(text, out long _, out int used) && used == text.Length;

    private static string SeparatorOf(SourceFiles files, string path)
    {
        using var table = new TableReader(files, path, "\u001f", lenient: true);
        table.Read();
        string line = table.Text(0);
        return new[] { "\t", "::", ",", ";", " " }.FirstOrDefault(line.Contains)
            ?? throw table.Malformed("neither tab, comma, semicolon, '::' nor blank separates user from item");
    }
}
