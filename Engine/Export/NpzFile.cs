using System.IO.Compression;
using System.Text;

namespace ManualVae.Export;

/// <summary>NumPy's <c>.npz</c> format: a zip archive of <c>.npy</c> files.</summary>
internal static class NpzFile
{
    // The same arrays make the same file, whenever it is written.
    private static readonly DateTimeOffset Time = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Writes arrays.</summary>
    /// <param name="stream">Where to; need not be seekable.</param>
    /// <param name="arrays">The arrays.</param>
    /// <param name="metadata">JSON of a further file <c>metadata.json</c>, or null.</param>
    /// <param name="compress">Deflate the arrays; weights hardly get smaller.</param>
    public static void Write(Stream stream, IEnumerable<NamedArray> arrays, string? metadata = null, bool compress = false)
    {
        using var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
        if (metadata is not null) Add("metadata.json", entry => entry.Write(Encoding.UTF8.GetBytes(metadata)));
        foreach (var array in arrays) Add(array.Name + ".npy", entry => NpyFile.Write(entry, array));

        void Add(string name, Action<Stream> write)
        {
            var entry = zip.CreateEntry(name, compress ? CompressionLevel.Fastest : CompressionLevel.NoCompression);
            entry.LastWriteTime = Time;
            using var opened = entry.Open();
            using var buffered = new BufferedStream(opened, 1 << 16);
            write(buffered);
        }
    }
}
