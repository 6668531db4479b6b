using Parquet;
using Parquet.Schema;

namespace ManualVae.Export;

/// <summary>Parquet files of two columns. The stream must be seekable.</summary>
internal static class ParquetFile
{
    /// <summary>Writes pairs of texts, a row group for each part.</summary>
    public static void WritePairs(Stream stream, string first, string second, IEnumerable<(string[], string[])> parts)
    {
        var (left, right) = (new DataField<string>(first, nullable: false), new DataField<string>(second, nullable: false));
        Write(stream, new(left, right), parts, async (group, part) =>
        {
            await group.WriteAsync(left, part.Item1);
            await group.WriteAsync(right, part.Item2);
        }).GetAwaiter().GetResult();
    }

    /// <summary>Writes ids and vectors, a row group for each part.</summary>
    public static void WriteVectors(Stream stream, int width, IEnumerable<(string[] Ids, ReadOnlyMemory<float> Vectors)> parts)
    {
        var schema = new ParquetSchema(
            new DataField<string>("id", nullable: false), new ListField("vector", new DataField<float>("element")));
        var (id, element) = (schema.DataFields[0], schema.DataFields[1]);
        Write(stream, schema, parts, async (group, part) =>
        {
            // Every element is there; 0 begins a list, 1 goes on with it.
            var (definition, repetition) = (new int[part.Vectors.Length], new int[part.Vectors.Length]);
            Array.Fill(definition, element.MaxDefinitionLevel);
            for (int i = 0; i < repetition.Length; i++) repetition[i] = i % width == 0 ? 0 : 1;
            await group.WriteAsync(id, part.Ids);
            await group.WriteAllPartsAsync<float>(
                element, part.Vectors, definition, repetition, CancellationToken.None);
        }).GetAwaiter().GetResult();
    }

    private static async Task Write<T>(
        Stream stream, ParquetSchema schema, IEnumerable<T> parts, Func<ParquetRowGroupWriter, T, Task> write)
    {
        await using var writer = await ParquetWriter.CreateAsync(schema, stream);
        foreach (var part in parts)
        {
            using var group = writer.CreateRowGroup();
            await write(group, part);
            group.CompleteValidate();
        }
    }
}
