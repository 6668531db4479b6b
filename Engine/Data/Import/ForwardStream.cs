using ICSharpCode.SharpZipLib;
using ICSharpCode.SharpZipLib.BZip2;
using ZstdSharp;

namespace ManualVae.Data.Import;

/// <summary>A stream that is read once from start to end.</summary>
internal abstract class ForwardStream : Stream
{
    /// <inheritdoc/>
    public override bool CanRead => true;
    /// <inheritdoc/>
    public override bool CanSeek => false;
    /// <inheritdoc/>
    public override bool CanWrite => false;
    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();
    /// <inheritdoc/>
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));
    /// <inheritdoc/>
    public abstract override int Read(Span<byte> buffer);
    /// <inheritdoc/>
    public override void Flush() { }
    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();
    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}

/// <summary>Bytes that were read ahead, and then the rest.</summary>
internal sealed class PrefixedStream(byte[] start, Stream rest) : ForwardStream
{
    private int _at;

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        if (_at == start.Length) return rest.Read(buffer);
        int count = Math.Min(buffer.Length, start.Length - _at);
        start.AsSpan(_at, count).CopyTo(buffer);
        _at += count;
        return count;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) rest.Dispose();
        base.Dispose(disposing);
    }
}

/// <summary>A decoder over its source; every kind of damage is an <see cref="InvalidDataException"/>.</summary>
internal sealed class DecodedStream(Stream decoder, Stream source) : ForwardStream
{
    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        try
        {
            return decoder.Read(buffer);
        }
        catch (Exception problem) when (problem is SharpZipBaseException or ZstdException or IndexOutOfRangeException)
        {
            throw new InvalidDataException(problem.Message, problem);
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            decoder.Dispose();
            source.Dispose();
        }
        base.Dispose(disposing);
    }
}

/// <summary>bzip2, whose streams may follow one another, as parallel compressors write them.</summary>
internal sealed class Bzip2File(Stream source) : ForwardStream
{
    private readonly BufferedStream _source = new(source, 1 << 16);
    private readonly byte[] _buffer = new byte[1 << 16]; // the decoder reads into arrays only
    private BZip2InputStream? _part;

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        while (true)
        {
            if (_part is null)
            {
                int first = _source.ReadByte();
                if (first < 0) return 0;
                _part = new BZip2InputStream(new PrefixedStream([(byte)first], new Unowned(_source))) { IsStreamOwner = false };
            }
            int read = _part.Read(_buffer, 0, Math.Min(_buffer.Length, buffer.Length));
            _buffer.AsSpan(0, read).CopyTo(buffer);
            if (read > 0 || buffer.IsEmpty) return read;
            _part = null;
        }
    }

    private sealed class Unowned(Stream source) : ForwardStream
    {
        public override int Read(Span<byte> buffer) => source.Read(buffer);
        public override int ReadByte() => source.ReadByte();
    }
}
