using ManualVae.Data;

namespace ManualVae.Export;

/// <summary>How the clicks of an exported dataset are kept.</summary>
public enum DatasetFormat
{
    /// <summary>Sparse matrices that <c>scipy.sparse.load_npz</c> reads.</summary>
    Npz,
    /// <summary>Tables of original ids: <c>user</c>, <c>item</c>.</summary>
    Parquet,
}

/// <summary>
/// Writes a prepared dataset as a folder with a file for each part (<c>train</c>, <c>validation.foldin</c>,
/// <c>validation.heldout</c>, <c>test.foldin</c>, <c>test.heldout</c>, <c>test.candidates</c>, those that it has), and the ids of
/// rows and columns, <c>users.tsv</c> and <c>items.tsv</c>. Attributes that were added to the items lie there as they do in the
/// prepared folder.
/// </summary>
public static class DatasetExport
{
    private const int ClicksAtOnce = 1 << 20;
    private const string Marker = "manualvae-export.txt", Users = "users.tsv", Items = "items.tsv";

    private static readonly string[] Parts =
    [
        "train", "validation.foldin", "validation.heldout", "validation.candidates", "test.foldin", "test.heldout",
        "test.candidates",
    ];

    /// <summary>The folder that <see cref="Write"/> makes.</summary>
    public static FolderKind Kind { get; } = new("data export", folder => File.Exists(Path.Combine(folder, Marker))
        ? file => file is Marker or Users or Items || PreparedDataset.IsOfAttributes(file)
            || Parts.Any(part => file == part + ".npz" || file == part + ".parquet")
        : null);

    /// <summary>Writes the folder in one step.</summary>
    /// <param name="data">The dataset.</param>
    /// <param name="directory">The new folder.</param>
    /// <param name="format">Layout of the clicks.</param>
    /// <param name="overwrite">Replace an earlier export that is there already.</param>
    /// <exception cref="InputException">The folder exists and may not be replaced.</exception>
    public static void Write(PreparedDataset data, string directory, DatasetFormat format, bool overwrite = false) =>
        AtomicFile.WriteFolder(directory, overwrite, folder =>
        {
            foreach (var (name, clicks, firstUser) in PartsOf(data))
                AtomicFile.Write(Path.Combine(folder, $"{name}.{(format == DatasetFormat.Npz ? "npz" : "parquet")}"), stream =>
                {
                    if (format == DatasetFormat.Npz) WriteNpz(stream, clicks, firstUser);
                    else ParquetFile.WritePairs(stream, "user", "item", Pairs(data, clicks, firstUser));
                });
            PreparedDataset.WriteUsers(Path.Combine(folder, Users), data.UserIds);
            data.Items.Write(Path.Combine(folder, Items));
            data.WriteAttributes(folder);
            AtomicFile.WriteText(Path.Combine(folder, Marker), $"exported from the prepared dataset {data.ManifestHash}\n");
        }, Kind);

    // Where users are not held out, what the test may see is the training clicks (and those of validation): no file of its own.
    private static IEnumerable<(string Name, CsrMatrix Clicks, int FirstUser)> PartsOf(PreparedDataset data)
    {
        yield return ("train", data.Train, 0);
        foreach (var (name, part) in new[] { ("validation", data.Validation), ("test", data.Test) })
        {
            if (part is null) continue;
            if (data.Manifest.Split == SplitKind.Strong) yield return ($"{name}.foldin", part.FoldIn, part.FirstUser);
            yield return ($"{name}.heldout", part.HeldOut, part.FirstUser);
            if (part.Candidates is not null) yield return ($"{name}.candidates", part.Candidates, part.FirstUser);
        }
    }

    private static void WriteNpz(Stream stream, CsrMatrix clicks, int firstUser) => NpzFile.Write(stream,
        [.. ModelArrays.Of(clicks), NamedArray.Of<long>("first_user", () => new long[] { firstUser }) with { Shape = [] }],
        compress: true);

    private static IEnumerable<(string[] Users, string[] Items)> Pairs(PreparedDataset data, CsrMatrix clicks, int firstUser)
    {
        var (users, items) = (new List<string>(), new List<string>());
        for (int row = 0; row < clicks.Rows; row++)
        {
            foreach (int column in clicks.RowColumns(row))
            {
                users.Add(data.UserIds[firstUser + row]);
                items.Add(data.ItemIds[column]);
            }
            if (users.Count < ClicksAtOnce && row + 1 < clicks.Rows) continue;
            yield return ([.. users], [.. items]);
            users.Clear();
            items.Clear();
        }
    }
}
