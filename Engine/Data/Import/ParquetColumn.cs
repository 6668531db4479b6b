using System.Globalization;
using System.Numerics;
using System.Text;
using Parquet.Data;
using Parquet.Schema;

namespace ManualVae.Data.Import;

/// <summary>The values of a column of one row group.</summary>
internal sealed class ParquetColumn : IDisposable
{
    private static readonly System.Buffers.SearchValues<char> Breaks = System.Buffers.SearchValues.Create("\t\r\n");

    private readonly RawColumnData _data;
    private readonly int[]? _places; // of a row's value, -1 where it has none; null where all rows have one
    private byte[] _bytes = new byte[256];

    /// <summary>Takes a decoded column.</summary>
    /// <param name="field">What the file says of it.</param>
    /// <param name="data">Its values.</param>
    /// <param name="rows">Rows of the group.</param>
    /// <exception cref="InvalidDataException">It has another number of values, or values of no use.</exception>
    public ParquetColumn(DataField field, RawColumnData data, int rows)
    {
        (Name, _data, Rows) = (field.Path.ToString(), data, rows);
        int values = rows;
        if (field.MaxDefinitionLevel > 0)
        {
            var levels = data.DefinitionLevels;
            if (levels.Length != rows) throw Damaged();
            values = levels.Count(field.MaxDefinitionLevel);
            if (values < rows) _places = new int[rows];
            for (int row = 0, next = 0; row < _places?.Length; row++)
                _places[row] = levels[row] == field.MaxDefinitionLevel ? next++ : -1;
        }
        if (Length() < values) throw Damaged();
        IsSure = _places is null && data is RawColumnData<long> or RawColumnData<int>;
    }

    /// <summary>Name of the column.</summary>
    public string Name { get; }

    /// <summary>Number of rows.</summary>
    public int Rows { get; }

    /// <summary>True where every value is a whole number, and so an id.</summary>
    public bool IsSure { get; }

    /// <summary>False for a row without a value.</summary>
    public bool HasValue(int row) => _places is null || _places[row] >= 0;

    /// <summary>What is wrong with a row's value as an id; null for nothing.</summary>
    public string? Fault(int row, string what)
    {
        if (!HasValue(row)) return $"the {what} is empty";
        if (_data is not RawColumnData<ReadOnlyMemory<char>> texts) return null;
        var text = texts.Values[Place(row)].Span;
        return text.IsEmpty ? $"the {what} is empty"
            : text.ContainsAny(Breaks) ? $"the {what} '{ItemList.OneLine(text.ToString())}' holds a tab or line break" : null;
    }

    /// <summary>The numbers of some rows' ids.</summary>
    /// <param name="table">Gives the numbers.</param>
    /// <param name="rows">Rows without a fault.</param>
    /// <param name="numbers">Takes the numbers.</param>
    public void Intern(IdTable table, ReadOnlySpan<int> rows, Span<int> numbers)
    {
        switch (_data)
        {
            case RawColumnData<long> values: Intern(table, values.Values, rows, numbers); break;
            case RawColumnData<int> values: Intern(table, values.Values, rows, numbers); break;
            case RawColumnData<short> values: Intern(table, values.Values, rows, numbers); break;
            case RawColumnData<sbyte> values: Intern(table, values.Values, rows, numbers); break;
            case RawColumnData<uint> values: Intern(table, values.Values, rows, numbers); break;
            case RawColumnData<ushort> values: Intern(table, values.Values, rows, numbers); break;
            case RawColumnData<byte> values: Intern(table, values.Values, rows, numbers); break;
            default:
                for (int i = 0; i < rows.Length; i++) numbers[i] = table.Intern(Bytes(rows[i]));
                break;
        }
    }

    /// <summary>The values as numbers, row by row; not a number where there is none.</summary>
    public double[] Numbers()
    {
        var numbers = new double[Rows];
        for (int row = 0; row < numbers.Length; row++) numbers[row] = HasValue(row) ? Number(Place(row)) : double.NaN;
        return numbers;
    }

    /// <summary>The value as a time: a number, or the seconds of a date; null where it is neither.</summary>
    public ClickTime? Time(int row, string? pattern)
    {
        if (!HasValue(row)) return null;
        int place = Place(row);
        return _data switch
        {
            RawColumnData<long> longs => new ClickTime(longs.Values[place]),
            RawColumnData<int> ints => new ClickTime(ints.Values[place]),
            RawColumnData<DateTime> dates => DateText.Time(DateTime.SpecifyKind(dates.Values[place], DateTimeKind.Utc)),
            RawColumnData<ReadOnlyMemory<char>> texts when pattern is not null =>
                DateText.Parse(texts.Values[place].ToString(), pattern),
            _ when Number(place) is var number && double.IsFinite(number) => ClickTime.Of(number),
            _ => Text(row) is { } text && DateText.DayFirst(text, out _) is { } dayFirst ? DateText.Parse(text, dayFirst) : null,
        };
    }

    /// <summary>The value as text; null where there is none.</summary>
    public string? Text(int row) => HasValue(row) ? Convert.ToString(Boxed(Place(row)), CultureInfo.InvariantCulture) : null;

    /// <summary>The value as text in UTF-8, until the next call; empty where there is none.</summary>
    public ReadOnlySpan<byte> Bytes(int row)
    {
        if (!HasValue(row)) return default;
        var text = _data is RawColumnData<ReadOnlyMemory<char>> texts ? texts.Values[Place(row)].Span : Text(row).AsSpan();
        if (_bytes.Length < 3 * text.Length) _bytes = new byte[3 * text.Length];
        return _bytes.AsSpan(0, Encoding.UTF8.GetBytes(text, _bytes));
    }

    /// <inheritdoc/>
    public void Dispose() => _data.Dispose();

    private void Intern<T>(IdTable table, ReadOnlySpan<T> values, ReadOnlySpan<int> rows, Span<int> numbers)
        where T : IBinaryInteger<T>
    {
        for (int i = 0; i < rows.Length; i++) numbers[i] = table.Intern(long.CreateTruncating(values[Place(rows[i])]));
    }

    private int Place(int row) => _places is null ? row : _places[row];

    private double Number(int place) => _data switch
    {
        RawColumnData<float> floats => floats.Values[place],
        RawColumnData<double> doubles => doubles.Values[place],
        RawColumnData<int> ints => ints.Values[place],
        RawColumnData<long> longs => longs.Values[place],
        _ => Boxed(place) is IConvertible number and not DateTime
            && double.TryParse(number.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture, out double value)
                ? value : double.NaN,
    };

    private object Boxed(int place) => _data switch
    {
        RawColumnData<ReadOnlyMemory<char>> values => values.Values[place].ToString(),
        RawColumnData<long> values => values.Values[place],
        RawColumnData<ulong> values => values.Values[place],
        RawColumnData<int> values => values.Values[place],
        RawColumnData<uint> values => values.Values[place],
        RawColumnData<short> values => values.Values[place],
        RawColumnData<ushort> values => values.Values[place],
        RawColumnData<byte> values => values.Values[place],
        RawColumnData<sbyte> values => values.Values[place],
        RawColumnData<float> values => values.Values[place],
        RawColumnData<double> values => values.Values[place],
        RawColumnData<decimal> values => values.Values[place],
        RawColumnData<bool> values => values.Values[place] ? 1 : 0,
        RawColumnData<Guid> values => values.Values[place].ToString(),
        RawColumnData<DateTime> values => values.Values[place],
        _ => throw Unreadable(),
    };

    private int Length() => _data switch
    {
        RawColumnData<ReadOnlyMemory<char>> values => values.Values.Length,
        RawColumnData<long> values => values.Values.Length,
        RawColumnData<ulong> values => values.Values.Length,
        RawColumnData<int> values => values.Values.Length,
        RawColumnData<uint> values => values.Values.Length,
        RawColumnData<short> values => values.Values.Length,
        RawColumnData<ushort> values => values.Values.Length,
        RawColumnData<byte> values => values.Values.Length,
        RawColumnData<sbyte> values => values.Values.Length,
        RawColumnData<float> values => values.Values.Length,
        RawColumnData<double> values => values.Values.Length,
        RawColumnData<decimal> values => values.Values.Length,
        RawColumnData<bool> values => values.Values.Length,
        RawColumnData<Guid> values => values.Values.Length,
        RawColumnData<DateTime> values => values.Values.Length,
        _ => throw Unreadable(),
    };

    private InvalidDataException Damaged() => new($"column {Name} has another number of values than rows");

    private InvalidDataException Unreadable() => new($"column {Name} is of a type that is neither text, number nor time");
}
