using ManualVae.Compute;
using ManualVae.Data;
using ManualVae.Models;

namespace ManualVae.Training;

/// <summary>What a run trained, loaded for scoring: an autoencoder or a baseline, with the backend it computes on.</summary>
public sealed class FittedRun : IDisposable
{
    private readonly IBackend? _backend;

    private FittedRun(RunFolder folder, IBackend? backend, IRecommender model) =>
        (Folder, _backend, Model) = (folder, backend, model);

    /// <summary>The run.</summary>
    public RunFolder Folder { get; }

    /// <summary>The model, over the items that it was trained on.</summary>
    public IRecommender Model { get; }

    /// <summary>Loads the model of a run. Of an autoencoder it is the best epoch, or the latest one without validation.</summary>
    /// <param name="folder">The run.</param>
    /// <param name="backend">Makes the backend, if the model computes on one; the run then owns it.</param>
    /// <param name="batchSize">Most users in one pass.</param>
    /// <exception cref="InputException">There is no checkpoint, or it is damaged.</exception>
    public static FittedRun Load(RunFolder folder, Func<IBackend> backend, int batchSize = 500)
    {
        if (folder.Manifest.BaselineSettings is not null) return new(folder, null, folder.LoadBaseline(backend));
        folder.RequireCheckpoint();
        var owned = backend();
        try
        {
            return new(folder, owned, folder.LoadModel(owned, batchSize));
        }
        catch
        {
            owned.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Model.Dispose();
        _backend?.Dispose();
    }
}
