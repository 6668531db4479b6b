using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace ManualVae.Data;

/// <summary>
/// A <see cref="CsrMatrix"/> as a binary file, little-endian: the eight bytes <c>MVAE-CSR</c>, version (int32), rows (int32),
/// columns (int32), flags (int32; 1 = has values), entries (int64), rows + 1 offsets (int64), entries columns (int32), entries
/// values (float32, where flagged), and the SHA-256 of everything before it.
/// </summary>
public static class CsrFile
{
    private const int Version = 1, HasValues = 1, HeaderBytes = 32, ChecksumBytes = 32, ChunkBytes = 1 << 20;

    private static ReadOnlySpan<byte> Magic => "MVAE-CSR"u8;

    /// <summary>Writes the matrix; the file appears in one step.</summary>
    public static void Write(string path, CsrMatrix matrix) => AtomicFile.Write(path, stream => Write(stream, matrix));

    /// <summary>Writes the matrix to a stream.</summary>
    public static void Write(Stream stream, CsrMatrix matrix)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> header = stackalloc byte[HeaderBytes];
        Magic.CopyTo(header);
        MemoryMarshal.Write(header[8..], Version);
        MemoryMarshal.Write(header[12..], matrix.Rows);
        MemoryMarshal.Write(header[16..], matrix.Columns);
        MemoryMarshal.Write(header[20..], matrix.IsBinary ? 0 : HasValues);
        MemoryMarshal.Write(header[24..], matrix.EntryCount);
        hash.AppendData(header);
        stream.Write(header);
        WriteArray(stream, hash, matrix.RowOffsets);
        WriteArray(stream, hash, matrix.ColumnIndices);
        WriteArray(stream, hash, matrix.Values);
        stream.Write(hash.GetCurrentHash());
    }

    /// <summary>True for a file that begins as such a file does.</summary>
    public static bool Is(string path)
    {
        if (!File.Exists(path)) return false;
        using var stream = File.OpenRead(path);
        Span<byte> start = stackalloc byte[8];
        return stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length && start.SequenceEqual(Magic);
    }

    /// <summary>Reads a matrix and verifies it.</summary>
    /// <exception cref="InputException">The file is missing, truncated, changed, or not a matrix at all.</exception>
    public static CsrMatrix Read(string path)
    {
        if (!File.Exists(path)) throw new InputException($"{path}: no such file; import the dataset again.");
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);
        return Read(stream, path);
    }

    private static CsrMatrix Read(FileStream stream, string path)
    {
        Span<byte> header = stackalloc byte[HeaderBytes];
        if (stream.ReadAtLeast(header, HeaderBytes, throwOnEndOfStream: false) < HeaderBytes || !header[..8].SequenceEqual(Magic))
            throw new InputException($"{path}: not a .csr file (it does not begin with MVAE-CSR); import the dataset again.");
        int version = MemoryMarshal.Read<int>(header[8..]);
        if (version != Version)
            throw new InputException(
                $"{path}: .csr version {version}, this program reads version {Version}; import the dataset again.");
        int rows = MemoryMarshal.Read<int>(header[12..]), columns = MemoryMarshal.Read<int>(header[16..]);
        int flags = MemoryMarshal.Read<int>(header[20..]);
        bool hasValues = flags == HasValues;
        long entries = MemoryMarshal.Read<long>(header[24..]);
        if (rows < 0 || columns < 0 || entries < 0 || flags is not (0 or HasValues)) throw Changed(path);
        if (entries > CsrMatrix.MaxEntries)
            throw new InputException(
                $"{path}: promises {entries} entries, a matrix holds at most {CsrMatrix.MaxEntries}; import the dataset again.");
        // Before anything is allocated: a damaged header must not ask for the whole memory.
        long expected = HeaderBytes + 8 * ((long)rows + 1) + (hasValues ? 8 : 4) * entries + ChecksumBytes;
        if (stream.Length != expected)
            throw new InputException(
                $"{path}: holds {stream.Length} bytes where its header promises {expected} (truncated?); import the dataset "
                    + "again.");

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(header);
        var offsets = ReadArray<long>(stream, hash, rows + 1L);
        var indices = ReadArray<int>(stream, hash, entries);
        var values = hasValues ? ReadArray<float>(stream, hash, entries) : null;
        Span<byte> checksum = stackalloc byte[ChecksumBytes];
        stream.ReadExactly(checksum);
        if (!checksum.SequenceEqual(hash.GetCurrentHash())) throw Changed(path);
        try
        {
            if (values?.All(float.IsFinite) == false) throw new ArgumentException("A value is not a finite number.");
            return new CsrMatrix(columns, offsets, indices, values);
        }
        catch (ArgumentException problem)
        {
            throw new InputException($"{path}: not a valid matrix ({problem.Message}); import the dataset again.", problem);
        }
    }

    private static InputException Changed(string path) =>
        new($"{path}: changed since it was written (checksum differs); import the dataset again.");

    private static void WriteArray<T>(Stream stream, IncrementalHash hash, ReadOnlySpan<T> array) where T : unmanaged
    {
        int chunk = ChunkBytes / Marshal.SizeOf<T>(); // the byte length of a large array would overflow a span
        for (int start = 0; start < array.Length; start += chunk)
        {
            var bytes = MemoryMarshal.AsBytes(array.Slice(start, Math.Min(chunk, array.Length - start)));
            hash.AppendData(bytes);
            stream.Write(bytes);
        }
    }

    private static T[] ReadArray<T>(Stream stream, IncrementalHash hash, long length) where T : unmanaged
    {
        var array = GC.AllocateUninitializedArray<T>(checked((int)length));
        int chunk = ChunkBytes / Marshal.SizeOf<T>();
        for (int start = 0; start < array.Length; start += chunk)
        {
            var bytes = MemoryMarshal.AsBytes(array.AsSpan(start, Math.Min(chunk, array.Length - start)));
            stream.ReadExactly(bytes);
            hash.AppendData(bytes);
        }
        return array;
    }
}
