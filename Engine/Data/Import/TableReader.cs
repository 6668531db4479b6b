using System.Buffers.Text;
using System.Text;
using CsvHelper;

namespace ManualVae.Data.Import;

/// <summary>
/// One text table read record by record as UTF-8 bytes through CsvHelper. Whatever is wrong becomes an <see
/// cref="InputException"/> that names file and line.
/// </summary>
internal sealed class TableReader : IDisposable
{
    private const int TickEvery = 1 << 16;

    private readonly string _path;
    private readonly SourceFiles _files;
    private readonly CsvReader _reader;
    private long _records;

    /// <summary>Opens a table.</summary>
    /// <param name="files">The import that reads it.</param>
    /// <param name="path">The file, plain or gzip.</param>
    /// <param name="separator">One character or several ("::").</param>
    /// <param name="hasHeader">The first line names the columns, and fields may be quoted.</param>
    /// <param name="latin1">The text is ISO 8859-1, not UTF-8.</param>
    /// <param name="lenient">Accept stray quotes, which titles may hold.</param>
    /// <param name="quoted">Fields may be quoted although there is no header.</param>
    public TableReader(SourceFiles files, string path, string separator, bool hasHeader = false, bool latin1 = false,
        bool lenient = false, bool quoted = false)
    {
        (_path, _files) = (path, files);
        var options = new CsvReaderOptions
        {
            HasHeader = hasHeader,
            Mode = hasHeader || quoted ? CsvMode.Rfc4180 : CsvMode.NoEscape,
            MalformedData = lenient ? CsvMalformedDataHandling.Recover : CsvMalformedDataHandling.Throw,
            TrackLineNumbers = true,
            Encoding = latin1 ? Encoding.Latin1 : null,
            MaxRecordSize = 1 << 26,
            BufferSize = 1 << 18,
        };
        var stream = files.Open(path);
        _reader = separator.Length == 1
            ? CsvReader.Create(stream, options with { Separator = separator[0] }, leaveOpen: false)
            : CsvReader.Create(new CsvSeparatorStream(stream, separator), options, leaveOpen: false);
    }

    /// <summary>Number of fields of the record.</summary>
    public int FieldCount => _reader.FieldCount;

    /// <summary>Line on which the record starts, from 1.</summary>
    public long Line => _reader.LineNumber;

    /// <summary>Moves to the next record; false at the end. Empty lines are passed over; a table of none is refused.</summary>
    public bool Read(bool mayBeEmpty = false)
    {
        if (++_records % TickEvery == 0) _files.Tick();
        try
        {
            if (_reader.Read()) return true;
            if (_records == 1 && !mayBeEmpty) throw new InputException($"{_path}: holds no lines; fetch or export it again.");
            return false;
        }
        catch (CsvFormatException problem)
        {
            throw new InputException($"{_path}:{problem.LineNumber}: {FirstLine(problem)}; correct the line.", problem);
        }
        catch (Exception problem) when (problem is IOException or InvalidDataException)
        {
            throw new InputException(
                $"{_path}:{_reader.LineNumber + 1}: cannot be read on ({FirstLine(problem)}): truncated or damaged; fetch it "
                    + "again.", problem);
        }
    }

    /// <summary>The position of a named column.</summary>
    /// <exception cref="InputException">There is none of that name.</exception>
    public int Column(string name)
    {
        try
        {
            if (_reader.TryGetFieldIndex(name, out int index)) return index;
        }
        catch (Exception problem) when (problem is IOException or InvalidDataException or CsvFormatException)
        {
            throw new InputException($"{_path}:1: cannot be read ({FirstLine(problem)}); fetch it again.", problem);
        }
        throw new InputException($"{_path}:1: no column '{name}'; its columns are {string.Join(", ", _reader.Headers)}.");
    }

    /// <summary>Refuses a record whose number of fields is outside the range.</summary>
    public void Expect(int least, int most, string layout)
    {
        if (_reader.FieldCount < least || _reader.FieldCount > most)
            throw Malformed($"{_reader.FieldCount} fields where the format has {layout}");
    }

    /// <summary>The bytes of a field, without surrounding blanks.</summary>
    public ReadOnlySpan<byte> Bytes(int field) =>
        field < _reader.FieldCount ? _reader.GetSpan(field).Trim(" \t"u8) : throw Malformed($"no field {field + 1}");

    /// <summary>An id: any text but none.</summary>
    public ReadOnlySpan<byte> Id(int field, string what)
    {
        var bytes = Bytes(field);
        if (bytes.IsEmpty) throw Malformed($"the {what} is empty");
        if (bytes.Contains((byte)'\t')) throw Malformed($"the {what} '{Text(field)}' holds a tab");
        return bytes;
    }

    /// <summary>A field as text.</summary>
    public string Text(int field) => Encoding.UTF8.GetString(Bytes(field));

    /// <summary>A finite number.</summary>
    public double Number(int field, string what)
    {
        var bytes = Bytes(field);
        if (Utf8Parser.TryParse(bytes, out double value, out int used) && used == bytes.Length && double.IsFinite(value))
            return value;
        throw Malformed($"the {what} '{Text(field)}' is not a number");
    }

    /// <summary>A time: whole seconds (a fraction is cut off), or a date such as 2005-09-06.</summary>
    public long Time(int field)
    {
        var bytes = Bytes(field);
        if (Utf8Parser.TryParse(bytes, out long value, out int used) && used == bytes.Length) return value;
        if (Utf8Parser.TryParse(bytes, out double seconds, out used) && used == bytes.Length && Math.Abs(seconds) < 1e18)
            return (long)seconds;
        if (DateTimeOffset.TryParse(Text(field), System.Globalization.CultureInfo.InvariantCulture,
            System.Globalization.DateTimeStyles.AssumeUniversal, out var date)) return date.ToUnixTimeSeconds();
        throw Malformed($"the time '{Text(field)}' is neither a number nor a date");
    }

    /// <summary>The error for the current record.</summary>
    public InputException Malformed(string found) => InputException.About(
        $"{_path}:{Line}: {found}; correct or remove the line, or check {InputException.Setting(nameof(ImportOptions.Format))}.");

    /// <inheritdoc/>
    public void Dispose() => _reader.Dispose();

    private static string FirstLine(Exception problem) => problem.Message.Split('\n')[0].TrimEnd('.', '\r');
}
