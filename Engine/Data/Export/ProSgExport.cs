using System.Text;
using ManualVae.Data.Import;
using static ManualVae.Data.InputException;

namespace ManualVae.Data.Export;

/// <summary>Writes the folder <c>pro_sg</c> of Liang et al. 2018, which RecVAE, PIAVAE and the import read.</summary>
public static class ProSgExport
{
    /// <summary>
    /// Writes a dataset as such a folder. Rows are sorted by original user id and original item id (as numbers where all are
    /// numbers), which is the order that the reference code leaves when its input is sorted so; where the fold-in was drawn by
    /// positions, held-out rows are sorted by position.
    /// </summary>
    /// <param name="data">A strong split with validation and test.</param>
    /// <param name="directory">The new folder.</param>
    /// <param name="positions">
    /// List positions instead of original ids in <c>unique_sid.txt</c> and <c>unique_uid.txt</c>; null = where the fold-in was
    /// drawn by positions, as such folders do.
    /// </param>
    /// <param name="overwrite">Replace an earlier export that is there already.</param>
    /// <exception cref="InputException">The dataset is not a strong split, or the folder exists.</exception>
    public static void Write(PreparedDataset data, string directory, bool? positions = null, bool overwrite = false)
    {
        if (data.Manifest.Split != SplitKind.Strong || data.Validation is null || data.Test is null)
        {
            var (name, kind) = (Setting(nameof(data.Manifest.Split)), data.Manifest.Split.ToString().ToLowerInvariant());
            throw About(
                $"{data.Directory}: {kind}, but pro-sg holds a strong split with validation and test; use {name} strong.");
        }
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
            AtomicFile.WriteText(Path.Combine(folder, Marker), $"exported from the prepared dataset {data.ManifestHash}\n");
        }, Kind);
    }

    // Folders of this layout come from elsewhere too, and may be somebody's only copy; this file tells an export from them.
    private const string Marker = "manualvae-export.txt";

    private static readonly string[] Files =
    [
        Marker, "unique_sid.txt", "unique_uid.txt", "train.csv", "validation_tr.csv", "validation_te.csv", "test_tr.csv",
        "test_te.csv",
    ];

    /// <summary>The folder that <see cref="Write"/> makes.</summary>
    public static FolderKind Kind { get; } =
        new("data export", folder => File.Exists(Path.Combine(folder, Marker)) ? Files.Contains : null);

    /// <summary>True where the fold-in was drawn by positions.</summary>
    public static bool ByPosition(PreparedDataset data) =>
        data.Manifest.SplitSettings?.GetValueOrDefault(SplitRules.FoldInOrderSetting) == "positions";

    private static int[] Range(int count) => [.. Enumerable.Range(0, count)];

    private static string[] Positions(int count) => [.. Enumerable.Range(0, count).Select(position => position.ToString())];

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
