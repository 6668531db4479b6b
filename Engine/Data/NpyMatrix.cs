using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;

namespace ManualVae.Data;

/// <summary>A dense matrix in NumPy's <c>.npy</c> format, as floats.</summary>
/// <param name="Rows">Number of rows.</param>
/// <param name="Columns">Number of columns.</param>
/// <param name="Values">Rows x columns, row after row.</param>
internal sealed partial record NpyMatrix(int Rows, int Columns, float[] Values)
{
    /// <summary>Most numbers of one array.</summary>
    public static int MostNumbers => Array.MaxLength / 8;

    private const int LongestHeader = 1 << 16;

    private static readonly byte[] Magic = [0x93, .. "NUMPY"u8];

    /// <summary>Writes version 1.0 with little-endian float32, in C order.</summary>
    public void Write(Stream stream)
    {
        WriteHeader(stream, "<f4", [Rows, Columns]);
        if (BitConverter.IsLittleEndian) stream.Write(MemoryMarshal.AsBytes(Values.AsSpan()));
        else
        {
            Span<byte> bytes = stackalloc byte[4];
            foreach (float value in Values)
            {
                BinaryPrimitives.WriteSingleLittleEndian(bytes, value);
                stream.Write(bytes);
            }
        }
    }

    /// <summary>Writes what stands before the elements of an array in C order: version 1.0, type and shape.</summary>
    public static void WriteHeader(Stream stream, string type, IReadOnlyList<long> shape)
    {
        string lengths = string.Join(", ", shape.Select(length => length.ToString(CultureInfo.InvariantCulture)));
        string comma = shape.Count == 1 ? "," : ""; // of a tuple of one
        string header = $"{{'descr': '{type}', 'fortran_order': False, 'shape': ({lengths}{comma}), }}";
        const int Before = 10; // magic, version, length of the header
        int padded = (Before + header.Length + 1 + 63) / 64 * 64 - Before;
        stream.Write([.. Magic, 1, 0, (byte)padded, (byte)(padded >> 8)]);
        stream.Write(Encoding.ASCII.GetBytes(header.PadRight(padded - 1) + "\n"));
    }

    /// <summary>Reads a matrix of float16, float32 or float64, in C or in Fortran order.</summary>
    /// <param name="stream">The bytes of the file.</param>
    /// <param name="path">What to call it in messages.</param>
    /// <exception cref="InputException">
    /// Another file, type or number of dimensions, or fewer or more bytes than its shape says.
    /// </exception>
    public static NpyMatrix Read(Stream stream, string path)
    {
        InputException Problem(string what) => new($"{path}: {what}; save it as numpy.save(file, array.astype('float32')) does.");
        var start = new byte[8];
        if (stream.ReadAtLeast(start, 8, false) < 8 || !start.AsSpan(0, 6).SequenceEqual(Magic) || start[6] is 0 or > 3)
            throw Problem("is no .npy file of version 1, 2 or 3");
        var length = new byte[start[6] == 1 ? 2 : 4];
        if (stream.ReadAtLeast(length, length.Length, false) < length.Length) throw Problem("ends within its header");
        uint size = start[6] == 1 ? BinaryPrimitives.ReadUInt16LittleEndian(length)
            : BinaryPrimitives.ReadUInt32LittleEndian(length);
        var bytes = new byte[Math.Min(size, LongestHeader)];
        if (size > LongestHeader || stream.ReadAtLeast(bytes, bytes.Length, false) < bytes.Length)
            throw Problem("ends within its header");
        var header = Header().Match(Encoding.Latin1.GetString(bytes));
        if (!header.Success) throw Problem("has another header than an array of numbers in two dimensions, items x numbers");
        if (!int.TryParse(header.Groups["rows"].Value, CultureInfo.InvariantCulture, out int rows)
            || !int.TryParse(header.Groups["columns"].Value, CultureInfo.InvariantCulture, out int columns)
            || (long)rows * columns > MostNumbers)
            throw Problem("has more numbers than fit in memory");
        string type = header.Groups["type"].Value;
        if (type is not ("<f2" or "<f4" or "<f8")) throw Problem($"holds numbers of type '{type}', expected <f2, <f4 or <f8");
        int width = type[2] - '0';
        float[] values = ReadValues(stream, rows * columns, width)
            ?? throw Problem($"ends before its {rows} x {columns} numbers do");
        if (stream.ReadByte() >= 0) throw Problem($"goes on behind its {rows} x {columns} numbers");
        return new(rows, columns, header.Groups["fortran"].Value == "True" ? Transposed(values, rows, columns) : values);
    }

    private static float[]? ReadValues(Stream stream, int count, int width)
    {
        const int AtOnce = 1 << 16;
        var buffer = new byte[AtOnce * width];
        var values = new List<float>(); // what a damaged header promises is not believed
        while (values.Count < count)
        {
            int numbers = Math.Min(AtOnce, count - values.Count);
            var part = buffer.AsSpan(0, numbers * width);
            if (stream.ReadAtLeast(part, part.Length, false) < part.Length) return null;
            for (int at = 0; at < part.Length; at += width)
                values.Add(width switch
                {
                    2 => (float)BinaryPrimitives.ReadHalfLittleEndian(part[at..]),
                    4 => BinaryPrimitives.ReadSingleLittleEndian(part[at..]),
                    _ => (float)BinaryPrimitives.ReadDoubleLittleEndian(part[at..]),
                });
        }
        return [.. values];
    }

    private static float[] Transposed(float[] values, int rows, int columns)
    {
        var result = new float[values.Length];
        for (int row = 0; row < rows; row++)
            for (int column = 0; column < columns; column++) result[row * columns + column] = values[column * rows + row];
        return result;
    }

    [GeneratedRegex(@"\A\{'descr': ?'(?<type>[^']*)', ?'fortran_order': ?(?<fortran>True|False), ?"
        + @"'shape': ?\((?<rows>\d+), ?(?<columns>\d+),?\),? ?\}\s*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Header();
}
