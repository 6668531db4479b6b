using ManualVae.Compute;
using ManualVae.Data;
using ManualVae.Models;
using ManualVae.Training;

namespace ManualVae.Tools.Runs;

/// <summary>A run folder opened for use: its data, its backend and its model.</summary>
internal sealed class TrainedModel : IDisposable
{
    private readonly IBackend? _backend;

    private TrainedModel(RunFolder folder, PreparedDataset data, IBackend? backend, IRecommender recommender) =>
        (Folder, Data, _backend, Recommender) = (folder, data, backend, recommender);

    /// <summary>The run folder.</summary>
    public RunFolder Folder { get; }

    /// <summary>The data it was trained on, or what the user gave instead.</summary>
    public PreparedDataset Data { get; }

    /// <summary>The model.</summary>
    public IRecommender Recommender { get; }

    /// <summary>The model, where the trainer trained it.</summary>
    /// <exception cref="InputException">It is a baseline.</exception>
    public Autoencoder Model => Recommender as Autoencoder ?? throw new InputException(
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
    /// <exception cref="InputException">Not a run, no checkpoint, or its data has changed.</exception>
    public static TrainedModel Open(string path, string? data = null, string? device = null, int threads = 0,
        Precision precision = Precision.Fp32, int batch = 500)
    {
        var folder = RunFolder.Open(path);
        var manifest = folder.Manifest;
        var prepared = OpenData(path, manifest, data);
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

    // One rule for all verbs: data that has changed since the training is used only if the user names it.
    private static PreparedDataset OpenData(string path, RunManifest manifest, string? data)
    {
        if (data is null && !Directory.Exists(manifest.Data))
            throw new InputException($"{manifest.Data}: the run's data is missing; say where it is with --data DIR.");
        var prepared = PreparedDataset.Open(data ?? manifest.Data);
        if (prepared.ManifestHash != manifest.DataHash)
        {
            if (data is null)
                throw new InputException($"{manifest.Data}: is not the data this run was trained on (its manifest has changed); "
                    + "import it again as before, or pass --data DIR.");
            Console.Error.WriteLine($"note: {data} is not the data that {path} was trained on.");
        }
        if (prepared.ItemCount != manifest.Items)
            throw new InputException(
                $"{prepared.Directory}: has {prepared.ItemCount} items, the run {path} was trained on {manifest.Items}.");
        return prepared;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Recommender.Dispose();
        _backend?.Dispose();
    }
}
