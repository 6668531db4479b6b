using System.CommandLine;
using ManualVae.Data;
using ManualVae.Export;
using ManualVae.Tools.Settings;
using ManualVae.Training;

namespace ManualVae.Tools.Runs;

/// <summary>The scalars of each epoch for TensorBoard. A run that is resumed goes on in a second file beside the first.</summary>
internal sealed class TensorBoardLog
{
    private readonly RunSettings _settings;
    private readonly EventFile _file;
    private readonly TimeProvider _clock;

    /// <summary>Begins an event file.</summary>
    /// <param name="folder">Its folder, one for each run.</param>
    /// <param name="settings">Of the run.</param>
    /// <param name="clock">Gives the times of events; null for the system's.</param>
    /// <exception cref="InputException">The model has no epochs, or the folder cannot be written.</exception>
    public TensorBoardLog(string folder, RunSettings settings, TimeProvider? clock = null)
    {
        if (!ModelNames.Autoencoders.Contains(settings.Model))
            throw new InputException(
                $"--tensorboard {folder}: {settings.Model} is not trained by the epoch; leave the flag out.");
        (_settings, _clock) = (settings, clock ?? TimeProvider.System);
        try
        {
            _file = new(folder, _clock.GetUtcNow());
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"--tensorboard {folder}: cannot be written; give another folder.", problem);
        }
    }

    /// <summary><c>--tensorboard</c>.</summary>
    public static Option<string?> Flag() => new("--tensorboard")
    {
        Description = "Folder for event files of TensorBoard: loss, validation and speed of each epoch.", HelpName = "folder",
    };

    /// <summary>The usual display of a training, which writes event files too if a folder is given.</summary>
    public static Func<RunSettings, TrainingDisplay> Beside(string? folder) => settings =>
    {
        var display = TrainingDisplay.Create(settings);
        if (folder is not null) display.Ended += new TensorBoardLog(folder, settings).Add;
        return display;
    };

    /// <summary>Adds an epoch.</summary>
    public void Add(EpochMetrics epoch)
    {
        var scalars = new List<(string, double)> { ("loss", epoch.Loss), ("reconstruction", epoch.Reconstruction) };
        if (_settings.Variational) scalars.AddRange([("kl", epoch.Kl), ("beta", epoch.Beta)]);
        if (_settings.HasAnchors) scalars.Add(("anchor", epoch.Anchor));
        if (epoch.Validation is double value) scalars.Add(($"validation/{_settings.ValidationMetric}", value));
        scalars.AddRange([("learning_rate", _settings.LearningRateOf(epoch.Epoch)), ("users_per_second", epoch.UsersPerSecond)]);
        _file.Add(_clock.GetUtcNow(), epoch.Epoch, scalars);
    }
}
