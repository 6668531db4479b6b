using System.Text;
using static ManualVae.Data.InputException;

namespace ManualVae.Data.Import;

/// <summary>
/// Encodings by name and by byte-order mark. All refuse bytes that stand for nothing, so that no two ids become one.
/// </summary>
internal static class TextEncodings
{
    private const int LongestMark = 4, Peeked = 512;

    /// <summary>The encoding of a name; null for none.</summary>
    /// <exception cref="InputException">There is none of that name.</exception>
    public static Encoding? Named(string? name)
    {
        if (name is null) return null;
        string known = name.ToLowerInvariant().Replace('_', '-');
        if (known.StartsWith("utf", StringComparison.Ordinal) && !known.StartsWith("utf-", StringComparison.Ordinal))
            known = $"utf-{known[3..].TrimStart('-')}";
        known = known switch { "latin-1" or "latin1" => "iso-8859-1", "utf-16le" => "utf-16", _ => known };
        try
        {
            return Strict(known.StartsWith("cp", StringComparison.Ordinal) && int.TryParse(known[2..], out int page)
                ? CodePagesEncodingProvider.Instance.GetEncoding(page) ?? Encoding.GetEncoding(page)
                : CodePagesEncodingProvider.Instance.GetEncoding(known) ?? Encoding.GetEncoding(known));
        }
        catch (Exception problem) when (problem is ArgumentException or NotSupportedException)
        {
            throw About(
                $"{Setting(nameof(ImportOptions.Encoding))} {name}: unknown; give utf-8, latin1, utf-16, windows-1252 or such.",
                problem);
        }
    }

    /// <summary>The encoding that a byte-order mark says; null where there is none.</summary>
    public static Encoding? Marked(ReadOnlySpan<byte> start)
    {
        if (start.StartsWith((ReadOnlySpan<byte>)[0xff, 0xfe, 0, 0])) return Strict(Encoding.UTF32);
        if (start.StartsWith((ReadOnlySpan<byte>)[0, 0, 0xfe, 0xff])) return Strict(new UTF32Encoding(true, true));
        if (start.StartsWith((ReadOnlySpan<byte>)[0xff, 0xfe])) return Strict(Encoding.Unicode);
        if (start.StartsWith((ReadOnlySpan<byte>)[0xfe, 0xff])) return Strict(Encoding.BigEndianUnicode);
        return start.StartsWith((ReadOnlySpan<byte>)[0xef, 0xbb, 0xbf]) ? Strict(Encoding.UTF8) : null;
    }

    /// <summary>The first bytes of a stream, and the stream from its start.</summary>
    public static (byte[] Start, Stream Whole) Peek(Stream stream)
    {
        var start = new byte[Peeked];
        int length = 0;
        try
        {
            length = stream.ReadAtLeast(start, LongestMark, throwOnEndOfStream: false);
        }
        catch (Exception problem) when (problem is IOException or InvalidDataException)
        {
            // Whoever reads the stream meets the problem again and knows the line.
        }
        start = start[..length];
        return (start, new StartedStream(start, stream));
    }

    private static Encoding Strict(Encoding encoding)
    {
        var strict = (Encoding)encoding.Clone();
        strict.DecoderFallback = DecoderFallback.ExceptionFallback;
        return strict;
    }
}
