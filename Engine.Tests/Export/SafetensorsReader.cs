using System.Buffers.Binary;
using System.Text.Json;
using Xunit;

namespace ManualVae.Tests.Export;

/// <summary>Reads safetensors as its description says, with the checks of its reference reader.</summary>
internal static class SafetensorsReader
{
    public static (Dictionary<string, ReadArray> Arrays, Dictionary<string, string> Metadata) Read(byte[] file)
    {
        int length = (int)BinaryPrimitives.ReadInt64LittleEndian(file);
        Assert.Equal((byte)'{', file[8]);
        Assert.Equal(0, length % 8);
        using var header = JsonDocument.Parse(file.AsMemory(8, length));
        var (arrays, metadata) = (new Dictionary<string, ReadArray>(), new Dictionary<string, string>());
        long end = 0;
        foreach (var tensor in header.RootElement.EnumerateObject())
        {
            if (tensor.Name == "__metadata__")
            {
                foreach (var pair in tensor.Value.EnumerateObject()) metadata[pair.Name] = pair.Value.GetString()!;
                continue;
            }
            string type = tensor.Value.GetProperty("dtype").GetString()!;
            long[] shape = [.. tensor.Value.GetProperty("shape").EnumerateArray().Select(d => d.GetInt64())];
            long[] offsets = [.. tensor.Value.GetProperty("data_offsets").EnumerateArray().Select(d => d.GetInt64())];
            int size = type == "I64" ? 8 : 4;
            Assert.Equal(end, offsets[0]); // no gaps
            Assert.Equal(0, offsets[0] % size);
            Assert.Equal(shape.Aggregate(1L, (a, b) => a * b) * size, offsets[1] - offsets[0]);
            end = offsets[1];
            arrays[tensor.Name] = new(type, shape, file[(int)(8 + length + offsets[0])..(int)(8 + length + offsets[1])]);
        }
        Assert.Equal(file.Length, 8 + length + end);
        return (arrays, metadata);
    }
}
