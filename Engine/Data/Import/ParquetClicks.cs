using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Parquet;
using Parquet.Data;
using Parquet.Schema;
using static ManualVae.Data.InputException;

namespace ManualVae.Data.Import;

/// <summary>
/// Parquet, by row groups: while the clicks of one are added, the next is decoded. The options name the columns of users, items,
/// ratings and times.
/// </summary>
internal static class ParquetClicks
{
    /// <summary>Reads the file.</summary>
    public static void Read(ClickSource source)
    {
        var options = source.Options;
        var (user, item) = (Setting(nameof(options.UserColumn)), Setting(nameof(options.ItemColumn)));
        if (options.UserColumn is null || options.ItemColumn is null)
            throw About($"Format parquet: name the columns with {user} and {item}.");
        if (options.TitleColumn is not null)
            throw About($"{Setting(nameof(options.TitleColumn))}: not for Parquet; use {Setting(nameof(options.Items))}.");
        if (options.Where is not null)
            throw About($"{Setting(nameof(options.Where))}: not for Parquet; leave it out.");
        string path = SourceFiles.Find(options.Input);
        if (options.RatingColumn is null) source.RequireNoRatingFilter(path);
        source.HasTimes = options.TimeColumn is not null;
        try
        {
            ReadAsync(source, path).GetAwaiter().GetResult();
        }
        catch (Exception problem) when (
            problem is IOException or InvalidDataException or ParquetException or NotSupportedException)
        {
            string found = problem.Message.Split('\n')[0].TrimEnd('.', '\r');
            throw new InputException($"{path}: cannot be read as Parquet ({found}); fetch or export it again.", problem);
        }
    }

    /// <summary>Names of a file's columns.</summary>
    public static string[] Columns(SourceFiles files, string path)
    {
        using var stream = files.OpenSeekable(path);
        return [.. ParquetReader.ReadSchemaAsync(stream).GetAwaiter().GetResult().GetDataFields()
            .Select(field => field.Path.ToString())];
    }

    private static async Task ReadAsync(ClickSource source, string path)
    {
        var options = source.Options;
        await using var stream = source.Files.OpenSeekable(path);
        await using var reader = await ParquetReader.CreateAsync(stream, leaveStreamOpen: true);
        string?[] names = [options.UserColumn, options.ItemColumn, options.RatingColumn, options.TimeColumn];
        var fields = names.Select(name => name is null ? null : Field(reader.Schema, path, name)).ToArray();
        var next = Decode(reader, fields, 0);
        long row = 0;
        for (int group = 0; next is not null; group++)
        {
            source.Files.Tick();
            var columns = await next;
            next = Decode(reader, fields, group + 1);
            using (columns) row = Add(source, columns, path, row);
        }
    }

    private static DataField Field(ParquetSchema schema, string path, string name)
    {
        var fields = schema.GetDataFields();
        return fields.FirstOrDefault(field => field.Path.ToString() == name && !field.IsArray) ?? throw new InputException(
            $"{path}: no column '{name}'; its columns are {string.Join(", ", fields.Select(field => field.Path.ToString()))}.");
    }

    private static Task<RowGroup>? Decode(ParquetReader reader, DataField?[] fields, int group) =>
        group >= reader.RowGroupCount ? null : Task.Run(async () =>
        {
            var rows = reader.OpenRowGroupReader(group);
            var columns = new ParquetColumn?[fields.Length];
            for (int i = 0; i < fields.Length; i++)
                if (fields[i] is { } field) columns[i] = new(field.Path.ToString(), await rows.ReadRawColumnDataBaseAsync(field));
            return new RowGroup((int)rows.RowCount, columns);
        });

    private static long Add(ClickSource source, RowGroup group, string path, long first)
    {
        Span<byte> user = stackalloc byte[32], item = stackalloc byte[32];
        var (users, items, ratings, times) = (group.Columns[0]!, group.Columns[1]!, group.Columns[2], group.Columns[3]);
        for (int row = 0; row < group.Rows; row++)
        {
            string Where(ParquetColumn column) => $"{path}: row {first + row + 1}: the {column.Name}";
            if (!users.HasValue(row)) throw new InputException($"{Where(users)} is empty; leave the row out.");
            if (!items.HasValue(row)) throw new InputException($"{Where(items)} is empty; leave the row out.");
            double rating = double.PositiveInfinity;
            if (ratings is not null)
            {
                rating = ratings.HasValue(row) ? ratings.Number() : double.NaN;
                if (!double.IsFinite(rating)) throw new InputException($"{Where(ratings)} is no number; leave the row out.");
                if (!source.IsDecided(rating))
                    throw ClickSource.Undecided($"{path}: row {first + row + 1}", ratings.Name, $"{rating}");
            }
            ClickTime time = default;
            if (times is not null)
            {
                if (!times.HasValue(row)) throw new InputException($"{Where(times)} is empty; leave the row out.");
                time = times.Time(source.Files.Text.TimeFormat)
                    ?? throw new InputException($"{Where(times)} is neither a number nor a date.");
            }
            source.Add(source.Train, users.Id(user), items.Id(item), rating, time);
        }
        return first + group.Rows;
    }

    private sealed record RowGroup(int Rows, ParquetColumn?[] Columns) : IDisposable
    {
        public void Dispose()
        {
            foreach (var column in Columns) column?.Dispose();
        }
    }
}

/// <summary>The values of a column of one row group, taken row by row.</summary>
internal sealed class ParquetColumn(string name, RawColumnData data) : IDisposable
{
    private readonly int[]? _levels = Levels(data);
    private byte[] _text = new byte[256];
    private int _next;

    /// <summary>Name of the column.</summary>
    public string Name => name;

    /// <summary>Moves to a row, one after another; false where it has no value.</summary>
    public bool HasValue(int row)
    {
        if (_levels is not null && _levels[row] == 0) return false;
        _next++;
        return true;
    }

    /// <summary>The value as an id; <paramref name="buffer"/> holds that of a number.</summary>
    public ReadOnlySpan<byte> Id(Span<byte> buffer)
    {
        int length;
        switch (data)
        {
            case RawColumnData<long> longs: Utf8Formatter.TryFormat(longs.Values[_next - 1], buffer, out length); break;
            case RawColumnData<int> ints: Utf8Formatter.TryFormat(ints.Values[_next - 1], buffer, out length); break;
            case RawColumnData<ReadOnlyMemory<char>> texts: return Utf8(texts.Values[_next - 1].Span);
            default: return Utf8(Convert.ToString(Boxed(), CultureInfo.InvariantCulture));
        }
        return buffer[..length];
    }

    /// <summary>The value as a number; not a number where it is none.</summary>
    public double Number() => data switch
    {
        RawColumnData<float> floats => floats.Values[_next - 1],
        RawColumnData<double> doubles => doubles.Values[_next - 1],
        RawColumnData<int> ints => ints.Values[_next - 1],
        RawColumnData<long> longs => longs.Values[_next - 1],
        _ => Boxed() is IConvertible number and not DateTime
            && double.TryParse(number.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture, out double value)
                ? value : double.NaN,
    };

    /// <summary>The value as a time: a number, or the seconds of a date; null where it is neither.</summary>
    public ClickTime? Time(string? pattern) => data switch
    {
        RawColumnData<long> longs => new ClickTime(longs.Values[_next - 1]),
        RawColumnData<int> ints => new ClickTime(ints.Values[_next - 1]),
        RawColumnData<DateTime> dates => DateText.Time(DateTime.SpecifyKind(dates.Values[_next - 1], DateTimeKind.Utc)),
        RawColumnData<ReadOnlyMemory<char>> texts when texts.Values[_next - 1].ToString() is var text && pattern is not null =>
            DateText.Parse(text, pattern),
        _ when Number() is var number && double.IsFinite(number) => ClickTime.Of(number),
        _ => DateText.DayFirst($"{Boxed()}", out _) is { } dayFirst ? DateText.Parse($"{Boxed()}", dayFirst) : null,
    };

    /// <inheritdoc/>
    public void Dispose() => data.Dispose();

    private static int[]? Levels(RawColumnData data)
    {
        try
        {
            return data.DefinitionLevels.ToArray();
        }
        catch (InvalidOperationException)
        {
            return null; // a column that cannot be empty
        }
    }

    private object? Boxed() => data switch
    {
        RawColumnData<ReadOnlyMemory<char>> texts => texts.Values[_next - 1].ToString(),
        RawColumnData<ulong> values => values.Values[_next - 1],
        RawColumnData<uint> values => values.Values[_next - 1],
        RawColumnData<short> values => values.Values[_next - 1],
        RawColumnData<ushort> values => values.Values[_next - 1],
        RawColumnData<byte> values => values.Values[_next - 1],
        RawColumnData<sbyte> values => values.Values[_next - 1],
        RawColumnData<float> values => values.Values[_next - 1],
        RawColumnData<double> values => values.Values[_next - 1],
        RawColumnData<decimal> values => values.Values[_next - 1],
        RawColumnData<bool> values => values.Values[_next - 1] ? 1 : 0,
        RawColumnData<Guid> values => values.Values[_next - 1].ToString(),
        RawColumnData<DateTime> values => values.Values[_next - 1],
        _ => throw new InvalidDataException($"column {name} is of a type that is neither text, number nor time"),
    };

    private ReadOnlySpan<byte> Utf8(string? text) => Utf8(text.AsSpan());

    private ReadOnlySpan<byte> Utf8(ReadOnlySpan<char> text)
    {
        if (_text.Length < 3 * text.Length) _text = new byte[3 * text.Length];
        int length = Encoding.UTF8.GetBytes(text, _text);
        _text.AsSpan(0, length).Replace((byte)'\t', (byte)' ');
        return _text.AsSpan(0, length);
    }
}
