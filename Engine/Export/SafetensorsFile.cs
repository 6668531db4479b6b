using System.Buffers.Binary;
using System.Text;
using System.Text.Json;

namespace ManualVae.Export;

/// <summary>
/// The safetensors format: the length of a JSON header in eight bytes, the header (type, shape and place of each tensor; a map of
/// texts under <c>__metadata__</c>), then the elements of all tensors without gaps.
/// </summary>
internal static class SafetensorsFile
{
    /// <summary>Writes arrays.</summary>
    public static void Write(
        Stream stream, IReadOnlyList<NamedArray> arrays, IReadOnlyDictionary<string, string> metadata)
    {
        // The longest elements first, so that each tensor begins at a multiple of its element's size.
        NamedArray[] ordered = [.. arrays.OrderByDescending(array => array.Type.Bytes)];
        byte[] header = Header(ordered, metadata);
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        stream.Write(length);
        stream.Write(header);
        foreach (var array in ordered) array.Write(stream);
    }

    private static byte[] Header(NamedArray[] arrays, IReadOnlyDictionary<string, string> metadata)
    {
        var header = new Dictionary<string, object> { ["__metadata__"] = metadata };
        long offset = 0;
        foreach (var array in arrays)
        {
            string type = array.Type.Safetensors
                ?? throw new NotSupportedException($"{array.Name}: safetensors has no type {array.Type.Npy}.");
            header[array.Name] = new Dictionary<string, object>
            {
                ["dtype"] = type, ["shape"] = array.Shape, ["data_offsets"] = new[] { offset, offset += array.Bytes },
            };
        }
        string json = JsonSerializer.Serialize(header);
        int padded = (Encoding.UTF8.GetByteCount(json) + 7) / 8 * 8;
        return Encoding.UTF8.GetBytes(json + new string(' ', padded - Encoding.UTF8.GetByteCount(json)));
    }
}
