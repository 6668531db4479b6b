using System.Buffers.Binary;
using System.Text;
using ManualVae.Compute;
using ManualVae.Compute.Reference;
using ManualVae.Compute.Simd;
using ManualVae.Data;
using ManualVae.Tests.Models;
using ManualVae.Training;
using Xunit;

namespace ManualVae.Tests.Training;

/// <summary>
/// Checkpoints of every preset that were changed and signed again: loaded, or refused in one line that names the file. A number
/// that is none is found at load, wherever it stands.
/// </summary>
public sealed class MutatedCheckpointTests : IDisposable
{
    private const int Mutants = 60, Start = 16; // magic, version, length of the header

    private readonly TemporaryFolder _folder = TestData.NewFolder();

    public static TheoryData<string> Presets => [.. Preset.Names];

    public void Dispose() => _folder.Dispose();

    [Theory, MemberData(nameof(Presets))]
    public void A_changed_checkpoint_is_read_or_refused(string preset)
    {
        var settings = Small(preset);
        var run = Trained(settings, new SimdBackend(1));
        foreach (string path in new[] { run.BestCheckpoint, run.LastCheckpoint })
        {
            byte[] sound = File.ReadAllBytes(path);
            for (int seed = 0; seed < Mutations.Count(Mutants); seed++)
            {
                var random = new Random(seed);
                byte[] changed = seed % 2 == 0 ? Mutations.Bytes(sound, random) : OtherHeader(sound, random);
                File.WriteAllBytes(path, Mutations.SignAgain(changed));
                ReadOrRefused(run, settings, path, $"{preset}, {Path.GetFileName(path)}, seed {seed}");
            }
            File.WriteAllBytes(path, sound);
        }
    }

    [Theory, MemberData(nameof(Presets))]
    public void A_number_that_is_none_is_found_at_load(string preset)
    {
        var settings = Small(preset);
        var run = Trained(settings, new SimdBackend(1));
        foreach (string path in new[] { run.BestCheckpoint, run.LastCheckpoint })
        {
            byte[] sound = File.ReadAllBytes(path);
            int first = Start + HeaderOf(sound).Length, last = sound.Length - 32 - sizeof(float);
            int middle = first + ((last - first) / 8 * sizeof(float));
            foreach (int place in new[] { first, middle, last })
                foreach (float value in new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity })
                {
                    byte[] bytes = [.. sound];
                    BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(place), value);
                    File.WriteAllBytes(path, Mutations.SignAgain(bytes));
                    var problem = Assert.Throws<InputException>(() => Load(run, settings, path));
                    Assert.Contains(path, problem.Message);
                    Assert.Contains("NaN or infinite", problem.Message);
                }
            File.WriteAllBytes(path, sound);
            Load(run, settings, path);
        }
    }

    [Fact]
    public void A_number_that_is_none_is_found_in_double_precision_too()
    {
        var settings = Small("liang2018");
        var run = Trained(settings, new ReferenceBackend());
        byte[] bytes = File.ReadAllBytes(run.BestCheckpoint);
        BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(bytes.Length - 40), double.NaN);
        File.WriteAllBytes(run.BestCheckpoint, Mutations.SignAgain(bytes));
        using var backend = new ReferenceBackend();
        Assert.Contains("NaN or infinite", Assert.Throws<InputException>(() => run.LoadModel(backend).Dispose()).Message);
    }

    [Fact]
    public void A_mean_of_squares_below_zero_is_refused()
    {
        var settings = Small("liang2018");
        var run = Trained(settings, new SimdBackend(1));
        byte[] bytes = File.ReadAllBytes(run.LastCheckpoint);
        BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(bytes.Length - 36), -1); // the last second moment
        File.WriteAllBytes(run.LastCheckpoint, Mutations.SignAgain(bytes));
        Assert.Contains("below 0",
            Assert.Throws<InputException>(() => Load(run, settings, run.LastCheckpoint)).Message);
    }

    [Theory]
    [InlineData("\"updates\":2", "\"updates\":3")]
    [InlineData("\"epoch\":1", "\"epoch\":0")]
    [InlineData("\"batches-of-epoch\":0", "\"batches-of-epoch\":7")]
    [InlineData("\"epoch-sums\":[0,0,0,0]", "\"epoch-sums\":[0]")]
    [InlineData("\"best-epoch\":1", "\"best-epoch\":5")]
    public void A_state_that_the_run_cannot_have_come_to_is_refused(string says, string changed)
    {
        var settings = Small("liang2018");
        var run = Trained(settings, new SimdBackend(1));
        string path = run.LastCheckpoint;
        byte[] sound = File.ReadAllBytes(path);
        string header = Encoding.UTF8.GetString(HeaderOf(sound)).Replace(" ", "").Replace("\n", "");
        Assert.Contains(says, header);
        File.WriteAllBytes(path, WithHeader(sound, Encoding.UTF8.GetBytes(header.Replace(says, changed))));
        Assert.Contains(path, Assert.Throws<InputException>(() => Load(run, settings, path)).Message);
    }

    [Fact]
    public void A_model_larger_than_its_checkpoint_takes_no_memory()
    {
        var settings = Small("liang2018");
        var run = Trained(settings, new SimdBackend(1));
        var large = RunFolder.Create(_folder["large"], run.Manifest with { Settings = settings with { Hidden = [100_000_000] } });
        File.Copy(run.BestCheckpoint, large.BestCheckpoint);
        using var backend = new SimdBackend(1);
        Assert.Contains("not those of this model", Assert.Throws<InputException>(() => large.LoadModel(backend)).Message);
    }

    private static void ReadOrRefused(RunFolder run, RunSettings settings, string path, string which)
    {
        try
        {
            Load(run, settings, path);
        }
        catch (InputException problem)
        {
            Assert.Contains(path, problem.Message);
            Assert.DoesNotContain('\n', problem.Message);
        }
        catch (Exception problem)
        {
            Assert.Fail($"{which}: {problem}");
        }
    }

    private static void Load(RunFolder run, RunSettings settings, string path)
    {
        using var backend = new SimdBackend(1);
        if (path == run.LastCheckpoint)
        {
            using var trainer = new Trainer(Data, settings, backend, run, resume: true);
            return;
        }
        using var model = run.LoadModel(backend, batchSize: 8);
        model.Score(Data.Train, 0, 4, new float[4 * Data.ItemCount]);
    }

    private static byte[] OtherHeader(byte[] checkpoint, Random random) =>
        WithHeader(checkpoint, Mutations.Json(HeaderOf(checkpoint), random));

    private static byte[] HeaderOf(byte[] checkpoint) =>
        checkpoint[Start..(Start + BinaryPrimitives.ReadInt32LittleEndian(checkpoint.AsSpan(12)))];

    private static byte[] WithHeader(byte[] checkpoint, byte[] header)
    {
        byte[] changed = [.. checkpoint[..Start], .. header, .. checkpoint[(Start + HeaderOf(checkpoint).Length)..]];
        BinaryPrimitives.WriteInt32LittleEndian(changed.AsSpan(12), header.Length);
        return Mutations.SignAgain(changed);
    }

    private static RunSettings Small(string preset)
    {
        var settings = Preset.Load(preset);
        return settings with
        {
            Hidden = [.. settings.Hidden.Select(_ => 6)],
            DecoderHidden = settings.DecoderHidden?.Select(_ => 6).ToArray(),
            Latent = 3,
            PseudoInputs = 2,
            Epochs = 1,
            BatchSize = 16,
            ValidationMetric = "NDCG@5",
            FitValidation = false,
        };
    }

    private static PreparedDataset Data { get; } = Toy();

    private static PreparedDataset Toy()
    {
        var clicks = ToyClicks.Checkerboard(40, 20);
        EvaluationSplit Part(int first) => new(clicks.SelectRows([.. Enumerable.Range(first, 4)]),
            CsrMatrix.FromPairs(4, 20, [(0, 1), (1, 2), (2, 3), (3, 4)]), first);
        return new(new DatasetManifest { Source = new("synthetic", "checkerboard"), Split = SplitKind.Strong },
            clicks.SelectRows([.. Enumerable.Range(0, 32)]), Part(32), Part(36),
            [.. Enumerable.Range(0, 40).Select(u => $"u{u}")], new ItemList([.. Enumerable.Range(0, 20).Select(i => $"i{i}")]));
    }

    private RunFolder Trained(RunSettings settings, IBackend backend)
    {
        var run = RunFolder.Create(_folder["run"], new RunManifest
        {
            Model = settings.Model, Settings = settings, Data = "toy", DataHash = "0", Items = Data.ItemCount,
        });
        using (backend)
        using (var trainer = new Trainer(Data, settings, backend, run)) trainer.Run();
        return run;
    }
}
