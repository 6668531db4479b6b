using System.Text;
using static ManualVae.Data.InputException;

namespace ManualVae.Data.Import;

/// <summary>
/// The text of the files of one import: their encodings, what of them is left out, and what there is to say about both. A file
/// is UTF-8 or what its byte-order mark or <see cref="ImportOptions.Encoding"/> says; one that proves not to be UTF-8 is Latin-1.
/// </summary>
internal sealed class SourceText
{
    private const int MostNamed = 3;

    private static readonly SettingName Encodings = Setting(nameof(ImportOptions.Encoding));

    private readonly HashSet<string> _latin1 = [];
    private readonly HashSet<string> _badLines = []; // by message, for a file may be read twice
    private readonly List<string> _decisions = [];
    private readonly List<string> _notes = [];
    private Encoding? _given;
    private int _badLinesAllowed;

    /// <summary>What was decided that the options left open.</summary>
    public IEnumerable<string> Notes => _decisions.Concat(_notes);

    /// <summary>True where the options allow bad lines.</summary>
    public bool SkipsBadLines => _badLinesAllowed > 0;

    /// <summary>The pattern of dates, or null.</summary>
    public string? TimeFormat { get; private set; }

    /// <summary>Bad lines left out.</summary>
    public int BadLines => _badLines.Count;

    /// <summary>Adds a line to <see cref="Notes"/>.</summary>
    public void Note(string line) => _notes.Add(line);

    /// <summary>Takes encoding, pattern of dates and bad lines from the options.</summary>
    public void Use(ImportOptions options) => (_badLinesAllowed, TimeFormat, _given) =
        (options.SkipBadLines, options.TimeFormat, TextEncodings.Named(options.Encoding));

    /// <summary>Reads an import, again with other encodings where a file shows that it is not UTF-8.</summary>
    /// <param name="options">What was asked for.</param>
    /// <param name="read">Reads it.</param>
    /// <param name="canReopen">Says whether a file can be read again; null where all can.</param>
    /// <exception cref="InputException">The files cannot be read.</exception>
    public T Read<T>(ImportOptions options, Func<T> read, Predicate<string>? canReopen = null)
    {
        Use(options);
        while (true)
            try
            {
                _notes.Clear();
                _badLines.Clear();
                return read();
            }
            catch (NotUtf8Exception found)
            {
                if (canReopen?.Invoke(found.Path) == false)
                    throw About(
                        $"{found.Path}:{found.Line}: is not UTF-8, and a pipe cannot be read twice; give {Encodings} latin1.");
                _latin1.Add(found.Path);
                _decisions.Add($"{found.Path}:{found.Line}: is not UTF-8; the file is read as Latin-1");
            }
    }

    /// <summary>The bytes of a file as UTF-8 text, whatever its encoding.</summary>
    /// <exception cref="NotUtf8Exception">Also from the stream: the file is not UTF-8, and nothing says what it is.</exception>
    /// <exception cref="InputException">Also from the stream: a line has no end.</exception>
    public Stream Decode(Stream file, string path)
    {
        var (start, stream) = TextEncodings.Peek(file);
        var encoding = TextEncodings.Marked(start) ?? (_latin1.Contains(path) ? Encoding.Latin1 : _given);
        if (encoding is null && start.Contains((byte)0))
            throw About(
                $"{path}: holds zero bytes, as UTF-16 without a mark does; give {Encodings} utf-16.");
        return new LineLimitStream(encoding is null ? new Utf8CheckStream(stream, path)
            : Encoding.CreateTranscodingStream(stream, encoding, new UTF8Encoding(false)), path);
    }

    /// <summary>The first bytes of a file as text; they may end within a letter.</summary>
    public string Beginning(ReadOnlySpan<byte> bytes)
    {
        int end = bytes.LastIndexOf((byte)'\n');
        bool isUtf8 = System.Text.Unicode.Utf8.IsValid(bytes[..(end < 0 ? bytes.Length : end)]);
        var encoding = TextEncodings.Marked(bytes) ?? _given ?? (isUtf8 ? Encoding.UTF8 : Encoding.Latin1);
        try
        {
            return encoding.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return Encoding.Latin1.GetString(bytes); // whoever reads the file names the line
        }
    }

    /// <summary>The first lines of a file that are not empty; fewer where it cannot be read on.</summary>
    public List<string> FirstLines(Stream file, string path, int count)
    {
        var lines = new List<string>();
        using var reader = new StreamReader(Decode(file, path), bufferSize: 1 << 12);
        try
        {
            while (lines.Count < count && reader.ReadLine() is { } line)
                if (line.Length > 0) lines.Add(line);
        }
        catch (Exception problem) when (problem is IOException or InvalidDataException or DecoderFallbackException)
        {
            // Whoever reads the file meets the problem again and names its line.
        }
        return lines;
    }

    /// <summary>The line of the first bytes that a file's encoding does not know.</summary>
    public long UndecodableLine(Stream file)
    {
        var (start, stream) = TextEncodings.Peek(file);
        using var whole = stream;
        var decoder = (TextEncodings.Marked(start) ?? _given ?? Encoding.UTF8).GetDecoder();
        var characters = new char[8];
        long line = 1;
        try
        {
            for (int next; (next = whole.ReadByte()) >= 0;)
                if (decoder.GetChars([(byte)next], characters, flush: false) > 0 && characters[0] == '\n') line++;
        }
        catch (DecoderFallbackException)
        {
            return line;
        }
        return line;
    }

    /// <summary>True if a bad line is left out, as the options allow one more.</summary>
    public bool LeavesOut(InputException problem)
    {
        string text = problem.Message;
        if (_badLines.Contains(text)) return true;
        if (BadLines == _badLinesAllowed) return false;
        _badLines.Add(text);
        if (BadLines <= MostNamed) Note($"left out {text[..text.LastIndexOf("; correct", StringComparison.Ordinal)]}");
        return true;
    }
}
