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
        source.RequireNoHeader(path, line => line.Split('\t'), rating: 2);
        using var table = new TableReader(source.Files, path, "\t");
        int fields = 0;
        table.ForEach(() =>
        {
            table.Expect(2, 4, "user, item, rating and time, tab-separated");
            if (fields == 0) fields = table.FieldCount;
            if (table.FieldCount != fields) throw table.Malformed($"{table.FieldCount} fields where the first line has {fields}");
            if (fields == 2) source.RequireNoRatingFilter(path);
            source.Add(log, table, 0, 1, fields > 2 ? 2 : -1, fields > 3 ? 3 : -1);
        });
        return fields == 4;
    }

    private static void ReadNegatives(ClickSource source, string path)
    {
        var log = source.Candidates = source.NewLog();
        var test = source.Test is null ? source.Test = source.NewLog() : null; // the pairs alone are a test file as well
        using var table = new TableReader(source.Files, path, "\t");
        table.ForEach(() =>
        {
            var pair = table.Bytes(0);
            int comma = pair.IndexOf((byte)',');
            if (comma < 2 || comma > pair.Length - 3 || pair[0] != '(' || pair[^1] != ')')
                throw table.Malformed($"'{table.Text(0)}' is not of the form (user,item)");
            for (int field = 1; field < table.FieldCount; field++) table.Id(field, "item");
            int user = source.Users.Intern(pair[1..comma]);
            test?.Add(user, source.Items.Intern(pair[(comma + 1)..^1]));
            for (int field = 1; field < table.FieldCount; field++) log.Add(user, source.Items.Intern(table.Bytes(field)));
        });
    }
}
