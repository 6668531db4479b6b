using System.Globalization;
using System.Text;

namespace ManualVae.Export;

/// <summary>NumPy's <c>.npy</c> format, version 1.0: a header that says type and shape, then the elements.</summary>
internal static class NpyFile
{
    /// <summary>Writes one array.</summary>
    public static void Write(Stream stream, NamedArray array)
    {
        string lengths = string.Join(", ", array.Shape.Select(length => length.ToString(CultureInfo.InvariantCulture)));
        string comma = array.Shape.Length == 1 ? "," : ""; // of a tuple of one
        string header = $"{{'descr': '{array.Type.Npy}', 'fortran_order': False, 'shape': ({lengths}{comma}), }}";
        const int Before = 10; // magic, version, length of the header
        int padded = (Before + header.Length + 1 + 63) / 64 * 64 - Before;
        stream.Write([0x93, .. "NUMPY"u8, 1, 0, (byte)padded, (byte)(padded >> 8)]);
        stream.Write(Encoding.ASCII.GetBytes(header.PadRight(padded - 1) + "\n"));
        array.Write(stream);
    }
}
