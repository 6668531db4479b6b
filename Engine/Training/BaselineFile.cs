using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using ManualVae.Compute;
using ManualVae.Data;
using ManualVae.Models.Baselines;

namespace ManualVae.Training;

/// <summary>
/// A fitted baseline as a file: the eight bytes <c>MVAE-FIT</c>, version, name, all settings as JSON, number of arrays; of each
/// its element type, length and elements; and the SHA-256 of everything before. Little-endian.
/// </summary>
public static class BaselineFile
{
    private const int Version = 1, ChunkBytes = 1 << 20;

    private static ReadOnlySpan<byte> Magic => "MVAE-FIT"u8;

    /// <summary>Writes a baseline; the file appears in one step.</summary>
    /// <param name="path">The file.</param>
    /// <param name="model">The baseline.</param>
    /// <param name="settings">Settings that differ from the defaults.</param>
    public static void Save(string path, IBaseline model, JsonObject? settings) => AtomicFile.Write(path, file =>
    {
        using var hash = SHA256.Create();
        using (var hashing = new CryptoStream(file, hash, CryptoStreamMode.Write, leaveOpen: true))
        using (var writer = new BinaryWriter(hashing))
        {
            writer.Write(Magic);
            writer.Write(Version);
            writer.Write(model.Name);
            var all = BaselineCatalogue.Complete(model.Name, settings);
            foreach (var (name, value) in model.FromData) all[name] = value;
            writer.Write(all.ToJsonString());
            var state = model.State;
            writer.Write(state.Count);
            foreach (var array in state)
            {
                writer.Write((byte)Type.GetTypeCode(array.GetType().GetElementType()));
                writer.Write(array.Length);
                InChunks(array, bytes => writer.Write(bytes));
            }
        }
        file.Write(hash.Hash!);
    });

    /// <summary>Reads a baseline.</summary>
    /// <param name="path">The file.</param>
    /// <param name="backend">Makes the backend of a baseline that computes on one (cdae), which then owns it.</param>
    /// <exception cref="InputException">Not a baseline's file, damaged, or of another version.</exception>
    public static IBaseline Load(string path, Func<IBackend>? backend = null)
    {
        using var file = Checkpoint.Open(path);
        using var reader = new BinaryReader(file);
        if (!reader.ReadBytes(Magic.Length).AsSpan().SequenceEqual(Magic))
            throw new InputException($"{path}: is not a fitted baseline; train again.");
        Checkpoint.VerifyChecksum(file, path);
        file.Position = Magic.Length;
        if (reader.ReadInt32() is int version and not Version)
            throw new InputException($"{path}: has format version {version}, this program reads {Version}; train again.");
        bool asked = false; // for a backend, which has errors of its own
        try
        {
            string name = reader.ReadString();
            if (JsonNode.Parse(reader.ReadString()) is not JsonObject settings)
                throw new InvalidDataException("its settings are no object");
            var state = ReadState(reader, file);
            var model = BaselineCatalogue.Restore(name, settings, state, backend is null ? null : () =>
            {
                asked = true;
                return backend();
            });
            if (Shapes(model.State).SequenceEqual(Shapes(state)) && model.ItemCount > 0) return model;
            model.Dispose();
            throw new InvalidDataException($"its arrays are not those of {name}");
        }
        catch (Exception problem) when (problem is InputException && !asked
            || problem is IOException or InvalidDataException or JsonException or FormatException or InvalidCastException
                or ArgumentException or ArithmeticException or IndexOutOfRangeException or InvalidOperationException)
        {
            string why = problem.Message.TrimEnd('.');
            throw new InputException($"{path}: cannot be read as a fitted baseline ({why}); train again.", problem);
        }
    }

    private static Array[] ReadState(BinaryReader reader, FileStream file)
    {
        long Left() => file.Length - SHA256.HashSizeInBytes - file.Position;
        int count = reader.ReadInt32();
        if (count < 0 || count > Left()) throw new InvalidDataException($"it promises {count} arrays");
        var state = new Array[count];
        for (int i = 0; i < state.Length; i++)
        {
            var type = (TypeCode)reader.ReadByte();
            int length = reader.ReadInt32();
            // Before anything is allocated: a wrong length must not ask for the whole memory.
            if (length < 0 || (type == TypeCode.Int64 ? 8L : 4L) * length > Left())
                throw new InvalidDataException($"it promises an array of {length} elements");
            state[i] = type switch
            {
                TypeCode.Single => GC.AllocateUninitializedArray<float>(length),
                TypeCode.Int32 => new int[length],
                TypeCode.Int64 => new long[length],
                _ => throw new InvalidDataException("it holds an array of an unknown type"),
            };
            InChunks(state[i], file.ReadExactly);
            if (state[i] is float[] values && !TensorPrimitives.IsFiniteAll<float>(values))
                throw new InvalidDataException("it holds a weight that is not a finite number");
        }
        return Left() == 0 ? state : throw new InvalidDataException($"{Left()} bytes are left over");
    }

    private static IEnumerable<(Type, int)> Shapes(IEnumerable<Array> state) =>
        state.Select(array => (array.GetType(), array.Length));

    private delegate void BytesAction(Span<byte> bytes);

    // The bytes of a large array are more than a span can hold.
    private static void InChunks(Array array, BytesAction action)
    {
        long total = (long)array.Length * Marshal.SizeOf(array.GetType().GetElementType()!);
        ref byte start = ref MemoryMarshal.GetArrayDataReference(array);
        for (long done = 0; done < total; done += ChunkBytes)
            action(MemoryMarshal.CreateSpan(ref Unsafe.AddByteOffset(ref start, (nint)done),
                (int)Math.Min(ChunkBytes, total - done)));
    }
}
