using System.Globalization;
using ManualVae.Compute;
using ManualVae.Compute.Simd;
using ManualVae.Data;
using ManualVae.Training;

namespace ManualVae.Tests.Training;

/// <summary>Trains an epoch of a preset in a process of its own and prints what was estimated and what was used.</summary>
public static class MemoryChecks
{
    /// <summary>In place of a preset: a loss on drawn negatives.</summary>
    public const string Negatives = "negatives";

    private const int Users = 500;

    /// <summary>Entry of the child process.</summary>
    public static int Main(string preset)
    {
        using var backend = new SimdBackend(2);
        var settings = (preset == Negatives ? Preset.Load("liang2018") with { Negatives = 500 }
            : Preset.Load(preset)) with { Epochs = 1, FitValidation = false, ValidationMetric = "NDCG@100" };
        // The runtime and all code are loaded before anything is measured.
        Train(settings with
        {
            Hidden = [.. settings.Hidden.Select(_ => 8)],
            DecoderHidden = settings.DecoderHidden?.Select(_ => 8).ToArray(),
            Latent = 3,
            PseudoInputs = 4,
        }, Data(60), backend);
        GC.Collect();
        long before = Status("VmRSS");
        // As many items as make the model about 200 MiB: much more than what comes and goes in the runtime.
        int items = (int)Math.Clamp(2000 * (200L << 20) / MemoryEstimate.Of(settings, 2000, backend).Bytes, 2000, 20_000);
        var estimate = Train(settings, Data(items), backend);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{estimate.Bytes} {Status("VmHWM") - before} {items}"));
        return 0;
    }

    private static MemoryEstimate Train(RunSettings settings, PreparedDataset data, IBackend backend)
    {
        using var trainer = new Trainer(data, settings, backend);
        trainer.Run();
        return trainer.Memory;
    }

    /// <summary>Every item is clicked, so that every page of the weights is touched.</summary>
    private static PreparedDataset Data(int items)
    {
        static CsrMatrix Clicks(int users, int items, int each, int offset) => CsrMatrix.FromPairs(users, items,
            [.. Enumerable.Range(0, users * each).Select(e => (e / each, (e + offset) % items)).Distinct()]);
        var train = Clicks(Users, items, (items / Users) + 1, 0);
        return new PreparedDataset(
            new DatasetManifest { Source = new("synthetic", "stripes"), Split = SplitKind.Strong }, train,
            new EvaluationSplit(Clicks(50, items, 20, 0), Clicks(50, items, 5, 1000), Users), null,
            [.. Enumerable.Range(0, Users + 50).Select(u => $"{u}")],
                new ItemList([.. Enumerable.Range(0, items).Select(i => $"{i}")]));
    }

    private static long Status(string field) => 1024 * long.Parse(
        File.ReadLines("/proc/self/status").First(line => line.StartsWith(field, StringComparison.Ordinal)).Split(' ', '\t')
            .Last(part => part.Length > 0 && char.IsDigit(part[0])), CultureInfo.InvariantCulture);
}
