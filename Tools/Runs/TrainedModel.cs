using ManualVae.Compute;
using ManualVae.Data;
using ManualVae.Models;
using ManualVae.Models.Baselines;
using ManualVae.Training;

namespace ManualVae.Tools.Runs;

/// <summary>A run folder opened for use: its data, its backend and its model.</summary>
internal sealed class TrainedModel : IDisposable
{
    private readonly IBackend? _backend;

    private TrainedModel(RunFolder folder, PreparedDataset data, IBackend? backend, IRecommender fitted)
    {
        (Folder, Data, _backend, Fitted) = (folder, data, backend, fitted);
        Recommender = Extended(fitted);
    }

    /// <summary>The run folder.</summary>
    public RunFolder Folder { get; }

    /// <summary>The data it was trained on, or what the user gave instead, in the columns of the model.</summary>
    public PreparedDataset Data { get; }

    /// <summary>The model over all items of the data; those that it does not know have the last columns.</summary>
    public IRecommender Recommender { get; }

    /// <summary>The same for people who want recommendations: those without clicks get the most popular items.</summary>
    public IRecommender Serving => field ??= Extended(new ColdStartRecommender(Fitted,
        Popularity.Fit(Data.Train.MapColumns(Fitted.ItemCount,
            [.. Enumerable.Range(0, Data.ItemCount).Select(item => Knows(item) ? item : -1)]))));

    /// <summary>The model alone, over the items that it was trained on.</summary>
    public IRecommender Fitted { get; }

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
            return new(epochs.Count == 0 ? Settings.Beta : epochs[^1].Beta, Settings.AnchorWeight);
        }
    }

    /// <summary>Opens a run.</summary>
    /// <param name="path">The run folder.</param>
    /// <param name="data">Another prepared dataset, or null for the run's.</param>
    /// <param name="device">Where to compute, or null for the run's device.</param>
    /// <param name="threads">Threads; 0 for all.</param>
    /// <param name="precision">Of a GPU's products; a run trained in TF32 is not bound to it.</param>
    /// <param name="batch">Users (or rows of a study: users x draws) in one pass.</param>
    /// <param name="keepUnknown">Keep items of other data that the run does not know, in the last columns.</param>
    /// <exception cref="InputException">Not a run, no checkpoint, or its data has changed.</exception>
    public static TrainedModel Open(string path, string? data = null, string? device = null, int threads = 0,
        Precision precision = Precision.Fp32, int batch = 500, bool keepUnknown = true)
    {
        var folder = RunFolder.Open(path);
        var manifest = folder.Manifest;
        var prepared = RunData.Open(folder, data, keepUnknown);
        if (manifest.BaselineSettings is not null)
            return new(folder, prepared, null, folder.LoadBaseline(Backend));
        if (!File.Exists(folder.BestCheckpoint) && !File.Exists(folder.LastCheckpoint))
            throw new InputException(
                $"{path}: the run has no checkpoint yet; go on with: manualvae train --resume --output {path}");
        var backend = Backend();
        try
        {
            return new(folder, prepared, backend, folder.LoadModel(backend, batch));
        }
        catch
        {
            backend.Dispose();
            throw;
        }

        IBackend Backend() =>
            Session.Backend(device ?? manifest.Settings.Device, threads, precision, asked: device is not null);
    }

    /// <summary>True where the model was trained with this column of the data.</summary>
    public bool Knows(int item) => item < Fitted.ItemCount;

    private IRecommender Extended(IRecommender model) =>
        model.ItemCount == Data.ItemCount ? model : new ExtendedRecommender(model, Data.ItemCount);

    /// <inheritdoc/>
    public void Dispose()
    {
        Fitted.Dispose();
        _backend?.Dispose();
    }
}
