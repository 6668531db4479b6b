using System.Buffers.Text;
using System.Text;
using CsvHelper;
using static ManualVae.Data.InputException;

namespace ManualVae.Data.Import;

/// <summary>
/// One text table read record by record as UTF-8 bytes through CsvHelper. Whatever is wrong becomes an <see
/// cref="InputException"/> that names file and line.
/// </summary>
internal sealed class TableReader : IDisposable
{
    private const int TickEvery = 1 << 16;
    private const string NoSeparator = "\u001f";

    private static readonly SettingName Encodings = Setting(nameof(ImportOptions.Encoding)),
        TimeFormat = Setting(nameof(ImportOptions.TimeFormat)), Separator = Setting(nameof(ImportOptions.Separator)),
        Format = Setting(nameof(ImportOptions.Format)), SkipBadLines = Setting(nameof(ImportOptions.SkipBadLines));

    private readonly SourceFiles _files;
    private readonly Func<TableReader> _again;
    private readonly CsvReader _reader;
    private readonly string _separator;
    private readonly List<Range>? _tokens; // fields between runs of blanks and tabs
    private InputException? _malformed;
    private bool? _dayFirst;
    private long _records;

    /// <summary>Opens a table.</summary>
    /// <param name="files">The import that reads it.</param>
    /// <param name="path">The file, plain or compressed.</param>
    /// <param name="separator">One character or several ("::"); a blank stands for any number of blanks and tabs.</param>
    /// <param name="hasHeader">The first line names the columns.</param>
    /// <param name="quoted">Fields may be quoted.</param>
    /// <param name="lenient">Accept stray quotes, which titles may hold.</param>
    /// <param name="rewrite">Turns the text, as UTF-8, into that of the table.</param>
    public TableReader(SourceFiles files, string path, string separator, bool hasHeader = false, bool? quoted = null,
        bool lenient = false, Func<Stream, Stream>? rewrite = null)
    {
        (Path, _files, _separator) = (path, files, separator);
        _again = () => new TableReader(files, path, separator, hasHeader, quoted, lenient, rewrite);
        bool quotes = quoted ?? hasHeader;
        if (separator == Separators.Blanks && !quotes) (_tokens, separator) = ([], NoSeparator);
        var options = new CsvReaderOptions
        {
            HasHeader = hasHeader,
            Mode = quotes ? CsvMode.Rfc4180 : CsvMode.NoEscape,
            MalformedData = lenient ? CsvMalformedDataHandling.Recover : CsvMalformedDataHandling.Throw,
            AllowLineBreaksInQuotes = !files.Text.SkipsBadLines,
            TrackLineNumbers = true,
            MaxRecordSize = LineLimitStream.Longest,
            BufferSize = 1 << 18,
        };
        var stream = files.Text.Decode(files.Open(path), path);
        if (rewrite is not null) stream = rewrite(stream);
        _reader = separator.Length == 1
            ? CsvReader.Create(stream, options with { Separator = separator[0] }, leaveOpen: false)
            : CsvReader.Create(new CsvSeparatorStream(stream, separator), options, leaveOpen: false);
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Number of fields of the record.</summary>
    public int FieldCount => _tokens?.Count ?? _reader.FieldCount;

    /// <summary>Line on which the record starts, from 1.</summary>
    public long Line => _reader.LineNumber;

    /// <summary>Names of the columns; empty without a header.</summary>
    public IReadOnlyList<string> Headers
    {
        get
        {
            try
            {
                return _tokens is null || _reader.Headers.Count == 0 ? _reader.Headers
                    : Separators.Split(_reader.Headers[0], Separators.Blanks);
            }
            catch (Exception problem) when (Explain(problem, 1) is { } explained)
            {
                throw explained;
            }
        }
    }

    /// <summary>Calls <paramref name="row"/> with each record. Bad lines are left out as far as the import allows.</summary>
    /// <param name="row">Throws what <see cref="Malformed"/> returns before it has done anything with a bad line.</param>
    /// <param name="mayBeEmpty">Accept a table without records.</param>
    public void ForEach(Action row, bool mayBeEmpty = false)
    {
        while (true)
            try
            {
                if (!Read(mayBeEmpty)) return;
                row();
            }
            catch (InputException problem) when (LeavesOut(problem))
            {
            }
    }

    /// <summary>Moves to the next record; false at the end. Empty lines are passed over; a table of none is refused.</summary>
    public bool Read(bool mayBeEmpty = false)
    {
        if (++_records % TickEvery == 0) _files.Tick(TickEvery);
        try
        {
            do
            {
                if (!_reader.Read())
                    return _records > 1 || mayBeEmpty ? false
                        : throw new InputException($"{Path}: holds no lines; fetch or export it again.");
                if (_tokens is not null) Tokenise(_reader.GetSpan(0), _tokens);
            } while (_tokens?.Count == 0);
            return true;
        }
        catch (Exception problem) when (Explain(problem, _reader.LineNumber + 1) is { } explained)
        {
            throw explained;
        }
    }

    /// <summary>The position of a column by its name or number from 1.</summary>
    /// <exception cref="InputException">There is none of that name.</exception>
    public int Column(string name)
    {
        var headers = Headers;
        if (_tokens is null && headers.Count > 0 && _reader.TryGetFieldIndex(name, out int index)) return index;
        for (int i = 0; _tokens is not null && i < headers.Count; i++)
            if (headers[i].Equals(name, StringComparison.OrdinalIgnoreCase)) return i;
        if (Separators.NumberOf(name) is { } number && (headers.Count == 0 || number <= headers.Count)) return number - 1;
        string columns = string.Join(", ", headers.Select(header => $"'{header}'"));
        if (headers.Count == 1 && Separators.Guess([headers[0]], "1") is { } other)
            throw About(
                $"{Path}:1: no column '{name}'; one column found: {columns}; is it {Separator} {Separators.NameOf(other)}?");
        throw new InputException(
            $"{Path}:1: no column '{name}'; its columns are {columns}, separated by {Separators.NameOf(_separator)}.");
    }

    /// <summary>Refuses a record whose number of fields is outside the range.</summary>
    public void Expect(int least, int most, string layout)
    {
        if (FieldCount < least || FieldCount > most) throw Malformed($"{FieldCount} fields where the format has {layout}");
    }

    /// <summary>The bytes of a field, without surrounding blanks.</summary>
    public ReadOnlySpan<byte> Bytes(int field)
    {
        if (field >= FieldCount) throw Malformed($"no field {field + 1}");
        return _tokens is null ? _reader.GetSpan(field).Trim(" \t"u8) : _reader.GetSpan(0)[_tokens[field]];
    }

    /// <summary>An id: any text but none.</summary>
    public ReadOnlySpan<byte> Id(int field, string what)
    {
        var bytes = Bytes(field);
        if (bytes.IsEmpty) throw Malformed($"the {what} is empty");
        if (bytes.IndexOfAny("\t\r\n"u8) >= 0)
            throw Malformed($"the {what} '{Text(field).ReplaceLineEndings(" ")}' holds a tab or line break");
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

    /// <summary>A time: a number, or a date such as 2005-09-06.</summary>
    /// <param name="field">The field.</param>
    /// <param name="pattern">The pattern of the format's dates, where <see cref="ImportOptions.TimeFormat"/> gives none.</param>
    public ClickTime Time(int field, string? pattern = null)
    {
        pattern = _files.Text.TimeFormat ?? pattern;
        if (pattern is not null)
            return DateText.Parse(Text(field), pattern)
                ?? throw Malformed($"the time '{Text(field)}' is not of the form {pattern}", TimeFormat);
        var bytes = Bytes(field);
        if (Utf8Parser.TryParse(bytes, out long value, out int used) && used == bytes.Length) return new ClickTime(value);
        if (Utf8Parser.TryParse(bytes, out double number, out used) && used == bytes.Length && ClickTime.Of(number) is { } time)
            return time;
        string text = Text(field);
        if (DateText.DayFirst(text, out bool asks) is null && asks) _dayFirst ??= DayFirst(field);
        return DateText.Parse(text, _dayFirst ?? true) ?? throw Malformed(
            $"the time '{text}' is neither a number nor a date as logs write them", TimeFormat);
    }

    /// <summary>The error for the current record.</summary>
    /// <param name="found">What is wrong.</param>
    /// <param name="check">The setting that may be to blame; null for the format.</param>
    public InputException Malformed(string found, SettingName? check = null) => _malformed = About(
        $"{Path}:{Line}: {found}; correct or remove the line, leave it out ({SkipBadLines}), or check {check ?? Format}.");

    /// <inheritdoc/>
    public void Dispose() => _reader.Dispose();

    private bool LeavesOut(InputException problem) => problem == _malformed && _files.Text.LeavesOut(problem);

    /// <summary>What the first line says whose date can be read in one way only.</summary>
    private bool DayFirst(int field)
    {
        if (_files.CanReopen(Path))
        {
            using var table = _again();
            // Of a pipe no more may be read ahead than it keeps.
            if (table.ClearDate(field) is var (text, dayFirst) && _files.CanReopen(Path))
            {
                _files.Text.Note($"{Path}:{table.Line}: '{text}' shows that dates begin with the {(dayFirst ? "day" : "month")}");
                return dayFirst;
            }
        }
        throw About(
            $"{Path}:{Line}: '{Text(field)}' may begin with the day or the month; give {TimeFormat} dd/MM/yyyy or MM/dd/yyyy.");
    }

    /// <summary>The next date that shows whether its day comes first; null for none.</summary>
    private (string Text, bool DayFirst)? ClearDate(int field)
    {
        while (true)
            try
            {
                if (!Read(mayBeEmpty: true)) return null;
                if (FieldCount > field && Text(field) is var text && DateText.DayFirst(text, out bool asks) is { } first && asks)
                    return (text, first);
            }
            catch (InputException problem) when (LeavesOut(problem))
            {
            }
    }

    private static void Tokenise(ReadOnlySpan<byte> line, List<Range> tokens)
    {
        tokens.Clear();
        for (int at = 0; at < line.Length;)
        {
            int length = line[at..].IndexOfAny(" \t"u8);
            if (length < 0) length = line.Length - at;
            if (length > 0) tokens.Add(at..(at + length));
            at += length + 1;
        }
    }

    private InputException? Explain(Exception problem, long line) => problem switch
    {
        CsvFormatException format => _malformed = new InputException(
            $"{Path}:{format.LineNumber}: {FirstLine(problem)}; correct the line.", problem),
        DecoderFallbackException => About(
            $"{Path}:{Undecodable(line)}: bytes that are no text; check {Encodings}.", problem),
        IOException or InvalidDataException => new InputException(
            $"{Path}:{line}: cannot be read on ({FirstLine(problem)}): truncated or damaged; fetch it again.", problem),
        _ => null,
    };

    private long Undecodable(long line) => _files.CanReopen(Path) ? _files.Text.UndecodableLine(_files.Open(Path)) : line;
}
