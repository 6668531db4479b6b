using ManualVae.Compute;
using ManualVae.Data;
using ManualVae.Models;
using ManualVae.Training;

namespace ManualVae.Tools.Runs;

/// <summary>A run folder opened for use: its data, its backend and its model.</summary>
internal sealed class TrainedModel : IDisposable
{
    private readonly IBackend? _backend;

    private TrainedModel(RunFolder run, PreparedDataset data, IBackend? backend, IRecommender recommender) =>
        (Run, Data, _backend, Recommender) = (run, data, backend, recommender);

    /// <summary>The run.</summary>
    public RunFolder Run { get; }

    /// <summary>The data it was trained on, or what the user gave instead.</summary>
    public PreparedDataset Data { get; }

    /// <summary>The model.</summary>
    public IRecommender Recommender { get; }

    /// <summary>Opens a run.</summary>
    /// <param name="path">The run folder.</param>
    /// <param name="data">Another prepared dataset, or null for the run's.</param>
    /// <param name="device">Where to compute, or null for the run's device.</param>
    /// <param name="threads">Threads; 0 for all.</param>
    /// <param name="precision">Of a GPU's products; a run trained in TF32 is not bound to it.</param>
    /// <exception cref="InputException">Not a run, or its data has changed.</exception>
    public static TrainedModel Open(string path, string? data = null, string? device = null, int threads = 0,
        Precision precision = Precision.Fp32)
    {
        var run = RunFolder.Open(path);
        var manifest = run.Manifest;
        if (data is null && !Directory.Exists(manifest.Data))
            throw new InputException($"{manifest.Data}: the run's data is not there any more; say where it is with --data DIR.");
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
        if (manifest.BaselineSettings is not null)
            return new(run, prepared, null, BaselineFile.Load(run.BestCheckpoint));
        var backend = Session.Backend(device ?? manifest.Settings.Device, threads, precision, asked: device is not null);
        try
        {
            return new(run, prepared, backend, run.LoadModel(backend));
        }
        catch
        {
            backend.Dispose();
            throw;
        }
    }

    /// <summary>The part of the data that a name means.</summary>
    /// <exception cref="InputException">The data has no such part.</exception>
    public static EvaluationSplit Part(PreparedDataset data, string split) =>
        (split == "validation" ? data.Validation : data.Test)
        ?? throw new InputException(
            $"{data.Directory}: has no {split} part; import it with --split, or choose the other with --split validation|test.");

    /// <summary>The part that a name means, with what the model is shown of its users: <c>all</c> or <c>train</c>.</summary>
    /// <exception cref="InputException">The data has no such part, or its users have no training clicks.</exception>
    public static EvaluationSplit Part(PreparedDataset data, string split, string input)
    {
        var part = Part(data, split);
        return input == "train" ? data.ShowingTraining(part) : part;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Recommender.Dispose();
        _backend?.Dispose();
    }
}
