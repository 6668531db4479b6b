using static ManualVae.Data.InputException;

namespace ManualVae.Data.Import;

/// <summary>
/// The files of Neural Collaborative Filtering (He et al. 2017): <c>*.train.rating</c> and <c>*.test.rating</c> (user, item,
/// rating, time; tabs; the training file may also be <c>train.tsv</c> with user and item only) and <c>*.test.negative</c>
/// ("(user,item)" and the sampled negatives, tabs).
/// </summary>
internal static class NcfReader
{
    /// <summary>Reads the folder.</summary>
    public static void Read(ClickSource source)
    {
        string input = source.Options.Input;
        if (!SourceFiles.IsFolder(input))
            throw About($"{input}: no such folder; format ncf reads a folder, check {Setting(nameof(source.Options.Input))}.");
        string train = Find(input, "*.train.rating") ?? SourceFiles.Find(input, "train.tsv", "train.rating");
        source.HasTimes = ReadClicks(source, train, source.Train);
        if (Find(input, "*.test.rating") is { } test) ReadClicks(source, test, source.Test = source.NewLog());
        if (Find(input, "*.test.negative") is { } negatives) ReadNegatives(source, negatives);
    }

    private static string? Find(string folder, string pattern) =>
        new[] { pattern, pattern + ".gz", pattern + ".zst", pattern + ".bz2" }.SelectMany(p =>
            SourceFiles.Files(folder, p)).Order(StringComparer.Ordinal).ToArray() switch
        {
            [] => null,
            [var only] => only,
            var several => throw new InputException(
                $"{folder}: holds {several.Length} files {pattern}; leave one data set in the folder."),
        };

    private static bool ReadClicks(ClickSource source, string path, ClickLog log)
    {
        using var table = new TableReader(source.Files, path, "\t");
        bool times = false;
        while (table.Read())
        {
            table.Expect(2, 4, "user, item, rating and time, tab-separated");
            times = table.FieldCount == 4;
            if (table.FieldCount == 2) source.RequireNoRatingFilter(path);
            source.Add(log, table.Id(0, "user"), table.Id(1, "item"),
                table.FieldCount > 2 ? table.Number(2, "rating") : double.PositiveInfinity, times ? table.Time(3) : 0);
        }
        return times;
    }

    private static void ReadNegatives(ClickSource source, string path)
    {
        var log = source.Candidates = source.NewLog();
        var test = source.Test is null ? source.Test = source.NewLog() : null; // the pairs alone are a test file as well
        using var table = new TableReader(source.Files, path, "\t");
        while (table.Read())
        {
            var pair = table.Bytes(0);
            int comma = pair.IndexOf((byte)',');
            if (comma < 2 || pair[0] != '(' || pair[^1] != ')')
                throw table.Malformed($"'{table.Text(0)}' is not of the form (user,item)");
            int user = source.Users.Intern(pair[1..comma]);
            test?.Add(user, source.Items.Intern(pair[(comma + 1)..^1]));
            for (int field = 1; field < table.FieldCount; field++) log.Add(user, source.Items.Intern(table.Id(field, "item")));
        }
    }
}
