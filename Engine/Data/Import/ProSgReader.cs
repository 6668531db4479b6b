using System.Buffers.Text;
using System.Text;

namespace ManualVae.Data.Import;

/// <summary>
/// The folder that the code of Liang et al. 2018 writes to <c>pro_sg</c> and that RecVAE and PIAVAE read: <c>unique_sid.txt</c>
/// (and often <c>unique_uid.txt</c>) list original ids; <c>train.csv</c>, <c>validation_tr.csv</c>, <c>validation_te.csv</c>,
/// <c>test_tr.csv</c>, <c>test_te.csv</c> have the columns uid and sid, which are positions in those lists.
/// </summary>
internal static class ProSgReader
{
    private static readonly string[] Parts = ["train", "validation_tr", "validation_te", "test_tr", "test_te"];

    /// <summary>Reads the folder as the split it is.</summary>
    /// <exception cref="InputException">The files contradict each other, or the options ask for another split.</exception>
    public static PreparedDataset Read(ImportOptions options, SourceFiles files)
    {
        if (options.Split is not (null or SplitKind.Strong)
            || (options.HeldOutUsers ?? (object?)options.CarveValidation) is not null)
            throw new InputException(
                "Format pro-sg holds a published strong split, which is used as it is; leave the split settings out.");
        if (options.Filters != new ClickFilters())
            throw new InputException("Format pro-sg holds a published split, which is used as it is; leave the filters out.");

        string[] items = ReadIds(files, SourceFiles.Find(options.Input, "unique_sid.txt"));
        string[]? users = SourceFiles.TryFind(options.Input, "unique_uid.txt") is { } uids ? ReadIds(files, uids) : null;
        var logs = Parts.Select(part =>
            ReadPart(files, SourceFiles.Find(options.Input, part + ".csv"), items.Length, users?.Length)).ToArray();
        int[] ends = [.. logs.Select(log => log.Count == 0 ? 0 : Max(log.Users) + 1)];
        int trainUsers = ends[0], testStart = Math.Max(trainUsers, Math.Max(ends[1], ends[2]));
        int userCount = users?.Length ?? Math.Max(testStart, Math.Max(ends[3], ends[4]));
        for (int part = 1; part < logs.Length; part++)
            RequireFrom(part < 3 ? trainUsers : testStart, logs[part], Path.Combine(options.Input, Parts[part] + ".csv"));

        int[] all = [.. Enumerable.Range(0, items.Length)];
        long clicks = logs.Sum(log => (long)log.Count);
        int duplicates = logs.Sum(log => log.MergeDuplicates(userCount, items.Length));
        CsrMatrix Matrix(ClickLog log, int first, int end)
        {
            var rows = new int[userCount];
            for (int user = 0; user < userCount; user++) rows[user] = user < first || user >= end ? -1 : user - first;
            return log.ToMatrix(end - first, items.Length, rows, all);
        }
        EvaluationSplit Part(int log, int first, int end) =>
            new(Matrix(logs[log], first, end), Matrix(logs[log + 1], first, end), first);
        var manifest = new DatasetManifest
        {
            Source = files.Describe(options),
            Split = SplitKind.Strong,
            SplitSettings = new(StringComparer.Ordinal) { ["files"] = "as published" },
            Import = new ImportTally { ClicksRead = clicks, DuplicatesMerged = duplicates },
        };
        return new PreparedDataset(manifest, Matrix(logs[0], 0, trainUsers), Part(1, trainUsers, testStart),
            Part(3, testStart, userCount),
            users ?? Positions(userCount), new ItemList(items));
    }

    private static string[] ReadIds(SourceFiles files, string path)
    {
        var ids = new List<string>();
        using var table = new TableReader(files, path, "\t");
        var known = new HashSet<string>();
        while (table.Read())
        {
            string id = Encoding.UTF8.GetString(table.Id(0, "id"));
            if (!known.Add(id)) throw new InputException($"{path}: lists '{id}' twice; make the folder again.");
            ids.Add(id);
        }
        return [.. ids];
    }

    private static ClickLog ReadPart(SourceFiles files, string path, int items, int? users)
    {
        var log = new ClickLog();
        using var table = new TableReader(files, path, ",", hasHeader: true);
        int uid = table.Column("uid"), sid = table.Column("sid");
        table.ForEach(() => log.Add(Position(table, uid, "uid", users ?? int.MaxValue, "unique_uid.txt"),
            Position(table, sid, "sid", items, "unique_sid.txt")), mayBeEmpty: true);
        return log;
    }

    private static int Position(TableReader table, int field, string name, int count, string list)
    {
        var bytes = table.Bytes(field);
        if (!Utf8Parser.TryParse(bytes, out int position, out int used) || used != bytes.Length || position < 0)
            throw table.Malformed($"the {name} '{table.Text(field)}' is not a position");
        if (position >= count) throw table.Malformed($"the {name} {position} is beyond the {count} lines of {list}");
        return position;
    }

    private static void RequireFrom(int first, ClickLog log, string path)
    {
        foreach (int user in log.Users)
            if (user < first)
                throw new InputException(
                    $"{path}: user {user} belongs to an earlier part (users from {first} were expected); make the folder again.");
    }

    private static int Max(ReadOnlySpan<int> values)
    {
        int max = -1;
        foreach (int value in values) max = Math.Max(max, value);
        return max;
    }

    private static string[] Positions(int count) => [.. Enumerable.Range(0, count).Select(position => position.ToString())];
}
