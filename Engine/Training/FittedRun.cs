using ManualVae.Compute;
using ManualVae.Data;
using ManualVae.Models;

namespace ManualVae.Training;

/// <summary>What a run trained, loaded for scoring: an autoencoder, a baseline or an ensemble of them, with the backends
/// they compute on.</summary>
public sealed class FittedRun : IDisposable
{
    private readonly IReadOnlyList<IDisposable> _owned;

    private FittedRun(RunFolder folder, IRecommender model, params IReadOnlyList<IDisposable> owned) =>
        (Folder, Model, _owned) = (folder, model, owned);

    /// <summary>The run.</summary>
    public RunFolder Folder { get; }

    /// <summary>The model, over the items that it was trained on.</summary>
    public IRecommender Model { get; }

    /// <summary>Loads the model of a run. Of an autoencoder it is the best epoch, or the latest one without validation.</summary>
    /// <param name="folder">The run.</param>
    /// <param name="backend">Makes a backend for each model that computes on one; the run then owns it.</param>
    /// <param name="batchSize">Most users in one pass.</param>
    /// <param name="epoch">The epoch of a <see cref="RunFolder.Snapshot"/> of an autoencoder; null for the best.</param>
    /// <exception cref="InputException">There is no checkpoint, it is damaged, or memory cannot hold it.</exception>
    public static FittedRun Load(RunFolder folder, Func<IBackend> backend, int batchSize = 500, int? epoch = null)
    {
        if (folder.Manifest.Members is { } members) return LoadEnsemble(folder, members, backend, batchSize);
        if (folder.Manifest.BaselineSettings is not null)
        {
            ScoringMemory.RequireBaseline(folder);
            return new(folder, folder.LoadBaseline(backend));
        }
        folder.RequireCheckpoint();
        var owned = backend();
        try
        {
            ScoringMemory.RequireAutoencoder(folder, owned, batchSize);
            return new(folder, folder.LoadModel(owned, batchSize, epoch: epoch), owned);
        }
        catch
        {
            owned.Dispose();
            throw;
        }
    }

    private static FittedRun LoadEnsemble(RunFolder folder, IReadOnlyList<EnsembleMember> members, Func<IBackend> backend,
        int batchSize)
    {
        var loaded = new List<FittedRun>();
        try
        {
            foreach (var member in members) loaded.Add(Load(EnsembleRun.Open(folder, member), backend, batchSize));
            return new(folder, new Ensemble([.. loaded.Zip(members, (run, member) => (run.Model, member.Weight))]), [.. loaded]);
        }
        catch
        {
            foreach (var run in loaded) run.Dispose();
            throw;
        }
    }

    /// <summary>Prepares its autoencoders for answers to few users (<see cref="Autoencoder.HoldForServing"/>).</summary>
    public void HoldForServing()
    {
        (Model as Autoencoder)?.HoldForServing();
        foreach (var run in _owned.OfType<FittedRun>()) run.HoldForServing();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Model.Dispose();
        foreach (var owned in _owned) owned.Dispose();
    }
}
