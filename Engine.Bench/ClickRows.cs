using System.Buffers.Text;
using Parquet;
using Parquet.Schema;

namespace ManualVae.Bench;

/// <summary>
/// Rows of a made-up click log for the measurement of imports (import-100m.sh): a million users in the order of chance, 100,000
/// items of which some are much more popular, ratings from 1 to 5. A row is a function of its number alone, so that the CSV and
/// the Parquet file of one length hold the same rows.
/// </summary>
internal static class ClickRows
{
    private const int Users = 1_000_000, Items = 100_000, GroupRows = 1_000_000;

    /// <summary>Writes the rows as CSV or Parquet, as the ending of the file says.</summary>
    public static async Task Write(long rows, string path, bool text)
    {
        if (path.EndsWith(".parquet", StringComparison.Ordinal)) await WriteParquet(rows, path, text);
        else WriteCsv(rows, path, text);
    }

    private static (int User, int Item, int Rating) Row(long number)
    {
        ulong bits = Mix((ulong)number);
        double share = (bits >> 40) / (double)(1 << 24);
        int item = (int)(Items * share * share * share);
        return (1_000_003 + 7 * (int)((uint)bits % Users), 100_003 + 3 * item, 1 + (int)(bits >> 32 & 255) % 5);
    }

    // The finaliser of SplitMix64.
    private static ulong Mix(ulong value)
    {
        value = (value + 1) * 0x9e3779b97f4a7c15;
        value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9;
        value = (value ^ value >> 27) * 0x94d049bb133111eb;
        return value ^ value >> 31;
    }

    private static void WriteCsv(long rows, string path, bool text)
    {
        using var file = File.Create(path, 1 << 20);
        file.Write("user_id,item_id,rating\n"u8);
        Span<byte> line = stackalloc byte[64];
        for (long row = 0; row < rows; row++)
        {
            var (user, item, rating) = Row(row);
            int at = 0;
            if (text) line[at++] = (byte)'u';
            Utf8Formatter.TryFormat(user, line[at..], out int length);
            at += length;
            line[at++] = (byte)',';
            if (text) line[at++] = (byte)'i';
            Utf8Formatter.TryFormat(item, line[at..], out length);
            at += length;
            line[at++] = (byte)',';
            line[at++] = (byte)('0' + rating);
            line[at++] = (byte)'\n';
            file.Write(line[..at]);
        }
    }

    private static async Task WriteParquet(long rows, string path, bool text)
    {
        DataField user = text ? new DataField<string>("user_id") : new DataField<long>("user_id");
        DataField item = text ? new DataField<string>("item_id") : new DataField<long>("item_id");
        var rating = new DataField<float>("rating");
        await using var file = File.Create(path);
        var options = new ParquetOptions();
        foreach (var field in text ? new[] { user, item } : []) // as other writers do by themselves
            options.ColumnEncodingHints[field.Path.ToString()] = EncodingHint.Dictionary;
        await using var writer = await ParquetWriter.CreateAsync(new ParquetSchema(user, item, rating), file, options);
        for (long first = 0; first < rows; first += GroupRows)
        {
            var group = Enumerable.Range(0, (int)Math.Min(GroupRows, rows - first)).Select(i => Row(first + i)).ToArray();
            using var target = writer.CreateRowGroup();
            if (text)
            {
                await target.WriteAsync(user, Array.ConvertAll(group, row => $"u{row.User}"));
                await target.WriteAsync(item, Array.ConvertAll(group, row => $"i{row.Item}"));
            }
            else
            {
                await target.WriteAsync<long>(user, Array.ConvertAll(group, row => (long)row.User));
                await target.WriteAsync<long>(item, Array.ConvertAll(group, row => (long)row.Item));
            }
            await target.WriteAsync<float>(rating, Array.ConvertAll(group, row => (float)row.Rating));
            target.CompleteValidate();
        }
    }
}
