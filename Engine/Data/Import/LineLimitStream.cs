namespace ManualVae.Data.Import;

/// <summary>
/// Passes text on as long as its lines have an end. A line is gathered in memory before it is looked at, so one without an end,
/// which packs to almost nothing, would take all of it.
/// </summary>
internal sealed class LineLimitStream(Stream text, string path) : StartedStream(default, text)
{
    /// <summary>Bytes of the longest line; a user's history of a million items takes half of it.</summary>
    public const int Longest = 1 << 24;

    private int _length; // of the line so far
    private long _line = 1;

    /// <inheritdoc/>
    /// <exception cref="InputException">A line is longer.</exception>
    public override int Read(Span<byte> buffer)
    {
        int count = base.Read(buffer[..Math.Min(buffer.Length, Longest)]); // no line fits whole into a piece and is too long
        var bytes = buffer[..count];
        int first = bytes.IndexOfAny((byte)'\n', (byte)'\r');
        _length += first < 0 ? count : first;
        if (_length > Longest)
            throw new InputException($"{path}:{_line}: the line has more than {Longest >> 20} MB and no end; is this the right "
                + "file, and a text?");
        if (first < 0) return count;
        _length = count - 1 - bytes.LastIndexOfAny((byte)'\n', (byte)'\r');
        _line += bytes.Count((byte)'\n');
        return count;
    }
}
