using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ManualVae.Compute;
using ManualVae.Compute.Simd;
using ManualVae.Data;
using ManualVae.Models;
using ManualVae.Models.Baselines;
using ManualVae.Training;

namespace ManualVae.Tests.Training;

/// <summary>
/// Trains an epoch of a preset, fits a baseline or scores with a trained model, in a process of its own, and prints what was
/// estimated and what was used.
/// </summary>
public static partial class MemoryChecks
{
    /// <summary>In place of a preset: a loss on drawn negatives.</summary>
    public const string Negatives = "negatives";

    private const int Users = 500;

    /// <summary>Entry of the child process.</summary>
    /// <param name="what">A preset, <c>fit:BASELINE</c> or <c>score:PRESET</c>.</param>
    public static int Main(string what)
    {
        if (what.Split(':') is not [var work, var name]) return Train(what);
        long estimated = 0, before = 0;
        foreach (int items in (int[])[60, 4000]) // the runtime and all code are loaded before anything is measured
        {
            before = Resident();
            estimated = work == "fit" ? Fit(name, items) : Score(name, items * 5);
        }
        return Print(estimated, Status("VmHWM") - before, 4000);
    }

    // What the fit says that it needs.
    private static long Fit(string name, int items)
    {
        var clicks = CsrMatrix.FromPairs(items, items, [.. from user in Enumerable.Range(0, items)
            from e in Enumerable.Range(0, 10) select (user, (user * 7 + e * e * 31) % items)]);
        long needs = 0;
        var monitor = new FitMonitor(line =>
        {
            if (Need().Match(line) is { Success: true } need)
                needs = Math.Max(needs, long.Parse(need.Groups[1].Value.Replace(",", ""), CultureInfo.InvariantCulture) << 20);
        });
        var own = BaselineCatalogue.Complete(name, null);
        var few = new JsonObject();
        foreach (var (setting, value) in new[]
        {
            ("epochs", 1), ("max-sweeps", 1), ("factors", name == "neumf" ? 128 : 512), ("hidden", 1000),
        })
            if (own.ContainsKey(setting)) few[setting] = value;
        using var model = BaselineCatalogue.Fit(name, new BaselineData(clicks), few, monitor, () => new SimdBackend(2));
        return needs;
    }

    // What is counted before a trained model is loaded.
    private static long Score(string preset, int items)
    {
        string folder = Directory.CreateTempSubdirectory("manualvae-memory").FullName;
        try
        {
            var settings = Preset.Load(preset) with { Epochs = 1, FitValidation = false, ValidationMetric = "NDCG@100" };
            var run = RunFolder.Create(Path.Combine(folder, "run"), new RunManifest
            {
                Model = settings.Model, Settings = settings, Data = "", DataHash = "", Items = items,
            }, null);
            using (var backend = new SimdBackend(2))
            using (var model = new Autoencoder(backend, settings, items, 1, seed: 1, training: false))
                Checkpoint.Save(run.BestCheckpoint, model, settings, new TrainingState { Epoch = 1, BestEpoch = 1 },
                    moments: false);
            File.WriteAllText("/proc/self/clear_refs", "5"); // the peak begins anew
            using var scored = FittedRun.Load(run, () => new SimdBackend(2), Users);
            var clicks = CsrMatrix.FromPairs(Users, items, [.. Enumerable.Range(0, Users).Select(u => (u, u % items))]);
            scored.Model.Rank(clicks, 0, Users, 10, new int[10 * Users], new float[10 * Users]);
            return ScoringMemory.OfAutoencoder(run, new SimdBackend(1), Users);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static int Train(string preset)
    {
        using var backend = new SimdBackend(2);
        var settings = (preset == Negatives ? Preset.Load("liang2018") with { Negatives = 500 }
            : Preset.Load(preset)) with
        { Epochs = 1, FitValidation = false, ValidationMetric = "NDCG@100" };
        // The runtime and all code are loaded before anything is measured.
        Train(settings with
        {
            Hidden = [.. settings.Hidden.Select(_ => 8)],
            DecoderHidden = settings.DecoderHidden?.Select(_ => 8).ToArray(),
            Latent = 3,
            PseudoInputs = 4,
        }, Data(60), backend);
        long before = Resident();
        // As many items as make the model about 200 MiB: much more than what comes and goes in the runtime.
        int items = (int)Math.Clamp(2000 * (200L << 20) / MemoryEstimate.Of(settings, 2000, backend).Bytes, 2000, 20_000);
        var estimate = Train(settings, Data(items), backend);
        return Print(estimate.Bytes, Status("VmHWM") - before, items);
    }

    private static int Print(long estimated, long used, int items)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{estimated} {used} {items}"));
        return 0;
    }

    private static long Resident()
    {
        GC.Collect();
        return Status("VmRSS");
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

    [GeneratedRegex(@"needs about ([\d,]+) MiB")]
    private static partial Regex Need();
}
