using ManualVae.Data;
using ManualVae.Training;

namespace ManualVae.Tools.Studies;

/// <summary>
/// Trains the runs that a sweep or a table needs; a run that is there already with the same settings is taken as it is.
/// </summary>
internal static class StudyTraining
{
    /// <summary>Trains into a folder, resuming where an interrupted run stands.</summary>
    /// <exception cref="InputException">The folder holds something else.</exception>
    public static RunFolder Train(PreparedDataset data, RunSettings settings, string folder, string name)
    {
        using var backend = Session.Backend(settings.Device, settings.Threads, settings.Precision);
        bool there = File.Exists(Path.Combine(folder, "run.json"));
        var run = there ? RunFolder.Open(folder) : RunFolder.Create(folder, new RunManifest
        {
            Model = settings.Model, Settings = settings, Data = Path.GetFullPath(data.Directory), DataHash = data.ManifestHash,
            Items = data.ItemCount, Backend = backend.Description,
        });
        if (there && (run.Manifest.Settings.DeviationsFrom(settings).Count > 0 || run.Manifest.DataHash != data.ManifestHash
                || run.Manifest.Settings.Seed != settings.Seed))
            throw new InputException($"{folder}: holds a run with other settings or data; give another --output.");
        if (there && run.ReadMetrics().Count >= settings.Epochs) return run;
        using var trainer = new Trainer(data, settings, backend, run, new Progress(name, settings.Epochs));
        if (there && File.Exists(run.LastCheckpoint)) trainer.Resume();
        trainer.Run(Session.Cancellation);
        return run;
    }

    private sealed class Progress(string name, int epochs) : ITrainingObserver
    {
        public void Updated(in TrainingProgress progress) { }

        public void EpochEnded(EpochMetrics metrics)
        {
            if (metrics.Epoch % 10 == 0 || metrics.Epoch == epochs)
                Console.Error.WriteLine(FormattableString.Invariant(
                    $"{name}: epoch {metrics.Epoch} of {epochs}, reconstruction {metrics.Reconstruction:0.0}, kl {metrics.Kl:0.00}, validation {metrics.Validation:0.0000}"));
        }
    }
}
