using System.Text.Json;

namespace ManualVae.Data.Import;

/// <summary>JSON lines turned into lines of separated fields while they are read.</summary>
/// <param name="source">The JSON lines.</param>
/// <param name="path">What to call them in messages.</param>
/// <param name="names">The properties that become fields, in this order; empty for a field that stays empty.</param>
/// <param name="required">How many of them the first object must have.</param>
/// <param name="text">Says whether a bad line is left out.</param>
/// <param name="joint">Stands between the values of an array; ASCII.</param>
internal sealed class JsonTable(Stream source, string path, string[] names, int required, SourceText text, char joint = '|')
    : ForwardStream
{
    private const int LongestLine = 1 << 28;

    private readonly byte[][] _names = [.. names.Select(System.Text.Encoding.UTF8.GetBytes)];
    private readonly byte[][] _values = [.. names.Select(_ => new byte[64])];
    private readonly int[] _lengths = new int[names.Length];
    private byte[] _in = new byte[1 << 18], _out = new byte[1 << 16];
    private int _start, _end, _outStart, _outEnd;
    private long _line;
    private bool _atEnd;

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        while (_outStart == _outEnd && Convert()) { }
        int count = Math.Min(buffer.Length, _outEnd - _outStart);
        _out.AsSpan(_outStart, count).CopyTo(buffer);
        _outStart += count;
        return count;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) source.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>The names of an object's properties, such as those of a file's first line.</summary>
    public static List<string> Names(ReadOnlySpan<byte> line)
    {
        var names = new List<string>();
        var reader = new Utf8JsonReader(line);
        try
        {
            while (reader.Read())
                if (reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth == 1) names.Add(reader.GetString()!);
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException)
        {
            // What was read until there is what there is to choose from.
        }
        return names;
    }

    /// <summary>Converts the lines that the input holds; false at the end.</summary>
    private bool Convert()
    {
        (_outStart, _outEnd) = (0, 0);
        while (_in.AsSpan(_start, _end - _start).IndexOf((byte)'\n') is >= 0 and var length)
        {
            Line(_in.AsSpan(_start, length));
            _start += length + 1;
        }
        if (_outEnd > 0) return true;
        if (_atEnd)
        {
            if (_start == _end) return false;
            Line(_in.AsSpan(_start, _end - _start));
            _start = _end;
            return true;
        }
        Fill();
        return true;
    }

    private void Fill()
    {
        _in.AsSpan(_start, _end - _start).CopyTo(_in);
        (_start, _end) = (0, _end - _start);
        if (_end == _in.Length)
        {
            if (_end >= LongestLine)
                throw new InputException($"{path}:{_line + 1}: the line is too long; write one object a line.");
            Array.Resize(ref _in, 2 * _in.Length);
        }
        int read = source.Read(_in.AsSpan(_end));
        _atEnd = read == 0;
        _end += read;
    }

    private void Line(ReadOnlySpan<byte> line)
    {
        if (_line++ == 0 && line.StartsWith("\uFEFF"u8)) line = line[3..];
        line = line.Trim(" \t\r"u8);
        if (!line.IsEmpty) Object(line);
        Append("\n"u8);
    }

    private void Object(ReadOnlySpan<byte> line)
    {
        if (line[0] != '{')
        {
            LeaveOut(new(
                $"{path}:{_line}: is no JSON object; correct the line, or write one object a line, as jq -c '.[]' does."));
            return;
        }
        Array.Clear(_lengths);
        try
        {
            var reader = new Utf8JsonReader(line);
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                int field = Field(ref reader);
                reader.Read();
                if (field < 0) reader.Skip();
                else Value(ref reader, field);
            }
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException) // half a surrogate pair
        {
            LeaveOut(new($"{path}:{_line}: is no JSON object ({problem.Message.Split(". ")[0]}); correct the line.", problem));
            return;
        }
        for (int field = 0; field < _values.Length; field++)
        {
            if (field < required && _line == 1 && _lengths[field] == 0)
                throw new InputException(
                    $"{path}:1: no property '{names[field]}'; its properties are {string.Join(", ", Names(line))}.");
            if (field > 0) Append("\u001f"u8);
            Append(_values[field].AsSpan(0, _lengths[field]));
        }
    }

    private void LeaveOut(InputException problem)
    {
        if (!text.LeavesOut(problem)) throw problem;
    }

    private int Field(ref Utf8JsonReader reader)
    {
        for (int field = 0; field < _names.Length; field++)
            if (_names[field].Length > 0 && reader.ValueTextEquals(_names[field])) return field;
        return -1;
    }

    private void Value(ref Utf8JsonReader reader, int field)
    {
        if (reader.TokenType == JsonTokenType.StartArray)
        {
            int depth = reader.CurrentDepth;
            while (reader.Read() && reader.CurrentDepth > depth)
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.Number) Text(ref reader, field, joined: true);
        }
        else if (reader.TokenType == JsonTokenType.StartObject) reader.Skip();
        else if (reader.TokenType != JsonTokenType.Null) Text(ref reader, field, joined: false);
    }

    private void Text(ref Utf8JsonReader reader, int field, bool joined)
    {
        int at = joined ? _lengths[field] : 0, needed = at + reader.ValueSpan.Length + 1;
        if (_values[field].Length < needed) Array.Resize(ref _values[field], 2 * needed);
        var target = _values[field].AsSpan();
        if (at > 0) target[at++] = (byte)joint;
        int length = reader.ValueSpan.Length;
        if (reader.TokenType == JsonTokenType.String) length = reader.CopyString(target[at..]);
        else reader.ValueSpan.CopyTo(target[at..]);
        foreach (ref byte value in target.Slice(at, length))
            if (value < ' ') value = (byte)' '; // a line stays a line
        _lengths[field] = at + length;
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        if (_out.Length < _outEnd + bytes.Length) Array.Resize(ref _out, 2 * (_outEnd + bytes.Length));
        bytes.CopyTo(_out.AsSpan(_outEnd));
        _outEnd += bytes.Length;
    }
}
