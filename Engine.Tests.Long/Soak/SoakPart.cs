using System.Diagnostics;
using System.Globalization;
using ManualVae.Compute;
using ManualVae.Data;
using ManualVae.Models;
using ManualVae.Models.Baselines;
using ManualVae.Training;

namespace ManualVae.Tests.Long.Soak;

/// <summary>The same again and again, with memory watched: epochs, models made and disposed of, a service under load.</summary>
public static class SoakPart
{
    private const int Points = 30;

    /// <summary>So many epochs, so many models, and load for the given time. What was done before is not done again.</summary>
    public static void Run(LongMode.Extent extent)
    {
        Once(extent, "soak epochs", () => Epochs(extent.Count));
        Once(extent, "soak models", () => Models(extent.Count));
        Once(extent, "soak requests", () =>
        {
            using var place = new TemporaryFolder();
            var (requests, problem) = ServiceLoad.Run(place, extent.Time, extent.Cancellation).GetAwaiter().GetResult();
            return (requests, problem);
        });
    }

    /// <summary>Trains for many epochs on small data, with validation and checkpoints.</summary>
    public static (int Done, string? Problem) Epochs(int count)
    {
        using var place = new TemporaryFolder();
        var data = PreparedDataset.Open(SmallData.Save(place["data"]));
        var settings = new RunSettings
        {
            Epochs = count, Hidden = [16], Latent = 8, BatchSize = 8, ValidationMetric = "NDCG@5", Patience = 0,
        };
        using var backend = Backends.Create("simd", 1);
        var run = RunFolder.Create(place["run"], new()
        {
            Model = "multvae", Settings = settings, Data = data.Directory, DataHash = data.ManifestHash, Items = data.ItemCount,
        }, RunIds.Of(data, settings));
        var watch = new Watch(Math.Max(1, count / Points));
        using var trainer = new Trainer(data, settings, backend, run, watch);
        int done = trainer.Run().Count;
        return (done, done == count ? watch.Curve.Growth() : $"only {done} epochs");
    }

    /// <summary>Makes models of every kind, uses each once and disposes of it.</summary>
    public static (int Done, string? Problem) Models(int count)
    {
        var curve = new MemoryCurve();
        using var backend = Backends.Create("simd", 2);
        var clicks = SmallData.Clicks();
        string[] names = ["popularity", "itemknn", "ease", "ials", "slim", "cdae"];
        for (int i = 0; i < count; i++)
        {
            if (i % 2 == 0)
            {
                var settings = new RunSettings { Hidden = [64], Latent = 16 };
                using var model = new Autoencoder(backend, settings, clicks.Columns, 8, (ulong)i);
                model.Score(clicks, 0, 8, new float[8 * clicks.Columns]);
            }
            else
            {
                using var model = BaselineCatalogue.Fit(names[i / 2 % names.Length], new BaselineData(clicks),
                    backend: () => Backends.Create("simd", 2));
                model.Score(clicks, 0, 8, new float[8 * clicks.Columns]);
            }
            if (i % Math.Max(1, count / Points) == 0) curve.Note();
        }
        return (count, curve.Growth());
    }

    private static void Once(LongMode.Extent extent, string kind, Func<(int Done, string? Problem)> part)
    {
        if (extent.State.Tried(kind) > 0 || extent.Cancellation.IsCancellationRequested) return;
        var clock = Stopwatch.StartNew();
        var (done, problem) = part();
        Console.Error.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"{kind}: {done} in {clock.Elapsed.TotalSeconds:0} s"));
        for (int i = 1; i < done; i++) extent.State.Add(kind, "done");
        extent.State.Add(kind, "done", problem);
    }

    private sealed class Watch(int every) : ITrainingObserver
    {
        public MemoryCurve Curve { get; } = new();

        public void Updated(in TrainingProgress progress) { }

        public void EpochEnded(EpochMetrics metrics)
        {
            if (metrics.Epoch % every == 0) Curve.Note();
        }
    }
}
