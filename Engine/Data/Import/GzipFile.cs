using System.Buffers.Binary;
using System.IO.Compression;

namespace ManualVae.Data.Import;

/// <summary>
/// Reads a gzip file and notices when it is cut short: <see cref="GZipStream"/> takes the end of its input for the end of the
/// data. A whole file ends with the length of its last member; members may follow one another (RFC 1952).
/// </summary>
internal sealed class GzipFile(FileStream file) : ForwardStream
{
    private const int TrailerBytes = 4, SmallestMember = 18;

    private readonly GZipStream _gzip = new(file, CompressionMode.Decompress, leaveOpen: true);
    private uint _length; // modulo 2^32, as the format counts

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">The data is damaged or ends too early.</exception>
    public override int Read(Span<byte> buffer)
    {
        int read = _gzip.Read(buffer);
        _length += (uint)read;
        if (read == 0 && buffer.Length > 0 && !IsWhole()) throw new InvalidDataException("the gzip data ends too early");
        return read;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _gzip.Dispose();
            file.Dispose();
        }
        base.Dispose(disposing);
    }

    private bool IsWhole()
    {
        using var again = new FileStream(file.Name, FileMode.Open, FileAccess.Read, FileShare.Read);
        if (again.Length < SmallestMember) return false;
        Span<byte> trailer = stackalloc byte[TrailerBytes];
        again.Position = again.Length - TrailerBytes;
        again.ReadExactly(trailer);
        uint last = BinaryPrimitives.ReadUInt32LittleEndian(trailer);
        return last == _length || EndsWithMember(again, last);
    }

    /// <summary>
    /// Where several members follow one another, the last one is whole when some header in the file begins a member of that
    /// length which reaches the end. Rare, so it may be slow.
    /// </summary>
    private static bool EndsWithMember(FileStream source, uint length)
    {
        byte[] bytes = new byte[(int)Math.Min(source.Length, 1 << 28)];
        source.Position = source.Length - bytes.Length;
        source.ReadExactly(bytes);
        for (int at = bytes.Length - SmallestMember; at > 0; at--)
            if (bytes[at] == 0x1f && bytes[at + 1] == 0x8b && bytes[at + 2] == 8 && LengthFrom(bytes, at) == length) return true;
        return false;
    }

    private static uint? LengthFrom(byte[] bytes, int start)
    {
        try
        {
            using var gzip = new GZipStream(new MemoryStream(bytes, start, bytes.Length - start), CompressionMode.Decompress);
            var buffer = new byte[1 << 16];
            uint length = 0;
            for (int read; (read = gzip.Read(buffer)) > 0;) length += (uint)read;
            return length;
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }
}
