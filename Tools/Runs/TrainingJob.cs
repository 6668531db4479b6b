using System.Diagnostics;
using System.Globalization;
using ManualVae.Compute;
using ManualVae.Data;
using ManualVae.Models.Baselines;
using ManualVae.Tools.Settings;
using ManualVae.Training;

namespace ManualVae.Tools.Runs;

/// <summary>Trains into a run folder and tells a person how it goes.</summary>
internal static class TrainingJob
{
    /// <summary>Starts a new run; nothing is written before everything that can be refused is checked.</summary>
    /// <param name="data">Prepared dataset.</param>
    /// <param name="settings">Every setting.</param>
    /// <param name="folder">The new run folder.</param>
    /// <param name="header">Say first what the run is.</param>
    /// <param name="quiet">Say nothing at all.</param>
    public static TrainingOutcome Start(PreparedDataset data, ResolvedSettings settings, string folder, bool header = true,
        bool quiet = false)
    {
        RunFolder.RefuseToReplace(folder);
        if (settings.Baseline is not null) return Fit(data, settings, folder, !header || quiet);
        using var backend = Session.Backend(settings.Run.Device, settings.Run.Threads, settings.Run.Precision);
        MemoryEstimate.Of(settings.Run, data.ItemCount, backend.IsDoublePrecision, backend.FusesUpdates).RequireFits(backend);
        var run = RunFolder.Create(folder, Manifest(data, settings));
        try
        {
            return Train(data, run, backend, resume: false, header, quiet);
        }
        catch (InputException) when (!File.Exists(run.LastCheckpoint)) // refused before there was anything to keep
        {
            Directory.Delete(run.Path, recursive: true);
            throw;
        }
    }

    /// <summary>Goes on with a run from its last checkpoint, or from the start where it had not come to one.</summary>
    public static TrainingOutcome Resume(PreparedDataset data, RunFolder run, bool quiet = false)
    {
        var settings = run.Manifest.Settings;
        using var backend = Session.Backend(settings.Device, settings.Threads, settings.Precision);
        return Train(data, run, backend, File.Exists(run.LastCheckpoint), header: true, quiet);
    }

    private static TrainingOutcome Train(
        PreparedDataset data, RunFolder run, IBackend backend, bool resume, bool header, bool quiet)
    {
        var settings = run.Manifest.Settings;
        using var display = TrainingDisplay.Create(settings, quiet);
        var watch = new CollapseWatch(display, quiet ? _ => { } : Console.Error.WriteLine);
        using var trainer = new Trainer(data, settings, backend, run, watch);
        watch.Model = trainer.Model;
        run = run.Update(run.Manifest with { Parameters = trainer.Model.Parameters.All.Sum(p => p.Value.Length),
            Backend = backend.Description });
        if (header && !quiet) WriteHeader(data, run, backend, trainer.Memory);
        if (resume) trainer.Resume();
        if (resume && !quiet) Console.Error.WriteLine(
            $"resumed    after epoch {trainer.State.Epoch}, update {trainer.State.Updates}");
        try
        {
            var epochs = display.Watch(() => trainer.Run(Session.Cancellation));
            var state = trainer.State;
            return new(run.Path, settings.Model, epochs.Count, state.BestEpoch, settings.ValidationMetric, state.BestValue,
                state.BestBeta,
                run.Manifest.Parameters, epochs.Sum(e => e.Seconds));
        }
        catch (OperationCanceledException)
        {
            Console.Error.WriteLine($"saved      {run.LastCheckpoint}; go on with: manualvae train --resume --output {run.Path}");
            throw;
        }
    }

    private static TrainingOutcome Fit(PreparedDataset data, ResolvedSettings settings, string folder, bool quiet)
    {
        var clock = Stopwatch.StartNew();
        var monitor = new FitMonitor(quiet ? null : Console.Error.WriteLine, Session.Cancellation);
        AtomicFile.WriteFolder(folder, overwrite: false, unfinished =>
        {
            using var model = BaselineCatalogue.Fit(settings.Run.Model, BaselineData.Of(data), settings.Baseline, monitor);
            var run = RunFolder.Create(unfinished, Manifest(data, settings) with { BaselineSettings = settings.Baseline });
            BaselineFile.Save(run.BestCheckpoint, model, settings.Baseline);
        });
        return new(folder, settings.Run.Model, 0, 0, settings.Run.ValidationMetric, null, 0, 0, clock.Elapsed.TotalSeconds);
    }

    private static RunManifest Manifest(PreparedDataset data, ResolvedSettings settings) => new()
    {
        Model = settings.Run.Model,
        Preset = settings.Preset,
        Deviations = settings.Deviations,
        Settings = settings.Run,
        Data = Path.GetFullPath(data.Directory),
        DataHash = data.ManifestHash,
        Items = data.ItemCount,
    };

    private static void WriteHeader(PreparedDataset data, RunFolder run, IBackend backend, MemoryEstimate memory)
    {
        var (settings, counts, manifest) = (run.Manifest.Settings, data.Manifest.Counts, run.Manifest);
        var message = Console.Error;
        message.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"model      {settings.Model}, {manifest.Parameters:#,0} weights"));
        message.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"data       {data.Directory}: {counts.TrainUsers:#,0} training users, {counts.Items:#,0} items, {counts.TrainClicks:#,0} clicks"));
        message.WriteLine($"device     {backend.Description}");
        message.WriteLine($"memory     about {memory}");
        message.WriteLine($"seed       {settings.Seed}");
        string deviations = manifest.Deviations.Count == 0 ? "no deviation" : $"{manifest.Deviations.Count} deviations:";
        message.WriteLine($"preset     {manifest.Preset}, {deviations}");
        foreach (string deviation in manifest.Deviations) message.WriteLine($"           {deviation}");
        message.WriteLine($"run        {run.Path}");
    }
}
