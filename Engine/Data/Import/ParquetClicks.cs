using Parquet;
using Parquet.Schema;
using static ManualVae.Data.InputException;

namespace ManualVae.Data.Import;

/// <summary>
/// Parquet, by row groups: while the clicks of one are added, the next is decoded. The options name the columns of users, items,
/// ratings, times and titles.
/// </summary>
internal static class ParquetClicks
{
    private const int FirstCondition = 5; // after the columns of the options
    private const int PoolBytes = 1 << 24;

    /// <summary>Reads the file.</summary>
    public static void Read(ClickSource source)
    {
        var options = source.Options;
        var (user, item) = (Setting(nameof(options.UserColumn)), Setting(nameof(options.ItemColumn)));
        if (options.UserColumn is null || options.ItemColumn is null)
            throw About($"Format parquet: name the columns with {user} and {item}.");
        string path = SourceFiles.Find(options.Input);
        if (options.RatingColumn is null) source.RequireNoRatingFilter(path);
        source.HasTimes = options.TimeColumn is not null;
        ParquetGuard.Read(path, () =>
        {
            ReadAsync(source, path).GetAwaiter().GetResult();
            return true;
        });
    }

    /// <summary>Names of a file's columns.</summary>
    public static string[] Columns(SourceFiles files, string path) => ParquetGuard.Read<string[]>(path, () =>
    {
        using var stream = files.OpenSeekable(path);
        return [.. ParquetReader.ReadSchemaAsync(stream).GetAwaiter().GetResult().GetDataFields()
            .Select(field => field.Path.ToString())];
    });

    private static async Task ReadAsync(ClickSource source, string path)
    {
        var options = source.Options;
        await using var stream = source.Files.OpenSeekable(path);
        // Two row groups are in memory anyway; the decoder need not keep more for later.
        var pools = new ParquetOptions { MaximumSmallPoolFreeBytes = PoolBytes, MaximumLargePoolFreeBytes = PoolBytes };
        await using var reader = await ParquetReader.CreateAsync(stream, pools, leaveStreamOpen: true);
        string?[] names = [options.UserColumn, options.ItemColumn, options.RatingColumn, options.TimeColumn, options.TitleColumn,
            .. WhereFilter.Parse(options.Where).Select(condition => condition.Column)];
        var where = new WhereFilter(options.Where, name => Array.IndexOf(names, name, FirstCondition));
        var fields = names.Select(name => name is null ? null : Field(reader.Schema, path, name)).ToArray();
        // What a damaged file promises is not believed: it has at most so many rows.
        source.Train.Reserve(Math.Min(reader.Metadata?.NumRows ?? 0, 8 * stream.Length));
        var next = Decode(reader, fields, 0);
        var rows = new ParquetRows(source, path, where);
        for (int group = 0; next is not null; group++)
        {
            var columns = await next;
            source.Files.Tick(columns[0]!.Rows);
            next = Decode(reader, fields, group + 1);
            try
            {
                rows.Add(columns);
            }
            finally
            {
                foreach (var column in columns) column?.Dispose();
            }
        }
        where.Tell(source);
    }

    private static DataField Field(ParquetSchema schema, string path, string name)
    {
        var fields = schema.GetDataFields();
        return fields.FirstOrDefault(field => field.Path.ToString() == name && !field.IsArray) ?? throw new InputException(
            $"{path}: no column '{name}'; its columns are {string.Join(", ", fields.Select(field => field.Path.ToString()))}.");
    }

    private static Task<ParquetColumn?[]>? Decode(ParquetReader reader, DataField?[] fields, int group) =>
        group >= reader.RowGroupCount ? null : Task.Run(async () =>
        {
            var rows = reader.OpenRowGroupReader(group);
            var columns = new ParquetColumn?[fields.Length];
            for (int i = 0; i < fields.Length; i++)
                if (fields[i] is { } field)
                    columns[i] = new(field, await rows.ReadRawColumnDataBaseAsync(field), checked((int)rows.RowCount));
            return columns;
        });
}
