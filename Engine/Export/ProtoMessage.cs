using System.Text;

namespace ManualVae.Export;

/// <summary>
/// A protobuf message that is being put together (protobuf.dev, "Encoding"). Its length is known before it is written, and large
/// bytes are streamed when it is.
/// </summary>
internal sealed class ProtoMessage
{
    private const int Varint = 0, Fixed64 = 1, LengthDelimited = 2, Fixed32 = 5; // wire types
    private readonly List<Action<Stream>> _parts = [];

    /// <summary>Bytes of the message.</summary>
    public long Length { get; private set; }

    /// <summary>A whole number; a negative one in two's complement, as int64 has it.</summary>
    public ProtoMessage Number(int field, long value) => Bytes([.. Tag(field, Varint), .. Encoded((ulong)value)]);

    /// <summary>A repeated whole number.</summary>
    public ProtoMessage Numbers(int field, IEnumerable<long> values)
    {
        foreach (long value in values) Number(field, value);
        return this;
    }

    /// <summary>A single-precision number.</summary>
    public ProtoMessage Float(int field, float value) => Bytes([.. Tag(field, Fixed32), .. BitConverter.GetBytes(value)]);

    /// <summary>A double-precision number.</summary>
    public ProtoMessage Double(int field, double value) => Bytes([.. Tag(field, Fixed64), .. BitConverter.GetBytes(value)]);

    /// <summary>A text.</summary>
    public ProtoMessage Text(int field, string value)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(value);
        return Bytes([.. Tag(field, LengthDelimited), .. Encoded((ulong)bytes.Length), .. bytes]);
    }

    /// <summary>A message in this one.</summary>
    public ProtoMessage Message(int field, ProtoMessage message) => Streamed(field, message.Length, message.WriteTo);

    /// <summary>A repeated message.</summary>
    public ProtoMessage Messages(int field, IEnumerable<ProtoMessage> messages)
    {
        foreach (var message in messages) Message(field, message);
        return this;
    }

    /// <summary>Bytes that are written when the message is.</summary>
    public ProtoMessage Streamed(int field, long length, Action<Stream> write)
    {
        Bytes([.. Tag(field, LengthDelimited), .. Encoded((ulong)length)]);
        return Add(length, write);
    }

    /// <summary>Writes the message, without a length before it.</summary>
    public void WriteTo(Stream stream)
    {
        foreach (var part in _parts) part(stream);
    }

    private static IEnumerable<byte> Tag(int field, int kind) => Encoded((ulong)(field << 3 | kind));

    // Seven bits a byte, the lowest first; the eighth says that more follow.
    private static IEnumerable<byte> Encoded(ulong value)
    {
        for (; value >= 0x80; value >>= 7) yield return (byte)(value | 0x80);
        yield return (byte)value;
    }

    private ProtoMessage Bytes(byte[] bytes) => Add(bytes.Length, stream => stream.Write(bytes));

    private ProtoMessage Add(long length, Action<Stream> write)
    {
        Length += length;
        _parts.Add(write);
        return this;
    }
}
