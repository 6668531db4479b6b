using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using ManualVae.Compute;
using ManualVae.Data;
using ManualVae.Models;

namespace ManualVae.Training;

/// <summary>
/// Where a run stands; with the weights, the moments and the counter-based draws, all that the future depends on.
/// </summary>
public sealed record TrainingState
{
    /// <summary>Epochs completed.</summary>
    public int Epoch { get; init; }

    /// <summary>Gradient updates done: also the position of every random stream.</summary>
    public long Updates { get; init; }

    /// <summary>Batches done of the epoch under way.</summary>
    public int BatchesOfEpoch { get; init; }

    /// <summary>Seconds of the epoch under way.</summary>
    public double EpochSeconds { get; init; }

    /// <summary>
    /// Sums over the users of the epoch under way: reconstruction, KL, anchor, total loss; decoder passes are not counted.
    /// </summary>
    public double[] EpochSums { get; init; } = [0, 0, 0, 0];

    /// <summary>Best validation value so far.</summary>
    public double? BestValue { get; init; }

    /// <summary>Epoch of the best validation value, from 1; 0 for none.</summary>
    public int BestEpoch { get; init; }

    /// <summary>beta at the end of the best epoch.</summary>
    public double BestBeta { get; init; }

    /// <summary>Where the hold schedule stopped.</summary>
    public double? HeldBeta { get; init; }
}

/// <summary>
/// Checkpoint file: magic, version, a JSON header (settings, state, names and shapes), the elements in the backend's precision,
/// and the SHA-256 of everything before. Written to a temporary name and moved into place.
/// </summary>
public static class Checkpoint
{
    private const int Version = 1;
    private static ReadOnlySpan<byte> Magic => "MVAECKPT"u8;

    /// <summary>What a checkpoint says before its elements.</summary>
    /// <param name="Settings">Settings of the run.</param>
    /// <param name="Items">Number of items.</param>
    /// <param name="State">Where the run stands.</param>
    /// <param name="DoublePrecision">Elements are 64-bit.</param>
    /// <param name="Moments">Adam's moments follow each weight.</param>
    /// <param name="Parameters">Names and shapes, in the order of the elements.</param>
    public sealed record Header(
        RunSettings Settings, int Items, TrainingState State, bool DoublePrecision, bool Moments,
            IReadOnlyList<Shape> Parameters);

    /// <summary>Name and shape of a parameter.</summary>
    public sealed record Shape(string Name, int Rows, int Columns);

    /// <summary>Writes a model; with its moments the run can go on from there.</summary>
    public static void Save(string path, Autoencoder model, RunSettings settings, TrainingState state,
        bool moments)
    {
        var backend = model.Backend;
        var parameters = model.Parameters.All;
        var header = new Header(settings, model.ItemCount, state, backend.IsDoublePrecision, moments,
            [.. parameters.Select(p => new Shape(p.Name, p.Value.Rows, p.Value.Columns))]);
        AtomicFile.Write(path, file =>
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            byte[] json = JsonSerializer.SerializeToUtf8Bytes(header, RunSettings.Json);
            Span<byte> lengths = stackalloc byte[8];
            BinaryPrimitives.WriteInt32LittleEndian(lengths, Version);
            BinaryPrimitives.WriteInt32LittleEndian(lengths[4..], json.Length);
            Write(Magic);
            Write(lengths);
            Write(json);
            byte[] buffer = [];
            foreach (var parameter in parameters)
            {
                backend.Flush(parameter);
                WriteTensor(parameter.Value);
                if (!moments || parameter.IsConstant) continue;
                WriteTensor(parameter.FirstMoment);
                WriteTensor(parameter.SecondMoment);
            }
            file.Write(hash.GetHashAndReset());

            void WriteTensor(Tensor tensor)
            {
                int rows = RowsAtOnce(tensor);
                for (int row = 0; row < tensor.Rows; row += rows)
                    Write(Bytes(backend, tensor.Slice(row, Math.Min(rows, tensor.Rows - row)), ref buffer));
            }

            void Write(ReadOnlySpan<byte> bytes)
            {
                hash.AppendData(bytes);
                file.Write(bytes);
            }
        });
    }

    /// <summary>Reads the header alone, without checking the elements.</summary>
    /// <exception cref="InputException">Not a checkpoint, or of another version.</exception>
    public static Header ReadHeader(string path)
    {
        using var file = Open(path);
        return ReadHeader(file, path);
    }

    /// <summary>Reads weights (and moments, if the file and the model have them) into a model of the same shape.</summary>
    /// <exception cref="InputException">Not a checkpoint, damaged, or of another model.</exception>
    public static Header Load(string path, Autoencoder model)
    {
        using var file = Open(path);
        ReadHeader(file, path); // says so if the file is no checkpoint at all
        VerifyChecksum(file, path);
        file.Position = 0;
        var header = ReadHeader(file, path);
        var backend = model.Backend;
        var expected = model.Parameters.All.Select(p => new Shape(p.Name, p.Value.Rows, p.Value.Columns));
        if (!expected.SequenceEqual(header.Parameters))
            throw new InputException(
                $"{path}: its parameters are not those of this model; use the settings it was trained with.");
        int size = header.DoublePrecision ? sizeof(double) : sizeof(float);
        bool HasMoments(Parameter parameter) => header.Moments && !parameter.IsConstant;
        if (file.Length != file.Position + SHA256.HashSizeInBytes
            + model.Parameters.All.Sum(p => p.Value.Length * size * (HasMoments(p) ? 3 : 1))) throw Damaged(path);
        byte[] buffer = [];
        foreach (var parameter in model.Parameters.All)
        {
            Read(parameter.Value);
            if (!HasMoments(parameter)) continue;
            if (parameter.FirstMoment.IsNone)
            {
                file.Seek(2 * parameter.Value.Length * size, SeekOrigin.Current);
                continue;
            }
            Read(parameter.FirstMoment);
            Read(parameter.SecondMoment);
        }
        return header;

        void Read(Tensor tensor)
        {
            int rows = RowsAtOnce(tensor);
            for (int row = 0; row < tensor.Rows; row += rows)
            {
                var part = tensor.Slice(row, Math.Min(rows, tensor.Rows - row));
                if (buffer.Length < part.Length * size) buffer = new byte[part.Length * size];
                var bytes = buffer.AsSpan(0, checked((int)(part.Length * size)));
                file.ReadExactly(bytes);
                if (header.DoublePrecision) backend.Upload(MemoryMarshal.Cast<byte, double>(bytes), part);
                else backend.Upload(MemoryMarshal.Cast<byte, float>(bytes), part);
            }
        }
    }

    private static int RowsAtOnce(Tensor tensor) => Math.Max(1, (1 << 18) / Math.Max(1, tensor.Columns));

    private static ReadOnlySpan<byte> Bytes(IBackend backend, Tensor tensor, ref byte[] buffer)
    {
        int size = checked((int)(tensor.Length * (backend.IsDoublePrecision ? sizeof(double) : sizeof(float))));
        if (buffer.Length < size) buffer = new byte[size];
        var bytes = buffer.AsSpan(0, size);
        if (backend.IsDoublePrecision) backend.Download(tensor, MemoryMarshal.Cast<byte, double>(bytes));
        else backend.Download(tensor, MemoryMarshal.Cast<byte, float>(bytes));
        return bytes;
    }

    internal static FileStream Open(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);
        }
        catch (IOException problem)
        {
            throw new InputException(
                $"{path}: cannot be read ({problem.Message.TrimEnd('.')}); is the run complete? Else train again.", problem);
        }
    }

    private static Header ReadHeader(FileStream file, string path)
    {
        try
        {
            Span<byte> start = stackalloc byte[16];
            file.ReadExactly(start);
            if (!start[..8].SequenceEqual(Magic)) throw new InputException($"{path}: is not a checkpoint of manualvae.");
            int version = BinaryPrimitives.ReadInt32LittleEndian(start[8..]);
            if (version != Version)
                throw new InputException($"{path}: has format version {version}, this program reads {Version}; train again.");
            int headerLength = BinaryPrimitives.ReadInt32LittleEndian(start[12..]);
            if (headerLength <= 0 || headerLength > file.Length) throw Damaged(path);
            var json = new byte[headerLength];
            file.ReadExactly(json);
            return JsonSerializer.Deserialize<Header>(json, RunSettings.Json) ?? throw Damaged(path);
        }
        catch (Exception problem) when (problem is EndOfStreamException or JsonException)
        {
            throw Damaged(path, problem);
        }
    }

    /// <summary>Compares the SHA-256 at the file's end with that of all before.</summary>
    /// <exception cref="InputException">They differ.</exception>
    internal static void VerifyChecksum(FileStream file, string path)
    {
        file.Position = 0;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1 << 20];
        for (long left = file.Length - SHA256.HashSizeInBytes; left > 0;)
        {
            int read = file.Read(buffer, 0, (int)Math.Min(left, buffer.Length));
            if (read == 0) throw Damaged(path);
            hash.AppendData(buffer, 0, read);
            left -= read;
        }
        var stored = new byte[SHA256.HashSizeInBytes];
        if (file.ReadAtLeast(stored, stored.Length, throwOnEndOfStream: false) < stored.Length
            || !hash.GetHashAndReset().AsSpan().SequenceEqual(stored)) throw Damaged(path);
    }

    private static InputException Damaged(string path, Exception? inner = null)
    {
        string message = $"{path}: is damaged (its checksum or its length does not match its content); "
            + "train again, or resume from another checkpoint.";
        return inner is null ? new(message) : new(message, inner);
    }
}
