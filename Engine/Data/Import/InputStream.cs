using ICSharpCode.SharpZipLib.GZip;
using ZstdSharp;

namespace ManualVae.Data.Import;

/// <summary>Decompresses an input, recognised by its first bytes whatever its name, and names what is no text at all.</summary>
internal static class InputStream
{
    private const int Peeked = 512;

    /// <summary>First bytes of what no text reader can take, with its name and what helps.</summary>
    private static readonly (int At, byte[] Bytes, string What, string Help)[] Refused =
    [
        (0, "PAR1"u8.ToArray(), "a Parquet file", "read it with format parquet"),
        (0, "PK\x03\x04"u8.ToArray(), "a zip archive that does not lie in a file of its own", "unpack it"),
        (0, [0xfd, .. "7zXZ"u8], "an xz file", "unpack it with xz -d"),
        (0, [.. "7z"u8, 0xbc, 0xaf], "a 7-Zip archive", "unpack it"),
        (0, "Rar!"u8.ToArray(), "a RAR archive", "unpack it"),
        (257, "ustar"u8.ToArray(), "a tar archive", "unpack it and give the folder"),
        (0, "SQLite format 3"u8.ToArray(), "an SQLite database", "export the table as CSV"),
        (0, "Obj\x01"u8.ToArray(), "an Avro file", "convert it to CSV or Parquet"),
        (0, "ORC"u8.ToArray(), "an ORC file", "convert it to CSV or Parquet"),
        (0, [0x89, .. "HDF"u8], "an HDF5 file", "convert it to CSV or Parquet"),
        (0, [0x93, .. "NUMPY"u8], "a numpy array", "convert it to CSV or Parquet"),
    ];

    /// <summary>The content of <paramref name="source"/>, decompressed as often as it is compressed.</summary>
    /// <exception cref="InputException">It is empty, or text was asked for and it holds none.</exception>
    /// <exception cref="InvalidDataException">The compressed data is damaged; also from the stream that is returned.</exception>
    public static Stream Decode(Stream source, string path, bool textOnly)
    {
        var (start, whole) = Peek(source);
        if (start.Length == 0) throw new InputException($"{path}: the file is empty; fetch or export it again.");
        if (Decoder(start, whole) is { } decoder) return Decode(new DecodedStream(decoder, whole), path, textOnly);
        if (textOnly)
            foreach (var (at, bytes, what, help) in Refused)
                if (start.Length >= at + bytes.Length && start.AsSpan(at, bytes.Length).SequenceEqual(bytes))
                    throw new InputException($"{path}: is {what}; {help}.");
        return whole;
    }

    private static Stream? Decoder(ReadOnlySpan<byte> start, Stream source)
    {
        if (start.StartsWith((ReadOnlySpan<byte>)[0x1f, 0x8b]))
            return source is FileStream file ? new GzipFile(file) : new GZipInputStream(source);
        if (start.Length > 9 && start.StartsWith("BZh"u8) && start[4..].StartsWith("1AY&SY"u8)) return new Bzip2File(source);
        if (start.StartsWith((ReadOnlySpan<byte>)[0x28, 0xb5, 0x2f, 0xfd])) return new DecompressionStream(source);
        return null;
    }

    private static (byte[] Start, Stream Whole) Peek(Stream source)
    {
        var start = new byte[Peeked];
        int length = source.ReadAtLeast(start, Peeked, throwOnEndOfStream: false);
        start = start[..length];
        if (!source.CanSeek) return (start, new StartedStream(start, source));
        source.Position = 0;
        return (start, source);
    }
}
