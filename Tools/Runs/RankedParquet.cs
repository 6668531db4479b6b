using ManualVae.Data;
using Parquet;
using Parquet.Schema;

namespace ManualVae.Tools.Runs;

/// <summary>Ranked items as a Parquet file, written in groups of rows so that any number of them takes little memory.</summary>
internal static class RankedParquet
{
    private const int GroupRows = 1 << 17;

    /// <summary>Writes the file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="columns">Names of the columns.</param>
    /// <param name="rows">The items, and for whom.</param>
    public static void Write(string path, string[] columns, IEnumerable<(string? Key, RankedRow Item)> rows) =>
        AtomicFile.Write(path, stream => WriteAsync(stream, columns, rows).GetAwaiter().GetResult());

    private static async Task WriteAsync(Stream stream, string[] columns, IEnumerable<(string? Key, RankedRow Item)> rows)
    {
        var (key, rank, item) = (new DataField<string>(columns[0]), new DataField<int>(columns[1]),
            new DataField<string>(columns[2]));
        var (score, title) = (new DataField<float>(columns[3]), new DataField<string>(columns[4]));
        var why = columns.Length > 5 ? new DataField<string>(columns[5]) : null;
        DataField[] fields = [key, rank, item, score, title, .. why is null ? Array.Empty<DataField>() : [why]];
        await using var writer = await ParquetWriter.CreateAsync(new ParquetSchema(fields), stream);
        foreach (var group in rows.Chunk(GroupRows))
        {
            using var part = writer.CreateRowGroup();
            await part.WriteAsync(key, [.. group.Select(row => row.Key)]);
            await part.WriteAsync<int>(rank, group.Select(row => row.Item.Rank).ToArray());
            await part.WriteAsync(item, [.. group.Select(row => row.Item.Item)]);
            await part.WriteAsync<float>(score, group.Select(row => (float)row.Item.Score).ToArray());
            await part.WriteAsync(title, [.. group.Select(row => row.Item.Title)]);
            if (why is not null) await part.WriteAsync(why, [.. group.Select(row => row.Item.WhyIds())]);
            part.CompleteValidate();
        }
    }
}
