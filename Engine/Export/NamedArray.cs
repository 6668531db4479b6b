using System.Runtime.InteropServices;
using System.Text;
using ManualVae.Compute;

namespace ManualVae.Export;

/// <summary>Type of an array's elements, in the names of the file formats. All are little-endian.</summary>
/// <param name="Npy">NumPy's name.</param>
/// <param name="Safetensors">Name in safetensors; null if the format has no such type.</param>
/// <param name="Onnx">Number in ONNX; 0 if this program writes no such tensor there.</param>
/// <param name="Bytes">Bytes of an element.</param>
internal sealed record ElementType(string Npy, string? Safetensors, int Onnx, int Bytes)
{
    public static readonly ElementType Float32 = new("<f4", "F32", 1, 4), Int32 = new("<i4", "I32", 6, 4),
        Int64 = new("<i8", "I64", 7, 8);

    /// <summary>Texts of at most so many UTF-32 code units.</summary>
    public static ElementType Text(int length) => new($"<U{length}", null, 0, 4 * length);

    public static ElementType Of<T>() where T : unmanaged => default(T) switch
    {
        float => Float32,
        int => Int32,
        long => Int64,
        _ => throw new NotSupportedException($"Arrays of {typeof(T)} are not exported."),
    };
}

/// <summary>An array that a file shall hold. Its elements are not copied before they are written.</summary>
/// <param name="Name">Name in the file.</param>
/// <param name="Type">Type of the elements.</param>
/// <param name="Shape">Lengths of the dimensions; none for a single value. Row-major.</param>
/// <param name="Write">Writes the elements.</param>
internal sealed record NamedArray(string Name, ElementType Type, long[] Shape, Action<Stream> Write)
{
    private const int ChunkElements = 1 << 18;

    /// <summary>Number of elements.</summary>
    public long Length => Shape.Aggregate(1L, (product, length) => checked(product * length));

    /// <summary>Bytes of the elements.</summary>
    public long Bytes => checked(Length * Type.Bytes);

    public delegate ReadOnlySpan<T> Elements<T>();

    /// <summary>An array in host memory.</summary>
    public static NamedArray Of<T>(string name, Elements<T> elements, params long[] shape) where T : unmanaged =>
        new(name, ElementType.Of<T>(), shape, stream => WriteElements(stream, elements()));

    /// <summary>
    /// A weight matrix [rows, columns] on a backend, downloaded some rows at a time; a bias or a gain is [columns].
    /// </summary>
    public static NamedArray Of(Parameter parameter, IBackend backend)
    {
        var value = parameter.Value;
        bool isVector = parameter.Name.EndsWith(".bias", StringComparison.Ordinal)
            || parameter.Name.EndsWith(".gain", StringComparison.Ordinal);
        long[] shape = isVector ? [value.Columns] : [value.Rows, value.Columns];
        return new(parameter.Name, ElementType.Float32, shape, stream =>
        {
            backend.Flush(parameter);
            int atOnce = Math.Max(1, ChunkElements / Math.Max(1, value.Columns));
            var buffer = new float[Math.Min(atOnce, value.Rows) * (long)value.Columns];
            for (int row = 0; row < value.Rows; row += atOnce)
            {
                var part = value.Slice(row, Math.Min(atOnce, value.Rows - row));
                var elements = buffer.AsSpan(0, (int)part.Length);
                backend.Download(part, elements);
                WriteElements<float>(stream, elements);
            }
        });
    }

    /// <summary>Texts, as NumPy's fixed-width strings.</summary>
    public static NamedArray OfText(string name, IReadOnlyList<string> texts)
    {
        int width = Math.Max(1, texts.Count == 0 ? 1 : texts.Max(text => text.EnumerateRunes().Count()));
        return new(name, ElementType.Text(width), [texts.Count], stream =>
        {
            var element = new byte[4 * width];
            foreach (string text in texts)
            {
                Array.Clear(element);
                Encoding.UTF32.GetBytes(text, element);
                stream.Write(element);
            }
        });
    }

    /// <summary>Writes the bytes of elements; a long span in parts, as its bytes are more than a span holds.</summary>
    public static void WriteElements<T>(Stream stream, ReadOnlySpan<T> elements) where T : unmanaged
    {
        for (int done = 0; done < elements.Length; done += ChunkElements)
            stream.Write(MemoryMarshal.AsBytes(elements.Slice(done, Math.Min(ChunkElements, elements.Length - done))));
    }
}
