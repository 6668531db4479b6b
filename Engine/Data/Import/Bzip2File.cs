using ICSharpCode.SharpZipLib.BZip2;

namespace ManualVae.Data.Import;

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
                _part = new BZip2InputStream(new StartedStream(new[] { (byte)first }, new Unowned(_source)))
                {
                    IsStreamOwner = false,
                };
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
