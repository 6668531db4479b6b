using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using ManualVae.Compute;
using ManualVae.Data;
using ManualVae.Models;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace ManualVae.Training;

/// <summary>
/// Checkpoint file: magic, version, a JSON header (settings, state, names and shapes), the elements in the backend's precision,
/// and the SHA-256 of everything before. Written to a temporary name and moved into place. Of ranks that share the items the
/// first writes the whole, and each reads its own part: any number of them goes on with the same file.
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
    /// <param name="Averages">The average of each weight that is not constant follows it and its moments.</param>
    public sealed record Header(
        RunSettings Settings, int Items, TrainingState State, bool DoublePrecision, bool Moments,
            IReadOnlyList<ParameterShape> Parameters, bool Averages = false);

    /// <summary>
    /// Writes a model; with its moments the run can go on from there. All ranks call it, and the file is there when it returns.
    /// </summary>
    public static void Save(string path, Autoencoder model, RunSettings settings, TrainingState state, bool moments) =>
        Save(path, model, settings, state, moments, averages: null);

    /// <summary>Writes a model and, if there are any, the averages of its weights.</summary>
    internal static void Save(string path, Autoencoder model, RunSettings settings, TrainingState state,
        bool moments, IReadOnlyList<Tensor>? averages)
    {
        var backend = model.Backend;
        var parameters = model.Parameters.All;
        if (!backend.IsFirst)
        {
            if (backend.Groups.IsFirst) Elements(static _ => { }); // other groups have the same
            WaitForAll();
            return;
        }
        var header = new Header(settings, model.ItemCount, state, backend.IsDoublePrecision, moments,
            [.. parameters.Select(p => ParameterShape.Of(p))], averages is not null);
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
            Elements(Write);
            file.Write(hash.GetHashAndReset());

            void Write(ReadOnlySpan<byte> bytes)
            {
                hash.AppendData(bytes);
                file.Write(bytes);
            }
        });
        WaitForAll();

        void WaitForAll()
        {
            backend.Ranks.Barrier();
            backend.Groups.Barrier();
        }

        void Elements(PieceTaker take)
        {
            foreach (var (number, parameter) in parameters.Index())
            {
                backend.Flush(parameter);
                GatheredTensor.Read(backend, parameter, parameter.Value, take);
                if (parameter.IsConstant) continue;
                if (moments) GatheredTensor.Read(backend, parameter, parameter.FirstMoment, take);
                if (moments) GatheredTensor.Read(backend, parameter, parameter.SecondMoment, take);
                if (averages is not null) GatheredTensor.Read(backend, parameter, averages[number], take);
            }
        }
    }

    /// <summary>Refuses a file that is not of a model, before the model takes memory.</summary>
    /// <exception cref="InputException">Not a checkpoint, or of another model.</exception>
    internal static void RequireModel(string path, AutoencoderSettings settings, int items, IBackend backend)
    {
        using var counted = new MemoryScope(backend, counting: true);
        var model = new Autoencoder(counted, settings, items, maxRows: 1, seed: null, training: false);
        if (!model.Parameters.All.Select(p => ParameterShape.Of(p)).SequenceEqual(ReadHeader(path).Parameters))
            throw OfAnotherModel(path);
    }

    /// <summary>Reads the header alone, without checking the elements.</summary>
    /// <exception cref="InputException">Not a checkpoint, or of another version.</exception>
    public static Header ReadHeader(string path)
    {
        using var file = Open(path);
        return ReadHeader(file, path);
    }

    /// <summary>
    /// Reads weights (and moments, if the file and the model have them) into a model of the same shape; their averages in place
    /// of the weights, where the file has them and the run uses them.
    /// </summary>
    /// <exception cref="InputException">Not a checkpoint, damaged, or of another model.</exception>
    public static Header Load(string path, Autoencoder model) => Load(path, model, transfer: null, AveragesAre.Weights);

    /// <summary>Reads what a run in training goes on with: weights, moments, and their averages, if there are any.</summary>
    internal static Header LoadState(string path, Autoencoder model, IReadOnlyList<Tensor>? averages) =>
        Load(path, model, transfer: null, AveragesAre.LeftOut, averages);

    /// <summary>What becomes of the averages in a file.</summary>
    internal enum AveragesAre
    {
        /// <summary>They are passed over, or go where the caller says.</summary>
        LeftOut,

        /// <summary>They are the weights, if the run uses them.</summary>
        Weights,
    }

    /// <summary>Reads a checkpoint of other items into a model: a transfer says where each item goes.</summary>
    internal static Header Load(
        string path, Autoencoder model, ItemTransfer? transfer, AveragesAre averagesAre, IReadOnlyList<Tensor>? averages = null)
    {
        using var file = Open(path);
        ReadHeader(file, path); // says so if the file is no checkpoint at all
        VerifyChecksum(file, path);
        file.Position = 0;
        var header = ReadHeader(file, path);
        var backend = model.Backend;
        ParameterShape[] expected = [.. model.Parameters.All.Select(p =>
            transfer?.Stored(p) ?? ParameterShape.Of(p))];
        if (!expected.SequenceEqual(header.Parameters)) throw OfAnotherModel(path);
        int size = header.DoublePrecision ? sizeof(double) : sizeof(float);
        bool HasMoments(Parameter parameter) => header.Moments && !parameter.IsConstant;
        bool HasAverage(Parameter parameter) => header.Averages && !parameter.IsConstant;
        if (file.Length != file.Position + SHA256.HashSizeInBytes
            + model.Parameters.All.Zip(expected).Sum(p => p.Second.Length * size
                * ((HasMoments(p.First) ? 3 : 1) + (HasAverage(p.First) ? 1 : 0))))
            throw Damaged(path);
        bool used = averagesAre == AveragesAre.Weights && WeightAverage.IsUsedAfter(header.State.Epoch, header.Settings);
        byte[] buffer = [];
        double[] values = [];
        foreach (var (number, (parameter, stored)) in model.Parameters.All.Zip(expected).Index())
        {
            Read(parameter, stored, parameter.Value, isMoment: false);
            if (HasMoments(parameter) && parameter.FirstMoment.IsNone) Skip(2, stored);
            else if (HasMoments(parameter))
            {
                Read(parameter, stored, parameter.FirstMoment, isMoment: true);
                Read(parameter, stored, parameter.SecondMoment, isMoment: true);
            }
            if (!HasAverage(parameter)) continue;
            if (used) Read(parameter, stored, parameter.Value, isMoment: false);
            else if (averages is not null) Read(parameter, stored, averages[number], isMoment: false);
            else Skip(1, stored);
        }
        return header;

        void Skip(int tensors, ParameterShape stored) => file.Seek(tensors * stored.Length * size, SeekOrigin.Current);

        void Read(Parameter parameter, ParameterShape stored, Tensor tensor, bool isMoment)
        {
            long end = file.Position + stored.Length * size;
            if (parameter.Items is { } own && own.Count != own.All) // a rank's part of them
            {
                file.Seek((long)own.First * parameter.ItemWidth * size, SeekOrigin.Current);
                stored = stored with { Rows = tensor.Rows, Columns = tensor.Columns };
            }
            int rows = RowsAtOnce(stored.Columns);
            for (int row = 0; row < stored.Rows; row += rows)
            {
                int count = Math.Min(rows, stored.Rows - row), length = checked(count * stored.Columns);
                if (buffer.Length < length * size) buffer = new byte[length * size];
                var bytes = buffer.AsSpan(0, length * size);
                file.ReadExactly(bytes);
                RequireNumbers(bytes, parameter, isSquare: tensor == parameter.SecondMoment && isMoment);
                if (transfer is not null)
                {
                    if (values.Length < length) values = new double[length];
                    if (header.DoublePrecision) MemoryMarshal.Cast<byte, double>(bytes).CopyTo(values);
                    else TensorPrimitives.ConvertChecked<float, double>(MemoryMarshal.Cast<byte, float>(bytes), values);
                    transfer.Place(stored, row, values.AsSpan(0, length), tensor, isMoment);
                }
                else if (header.DoublePrecision)
                {
                    backend.Upload(MemoryMarshal.Cast<byte, double>(bytes), tensor.Slice(row, count));
                }
                else
                {
                    backend.Upload(MemoryMarshal.Cast<byte, float>(bytes), tensor.Slice(row, count));
                }
            }
            file.Position = end;
        }

        void RequireNumbers(ReadOnlySpan<byte> bytes, Parameter parameter, bool isSquare)
        {
            bool sound = header.DoublePrecision ? AreNumbers(MemoryMarshal.Cast<byte, double>(bytes), isSquare)
                : AreNumbers(MemoryMarshal.Cast<byte, float>(bytes), isSquare);
            if (!sound)
                throw new InputException($"{path}: {parameter.Name} holds a number that no training leaves (NaN or infinite, or "
                    + "a mean of squares below 0); train again, or resume from another checkpoint.");
        }
    }

    private static bool AreNumbers<T>(ReadOnlySpan<T> values, bool isSquare) where T : struct, IFloatingPointIeee754<T> =>
        TensorPrimitives.IsFiniteAll(values) && (!isSquare || values.IsEmpty || TensorPrimitives.Min(values) >= T.Zero);

    private static int RowsAtOnce(int columns) => Math.Max(1, (1 << 18) / Math.Max(1, columns));

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
            var header = JsonSerializer.Deserialize<Header>(json, RunSettings.Json);
            // Names and types alone do not make it sound: JSON may leave a property out, or say null.
            return header is { Settings: not null, State.IsSound: true, Parameters: not null, Items: > 0 }
                && header.Parameters.All(p => p is { Name: not null, Rows: >= 0, Columns: >= 0 }) ? header : throw Damaged(path);
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

    private static InputException OfAnotherModel(string path) => new(
        $"{path}: its parameters are not those of this model; use the settings it was trained with.");

    private static InputException Damaged(string path, Exception? inner = null)
    {
        string message = $"{path}: is damaged (its checksum or its length does not match its content); "
            + "train again, or resume from another checkpoint.";
        return inner is null ? new(message) : new(message, inner);
    }
}
