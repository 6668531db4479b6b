using ManualVae.Data;
using ManualVae.Tools.Runs;
using ManualVae.Tools.Settings;
using ManualVae.Training;

namespace ManualVae.Tools.Studies;

/// <summary>Trains the runs that a study or the mechanisms table needs; a finished run is kept.</summary>
internal static class StudyTraining
{
    /// <summary>Trains into a folder, or goes on with the run that is there.</summary>
    /// <param name="data">What to train on.</param>
    /// <param name="settings">Every setting.</param>
    /// <param name="preset">The preset they started from, or null.</param>
    /// <param name="folder">The run folder.</param>
    /// <param name="name">What messages call the run.</param>
    /// <exception cref="InputException">The folder holds something else.</exception>
    public static RunFolder Train(PreparedDataset data, RunSettings settings, string? preset, string folder, string name)
    {
        TrainingJob.StartOrResume(data, ResolvedSettings.From(settings, preset), folder, s => TrainingDisplay.Brief(name, s));
        return RunFolder.Open(folder);
    }

    /// <summary>Trains another run on the data of a run, into a study's folder of that run, and opens it.</summary>
    public static TrainedModel Train(TrainedModel run, RunSettings settings, string study, string name)
    {
        string folder = Path.Combine(run.Folder.Path, "studies", study, name);
        Train(run.Data, settings, run.Folder.Manifest.Preset, folder, name);
        return TrainedModel.Open(folder, run.Data.Directory, threads: settings.Threads);
    }
}
