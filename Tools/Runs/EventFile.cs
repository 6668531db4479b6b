using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace ManualVae.Tools.Runs;

/// <summary>
/// An event file of TensorBoard: TFRecords of <c>Event</c> messages (protocol buffers), each with a scalar per tag. The fields
/// are those of tensorflow/core/util/event.proto and tensorflow/core/framework/summary.proto.
/// </summary>
internal sealed class EventFile
{
    private const int Varint = 0, Fixed64 = 1, Bytes = 2, Fixed32 = 5; // wire types

    private readonly string _path = "";

    /// <summary>Begins a new file in a folder, which is made if need be. TensorBoard reads all of a folder as one run.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="now">The time, which the file's name and its first event hold.</param>
    public EventFile(string folder, DateTimeOffset now)
    {
        Directory.CreateDirectory(folder);
        for (int part = 0; part == 0 || File.Exists(_path); part++) // another run may have begun in this second
            _path = Path.Combine(folder, $"events.out.tfevents.{now.ToUnixTimeSeconds():0000000000}.manualvae.{part:000}");
        Write(now, 0, message => Field(message, 3, "brain.Event:2"u8)); // file_version
    }

    /// <summary>Adds the scalars of a step; a reader sees them at once.</summary>
    public void Add(DateTimeOffset now, long step, IEnumerable<(string Tag, double Value)> scalars)
    {
        var summary = new List<byte>();
        foreach (var (tag, value) in scalars)
        {
            var one = new List<byte>();
            Field(one, 1, Encoding.UTF8.GetBytes(tag)); // tag
            Key(one, 2, Fixed32); // simple_value
            one.AddRange(BitConverter.GetBytes((float)value));
            Field(summary, 1, [.. one]); // value
        }
        Write(now, step, message => Field(message, 5, [.. summary])); // summary
    }

    /// <summary>CRC-32C of TFRecords, rotated and shifted so that a checksum of checksums is not degenerate.</summary>
    internal static uint MaskedCrc(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in bytes) crc = BitOperations.Crc32C(crc, b);
        return BitOperations.RotateRight(~crc, 15) + 0xa282ead8;
    }

    private void Write(DateTimeOffset now, long step, Action<List<byte>> content)
    {
        var message = new List<byte>();
        Key(message, 1, Fixed64); // wall_time
        message.AddRange(BitConverter.GetBytes(now.ToUnixTimeMilliseconds() / 1000.0));
        if (step > 0)
        {
            Key(message, 2, Varint); // step
            Number(message, (ulong)step);
        }
        content(message);

        byte[] data = [.. message], record = new byte[12 + data.Length + 4];
        BinaryPrimitives.WriteUInt64LittleEndian(record, (ulong)data.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(8), MaskedCrc(record.AsSpan(0, 8)));
        data.CopyTo(record, 12);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(12 + data.Length), MaskedCrc(data));
        File.AppendAllBytes(_path, record);
    }

    private static void Field(List<byte> message, int field, ReadOnlySpan<byte> bytes)
    {
        Key(message, field, Bytes);
        Number(message, (ulong)bytes.Length);
        message.AddRange(bytes);
    }

    private static void Key(List<byte> message, int field, int type) => Number(message, (ulong)(field << 3 | type));

    private static void Number(List<byte> message, ulong value)
    {
        for (; value > 127; value >>= 7) message.Add((byte)(value | 128));
        message.Add((byte)value);
    }
}
