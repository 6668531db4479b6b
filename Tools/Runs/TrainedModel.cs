using ManualVae.Compute;
using ManualVae.Data;
using ManualVae.Models;
using ManualVae.Training;

namespace ManualVae.Tools.Runs;

/// <summary>A run folder opened for use: its data, its backend and its model.</summary>
internal sealed class TrainedModel : IDisposable
{
    private readonly FittedRun _run;

    private TrainedModel(FittedRun run, PreparedDataset data)
    {
        (_run, Data) = (run, data);
        Recommender = Fitted.ItemCount == data.ItemCount ? Fitted : new ExtendedRecommender(Fitted, data.ItemCount);
    }

    /// <summary>The run folder.</summary>
    public RunFolder Folder => _run.Folder;

    /// <summary>The data it was trained on, or what the user gave instead, in the columns of the model.</summary>
    public PreparedDataset Data { get; }

    /// <summary>The model over all items of the data; those that it does not know have the last columns.</summary>
    public IRecommender Recommender { get; }

    /// <summary>The model alone, over the items that it was trained on.</summary>
    public IRecommender Fitted => _run.Model;

    /// <summary>The model, where the trainer trained it.</summary>
    /// <exception cref="InputException">It is a baseline.</exception>
    public Autoencoder Model => Fitted as Autoencoder ?? throw new InputException(
        $"{Folder.Path}: a run of {Folder.Manifest.Model}; the studies need a multvae or multdae run.");

    /// <summary>The settings of the run.</summary>
    public RunSettings Settings => Folder.Manifest.Settings;

    /// <summary>The objective of the run's last update.</summary>
    public Objective Objective
    {
        get
        {
            var epochs = Folder.ReadMetrics();
            return epochs.Count == 0 ? new(Settings.Beta, Settings.AnchorWeight)
                : new(epochs[^1].Beta, epochs[^1].AnchorWeight ?? Settings.AnchorWeight);
        }
    }

    /// <summary>Opens a run.</summary>
    /// <param name="path">The run folder.</param>
    /// <param name="data">Another prepared dataset, or null for the run's.</param>
    /// <param name="device">Where to compute, or null for the run's device.</param>
    /// <param name="threads">Threads; 0 for all.</param>
    /// <param name="precision">Of the products; a run trained in TF32 or bfloat16 is not bound to it.</param>
    /// <param name="batch">Users (or rows of a study: users x draws) in one pass.</param>
    /// <param name="keepUnknown">Keep items of other data that the run does not know, in the last columns.</param>
    /// <param name="epoch">An epoch whose weights the training kept; null for the best.</param>
    /// <exception cref="InputException">Not a run, no checkpoint, or its data has changed.</exception>
    public static TrainedModel Open(string path, string? data = null, string? device = null, int threads = 0,
        Precision precision = Precision.Fp32, int batch = 500, bool keepUnknown = true, int? epoch = null)
    {
        var folder = RunFolder.Open(path);
        var prepared = RunData.Open(folder, data, keepUnknown, Terminal.Note);
        return new(FittedRun.Load(folder, () => Session.Backend(
            device ?? folder.Manifest.Settings.Device, threads, precision, asked: device is not null), batch, epoch), prepared);
    }

    /// <inheritdoc/>
    public void Dispose() => _run.Dispose();
}
