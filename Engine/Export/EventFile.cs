using System.Buffers.Binary;
using System.Numerics;

namespace ManualVae.Export;

/// <summary>
/// An event file of TensorBoard: TFRecords of <c>Event</c> messages (protocol buffers), each with a scalar per tag. The fields
/// are those of tensorflow/core/util/event.proto and tensorflow/core/framework/summary.proto.
/// </summary>
public sealed class EventFile
{
    private readonly string _path = "";

    /// <summary>Begins a new file in a folder, which is made if need be. TensorBoard reads all of a folder as one run.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="now">The time, which the file's name and its first event hold.</param>
    public EventFile(string folder, DateTimeOffset now)
    {
        Directory.CreateDirectory(folder);
        for (int part = 0; part == 0 || File.Exists(_path); part++) // another run may have begun in this second
            _path = Path.Combine(folder, $"events.out.tfevents.{now.ToUnixTimeSeconds():0000000000}.manualvae.{part:000}");
        Write(now, 0, message => message.Text(3, "brain.Event:2")); // file_version
    }

    /// <summary>Adds the scalars of a step; a reader sees them at once.</summary>
    /// <param name="now">The time.</param>
    /// <param name="step">The step: for a training, the epoch.</param>
    /// <param name="scalars">Tags and their values.</param>
    public void Add(DateTimeOffset now, long step, IEnumerable<(string Tag, double Value)> scalars)
    {
        var summary = new ProtoMessage().Messages(1, scalars.Select(scalar => // value
            new ProtoMessage().Text(1, scalar.Tag).Float(2, (float)scalar.Value))); // tag, simple_value
        Write(now, step, message => message.Message(5, summary)); // summary
    }

    /// <summary>CRC-32C of TFRecords, rotated and shifted so that a checksum of checksums is not degenerate.</summary>
    internal static uint MaskedCrc(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in bytes) crc = BitOperations.Crc32C(crc, b);
        return BitOperations.RotateRight(~crc, 15) + 0xa282ead8;
    }

    private void Write(DateTimeOffset now, long step, Action<ProtoMessage> content)
    {
        var message = new ProtoMessage().Double(1, now.ToUnixTimeMilliseconds() / 1000.0); // wall_time
        if (step > 0) message.Number(2, step); // step
        content(message);
        byte[] record = new byte[12 + message.Length + 4];
        using (var data = new MemoryStream(record, 12, (int)message.Length)) message.WriteTo(data);
        BinaryPrimitives.WriteInt64LittleEndian(record, message.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(8), MaskedCrc(record.AsSpan(0, 8)));
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(record.Length - 4), MaskedCrc(record.AsSpan(12..^4)));
        File.AppendAllBytes(_path, record);
    }
}
