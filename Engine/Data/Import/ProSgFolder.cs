using System.Buffers.Text;
using System.Text;

namespace ManualVae.Data.Import;

/// <summary>
/// The folder that the code of Liang et al. 2018 writes to <c>pro_sg</c> and that RecVAE and PIAVAE read: <c>unique_sid.txt</c>
/// (and often <c>unique_uid.txt</c>) list original ids; <c>train.csv</c>, <c>validation_tr.csv</c>, <c>validation_te.csv</c>,
/// <c>test_tr.csv</c>, <c>test_te.csv</c> have the columns uid and sid, which are positions in those lists.
/// </summary>
public static class ProSgFolder
{
    internal const string OrderSetting = "foldInOrder";

    private static readonly string[] Parts = ["train", "validation_tr", "validation_te", "test_tr", "test_te"];

    internal static PreparedDataset Read(ImportOptions options, SourceFiles files)
    {
        if (options.Split is not (null or SplitKind.Strong) || options.HeldOutUsers is not null || options.CarveValidation)
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

        int[] all = Range(items.Length);
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
            Source = DatasetImport.Describe(options, files),
            Split = SplitKind.Strong,
            SplitSettings = new(StringComparer.Ordinal) { ["files"] = "as published" },
            Import = new ImportTally { ClicksRead = clicks, DuplicatesMerged = duplicates },
        };
        return new PreparedDataset(manifest, Matrix(logs[0], 0, trainUsers), Part(1, trainUsers, testStart),
            Part(3, testStart, userCount),
            users ?? Positions(userCount), new ItemList(items));
    }

    /// <summary>
    /// Writes a dataset as such a folder. Rows are sorted by original user id and original item id (as numbers where all are
    /// numbers), which is the order that the reference code leaves when its input is sorted so; where the fold-in was drawn by
    /// positions, held-out rows are sorted by position.
    /// </summary>
    /// <param name="data">A strong split with validation and test.</param>
    /// <param name="directory">The new folder.</param>
    /// <param name="positions">
    /// List positions instead of original ids in <c>unique_sid.txt</c> and <c>unique_uid.txt</c>; null = where the fold-in was
    /// drawn by
    /// positions, as such folders do.
    /// </param>
    /// <param name="overwrite">Replace a folder that is there already.</param>
    /// <exception cref="InputException">The dataset is not a strong split, or the folder exists.</exception>
    public static void Write(PreparedDataset data, string directory, bool? positions = null, bool overwrite = false)
    {
        if (data.Manifest.Split != SplitKind.Strong || data.Validation is null || data.Test is null)
            throw new InputException(
                $"{data.Directory}: pro-sg holds a strong split with validation and test, this is "
                    + $"{data.Manifest.Split.ToString().ToLowerInvariant()}; import it with --split strong.");
        int[] userOrder = OrderOf(data.UserIds), itemRanks = RanksOf(data.ItemIds);
        bool byPosition = ByPosition(data), list = positions ?? byPosition;
        int[] heldOutOrder = byPosition ? Range(data.UserIds.Length) : userOrder;
        int[] heldOutRanks = byPosition ? Range(data.ItemCount) : itemRanks;
        AtomicFile.WriteFolder(directory, overwrite, folder =>
        {
            AtomicFile.Write(Path.Combine(folder, "unique_sid.txt"), stream =>
                WriteLines(stream, list ? Positions(data.ItemIds.Length) : data.ItemIds));
            AtomicFile.Write(Path.Combine(folder, "unique_uid.txt"), stream =>
                WriteLines(stream, list ? Positions(data.UserIds.Length) : data.UserIds));
            AtomicFile.Write(Path.Combine(folder, "train.csv"), stream => WritePart(stream, data.Train, 0, userOrder, itemRanks));
            void Part(string name, CsrMatrix matrix, int first) => AtomicFile.Write(Path.Combine(folder, name + ".csv"),
                stream => WritePart(stream, matrix, first, heldOutOrder, heldOutRanks));
            Part("validation_tr", data.Validation.FoldIn, data.Validation.FirstUser);
            Part("validation_te", data.Validation.HeldOut, data.Validation.FirstUser);
            Part("test_tr", data.Test.FoldIn, data.Test.FirstUser);
            Part("test_te", data.Test.HeldOut, data.Test.FirstUser);
        });
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
        while (table.Read(mayBeEmpty: true))
            log.Add(Position(table, uid, "uid", users ?? int.MaxValue, "unique_uid.txt"),
                Position(table, sid, "sid", items, "unique_sid.txt"));
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

    /// <summary>True where the fold-in was drawn by positions.</summary>
    public static bool ByPosition(PreparedDataset data) =>
        data.Manifest.SplitSettings?.GetValueOrDefault(OrderSetting) == "positions";

    private static int[] Range(int count) => [.. Enumerable.Range(0, count)];

    private static int Max(ReadOnlySpan<int> values)
    {
        int max = -1;
        foreach (int value in values) max = Math.Max(max, value);
        return max;
    }

    private static int[] RanksOf(string[] ids)
    {
        var table = new IdTable();
        foreach (string id in ids) table.Intern(id);
        return table.Count == ids.Length ? table.SortedRanks() : Range(ids.Length);
    }

    private static int[] OrderOf(string[] ids)
    {
        int[] ranks = RanksOf(ids), order = new int[ids.Length];
        for (int i = 0; i < ids.Length; i++) order[ranks[i]] = i;
        return order;
    }

    private static string[] Positions(int count) => [.. Enumerable.Range(0, count).Select(position => position.ToString())];

    private static void WriteLines(Stream stream, string[] lines)
    {
        using var writer = new StreamWriter(stream, new UTF8Encoding(false), 1 << 16, leaveOpen: true) { NewLine = "\n" };
        foreach (string line in lines) writer.WriteLine(line);
    }

    private static void WritePart(Stream stream, CsrMatrix matrix, int firstUser, int[] userOrder, int[] itemRanks)
    {
        using var writer = new StreamWriter(stream, new UTF8Encoding(false), 1 << 16, leaveOpen: true) { NewLine = "\n" };
        writer.WriteLine("uid,sid");
        foreach (int user in userOrder)
        {
            int row = user - firstUser;
            if (row < 0 || row >= matrix.Rows) continue;
            int[] columns = matrix.RowColumns(row).ToArray();
            Array.Sort(Array.ConvertAll(columns, column => itemRanks[column]), columns);
            foreach (int column in columns)
            {
                writer.Write(user);
                writer.Write(',');
                writer.WriteLine(column);
            }
        }
    }
}
