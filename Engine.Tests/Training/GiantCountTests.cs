using System.Buffers.Binary;
using ManualVae.Compute.Reference;
using ManualVae.Data;
using ManualVae.Models.Baselines;
using ManualVae.Tests.Models;
using ManualVae.Training;
using Xunit;

namespace ManualVae.Tests.Training;

/// <summary>
/// A file that promises more than it holds is refused before memory is taken: at every place of its beginning a large number is
/// put, the checksum is made right again, and the reader takes no more than ten times the file.
/// </summary>
public sealed class GiantCountTests : IDisposable
{
    // Beside the file itself: buffers, JSON, the message of the refusal.
    private const long Buffers = 4 << 20;

    private static readonly int[] Giants = [int.MaxValue, 1 << 28, -1];

    private readonly TemporaryFolder _folder = TestData.NewFolder();

    public static TheoryData<string> Baselines => [.. BaselineCatalogue.All.Select(baseline => baseline.Name)];

    public void Dispose() => _folder.Dispose();

    [Theory, InlineData(false), InlineData(true)]
    public void Clicks(bool values)
    {
        string path = _folder["train.csr"];
        CsrFile.Write(path, Data.Samples.Matrix(9, 7, 0.5, seed: 3, values));
        Attack(path, () => CsrFile.Read(path));
    }

    [Fact]
    public void Arrays()
    {
        string path = _folder["a.npy"];
        using (var file = File.Create(path))
        {
            NpyMatrix.WriteHeader(file, "<f4", [3, 5]);
            file.Write(new byte[60]);
        }
        Attack(path, () =>
        {
            using var file = File.OpenRead(path);
            NpyMatrix.Read(file, path);
        }, signed: false);
    }

    [Theory, MemberData(nameof(Baselines))]
    public void Fitted_baselines(string name)
    {
        string path = _folder["best.ckpt"];
        var clicks = ToyClicks.Checkerboard(6, 8);
        ItemAttribute[] features =
            [new("features", AttributeKind.Categorical, ["a", "b", "c", "d"], ToyClicks.Checkerboard(8, 4))];
        using (var model = BaselineCatalogue.Fit(name, new BaselineData(clicks, features), backend: () => new ReferenceBackend()))
            BaselineFile.Save(path, model, null);
        Attack(path, () => BaselineFile.Load(path, () => new ReferenceBackend()).Dispose());
    }

    [Fact]
    public void Headers_of_checkpoints()
    {
        string path = _folder["best.ckpt"];
        var settings = new RunSettings { Hidden = [4], Latent = 2 };
        using (var model = new ManualVae.Models.Autoencoder(new ReferenceBackend(), settings, 8, 4, seed: 1, training: false))
            Checkpoint.Save(path, model, settings, new TrainingState { Epoch = 1, BestEpoch = 1 }, moments: false);
        Attack(path, () => Checkpoint.ReadHeader(path));
    }

    private static void Attack(string path, Action read, bool signed = true)
    {
        read(); // everything is compiled and warm
        byte[] sound = File.ReadAllBytes(path);
        for (int at = 0; at + 4 <= Math.Min(sound.Length - 32, 384); at++)
            foreach (int giant in Giants)
            {
                byte[] changed = [.. sound];
                BinaryPrimitives.WriteInt32LittleEndian(changed.AsSpan(at), giant);
                File.WriteAllBytes(path, signed ? Mutations.Signed(changed) : changed);
                long before = GC.GetAllocatedBytesForCurrentThread();
                try
                {
                    read();
                }
                catch (InputException) { } // what is promised is not there
                long taken = GC.GetAllocatedBytesForCurrentThread() - before;
                Assert.True(taken <= (10 * sound.Length) + Buffers,
                    $"{Path.GetFileName(path)}, {giant} at {at}: {taken >> 20} MiB for {sound.Length} bytes");
            }
    }
}
