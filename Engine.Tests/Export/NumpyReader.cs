using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;

namespace ManualVae.Tests.Export;

/// <summary>An array as read from a file.</summary>
internal sealed record ReadArray(string Type, long[] Shape, byte[] Bytes)
{
    /// <summary>The elements.</summary>
    public T[] As<T>() where T : unmanaged => MemoryMarshal.Cast<byte, T>(Bytes).ToArray();

    /// <summary>Texts of fixed width.</summary>
    public string[] Texts()
    {
        int width = int.Parse(Type[2..]) * 4;
        return [.. Bytes.Chunk(width).Select(text => Encoding.UTF32.GetString(text).TrimEnd('\0'))];
    }
}

/// <summary>Reads .npy and .npz as numpy.lib.format describes them, independently of the writer.</summary>
internal static partial class NumpyReader
{
    public static ReadArray Npy(byte[] file)
    {
        if (!file.AsSpan(0, 8).SequenceEqual(Magic)) throw new InvalidDataException("no .npy file");
        int length = file[8] + 256 * file[9];
        if ((10 + length) % 64 != 0 || file[9 + length] != '\n') throw new InvalidDataException("the header is not aligned");
        var header = Header().Match(Encoding.ASCII.GetString(file, 10, length));
        if (!header.Success) throw new InvalidDataException("the header is no dictionary");
        long[] shape = [.. header.Groups["shape"].Value.Split(',', StringSplitOptions.RemoveEmptyEntries
            | StringSplitOptions.TrimEntries).Select(long.Parse)];
        return new(header.Groups["type"].Value, shape, file[(10 + length)..]);
    }

    public static Dictionary<string, ReadArray> Npz(byte[] file) => Entries(file)
        .Where(entry => entry.Key.EndsWith(".npy", StringComparison.Ordinal))
        .ToDictionary(entry => entry.Key[..^4], entry => Npy(entry.Value));

    public static Dictionary<string, byte[]> Entries(byte[] file)
    {
        using var zip = new ZipArchive(new MemoryStream(file));
        return zip.Entries.ToDictionary(entry => entry.FullName, entry =>
        {
            using var opened = entry.Open();
            var bytes = new MemoryStream();
            opened.CopyTo(bytes);
            return bytes.ToArray();
        });
    }

    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', 1, 0];

    [GeneratedRegex(@"^\{'descr': '(?<type>[^']+)', 'fortran_order': False, 'shape': \((?<shape>[^)]*)\), \} *\n$")]
    private static partial Regex Header();
}
