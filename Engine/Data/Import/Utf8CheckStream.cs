using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace ManualVae.Data.Import;

/// <summary>Passes bytes on as long as they are UTF-8.</summary>
internal sealed class Utf8CheckStream(Stream source, string path) : StartedStream(default, source)
{
    private readonly byte[] _begun = new byte[4]; // a character whose end is still to come
    private int _begunLength;
    private long _line = 1;

    /// <inheritdoc/>
    /// <exception cref="NotUtf8Exception">They are not.</exception>
    public override int Read(Span<byte> buffer)
    {
        int count = base.Read(buffer);
        var bytes = buffer[..count];
        if (count == 0 && buffer.Length > 0 && _begunLength > 0) throw new NotUtf8Exception(path, _line);
        while (_begunLength > 0 && bytes.Length > 0)
        {
            _begun[_begunLength++] = bytes[0];
            bytes = bytes[1..];
            var status = Rune.DecodeFromUtf8(_begun.AsSpan(0, _begunLength), out _, out _);
            if (status == OperationStatus.InvalidData) throw new NotUtf8Exception(path, _line);
            if (status == OperationStatus.Done) _begunLength = 0;
        }
        int whole = bytes.Length - Unfinished(bytes);
        bytes[whole..].CopyTo(_begun);
        if (whole < bytes.Length) _begunLength = bytes.Length - whole;
        if (!Utf8.IsValid(bytes[..whole]))
        {
            while (Rune.DecodeFromUtf8(bytes, out var rune, out int used) == OperationStatus.Done)
            {
                if (rune.Value == '\n') _line++;
                bytes = bytes[used..];
            }
            throw new NotUtf8Exception(path, _line);
        }
        _line += bytes.Count((byte)'\n');
        return count;
    }

    /// <summary>How many bytes at the end begin a character without ending it.</summary>
    private static int Unfinished(ReadOnlySpan<byte> bytes)
    {
        for (int length = 1; length <= Math.Min(3, bytes.Length); length++)
        {
            byte first = bytes[^length];
            if (first < 0x80) return 0;
            if (first < 0xc0) continue;
            return Rune.DecodeFromUtf8(bytes[^length..], out _, out _) == OperationStatus.NeedMoreData ? length : 0;
        }
        return 0;
    }
}

/// <summary>A file has bytes that are not UTF-8.</summary>
/// <param name="path">The file.</param>
/// <param name="line">The line of the first such byte.</param>
internal sealed class NotUtf8Exception(string path, long line) : Exception($"{path}:{line}: is not UTF-8")
{
    /// <summary>The file.</summary>
    public string Path { get; } = path;

    /// <summary>The line of the first such byte.</summary>
    public long Line { get; } = line;
}
