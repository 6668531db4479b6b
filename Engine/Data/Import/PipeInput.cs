using System.Security.Cryptography;

namespace ManualVae.Data.Import;

/// <summary>
/// Standard input or a pipe, read once and never sought. Its beginning is kept, so that a reader may look at it before another
/// one reads everything.
/// </summary>
/// <param name="path">What to call it in messages.</param>
/// <param name="source">Where it comes from.</param>
/// <param name="hash">Receives everything that is read.</param>
internal sealed class PipeInput(string path, Stream source, IncrementalHash hash)
{
    private const int Kept = 1 << 22;

    private byte[] _start = [];
    private int _kept;

    /// <summary>Bytes read so far.</summary>
    public long Bytes { get; private set; }

    /// <summary>False where more of it is gone than was kept.</summary>
    public bool CanReopen => Bytes == _kept;

    /// <summary>The input from its start.</summary>
    /// <exception cref="InputException">More of it is gone than was kept.</exception>
    public Stream Open() => CanReopen ? new View(this) : throw IsGone();

    private InputException IsGone() =>
        new($"{path}: is a pipe and can be read once only; save it to a file and give that.");

    private int Next(Span<byte> buffer)
    {
        int read = source.Read(buffer);
        hash.AppendData(buffer[..read]);
        if (Bytes == _kept && Bytes + read <= Kept)
        {
            if (_start.Length < _kept + read) Array.Resize(ref _start, Math.Max(2 * _start.Length, _kept + read));
            buffer[..read].CopyTo(_start.AsSpan(_kept));
            _kept += read;
        }
        Bytes += read;
        return read;
    }

    private sealed class View(PipeInput pipe) : ForwardStream
    {
        private long _at;

        public override int Read(Span<byte> buffer)
        {
            int count;
            if (_at < pipe._kept)
            {
                count = (int)Math.Min(buffer.Length, pipe._kept - _at);
                pipe._start.AsSpan((int)_at, count).CopyTo(buffer);
            }
            else count = _at == pipe.Bytes ? pipe.Next(buffer) : throw pipe.IsGone();
            _at += count;
            return count;
        }
    }
}
