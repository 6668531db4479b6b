using ManualVae.Data.Import;
using Parquet;
using Parquet.Schema;

namespace ManualVae.Data.Attributes;

/// <summary>Items in a Parquet file: columns of text or numbers, flat or as lists, read by row groups.</summary>
internal sealed class ParquetItems(SourceFiles files, string id) : ItemTable
{
    /// <inheritdoc/>
    public override DatasetSource? Source => files.Describe(new ImportOptions { Input = Path });

    /// <summary>Names of a file's columns; a list has the name of the list.</summary>
    public static string[] Names(SourceFiles files, string path) => ParquetGuard.Read(path, () =>
    {
        using var stream = files.OpenSeekable(path);
        var fields = ParquetReader.ReadSchemaAsync(stream).GetAwaiter().GetResult().GetDataFields();
        return fields.Select(NameOf).Distinct().ToArray();
    });

    /// <summary>Calls <paramref name="group"/> with columns of each row group, and how many rows it has.</summary>
    public static void Groups(SourceFiles files, string path, IReadOnlyList<string> names, Action<ListColumn[], int> group) =>
        ParquetGuard.Read(path, () =>
        {
            ReadAsync(files, path, names, group).GetAwaiter().GetResult();
            return 0;
        });

    /// <inheritdoc/>
    protected override void Scan(string[] columns, Action start, Action<string, string?[], long> row)
    {
        start();
        long before = 0;
        Groups(files, Path, [id, .. columns], (group, rows) =>
        {
            for (int i = 0; i < rows; i++)
                row(group[0].Text(i) ?? "", [.. group.Skip(1).Select(column => column.Text(i))], ++before);
        });
    }

    private static async Task ReadAsync(
        SourceFiles files, string path, IReadOnlyList<string> names, Action<ListColumn[], int> group)
    {
        await using var stream = files.OpenSeekable(path);
        await using var reader = await ParquetReader.CreateAsync(stream, leaveStreamOpen: true);
        var fields = reader.Schema.GetDataFields();
        for (int i = 0; i < reader.RowGroupCount; i++)
        {
            files.Tick(0);
            var rows = reader.OpenRowGroupReader(i);
            int count = checked((int)rows.RowCount);
            var columns = new ListColumn[names.Count];
            try
            {
                for (int c = 0; c < columns.Length; c++)
                {
                    var field = fields.FirstOrDefault(f => NameOf(f) == names[c]) ?? throw new InputException(
                        $"{path}: no column '{names[c]}'; "
                            + $"its columns are {string.Join(", ", fields.Select(NameOf).Distinct())}.");
                    columns[c] = new(field, await rows.ReadRawColumnDataBaseAsync(field), count);
                }
                group(columns, count);
            }
            finally
            {
                foreach (var column in columns) column?.Dispose();
            }
        }
    }

    private static string NameOf(DataField field) => field.Path.FirstPart ?? field.Name;
}
