using ManualVae.Data;
using ManualVae.Tools.Runs;
using ManualVae.Tools.Settings;
using ManualVae.Training;

namespace ManualVae.Tools.Studies;

/// <summary>Trains the runs of a study or of the mechanisms table. A finished run is kept.</summary>
internal static class StudyTraining
{
    /// <summary>Trains into a folder, or resumes the run in it.</summary>
    /// <param name="data">The training data.</param>
    /// <param name="settings">Every setting.</param>
    /// <param name="preset">The preset of the settings, or null.</param>
    /// <param name="folder">The run folder.</param>
    /// <param name="name">Name of the run in messages.</param>
    /// <param name="snapshots">Epochs after which the weights are kept; none for the best and the latest only.</param>
    /// <exception cref="InputException">The folder contains another run or other files.</exception>
    public static RunFolder Train(PreparedDataset data, RunSettings settings, string? preset, string folder, string name,
        IReadOnlyCollection<int>? snapshots = null)
    {
        TrainingJob.StartOrResume(data, ResolvedSettings.From(settings, preset), folder, s => TrainingDisplay.Brief(name, s),
            new(null, null, snapshots));
        return RunFolder.Open(folder);
    }

    /// <summary>Trains a further run on the data of a run, in the folder of a study of that run, and opens it.</summary>
    public static TrainedModel Train(TrainedModel run, RunSettings settings, StudyFolder study, string name)
    {
        string folder = Path.Combine(study.Path, name);
        Train(run.Data, settings, run.Folder.Manifest.Preset, folder, name);
        return TrainedModel.Open(folder, run.Data.Directory, threads: settings.Threads);
    }
}
