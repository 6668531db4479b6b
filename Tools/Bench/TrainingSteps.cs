using ManualVae.Compute;
using ManualVae.Data;
using ManualVae.Models;
using ManualVae.Training;

namespace ManualVae.Tools.Bench;

/// <summary>Training steps of Mult-VAE with fresh weights, as the trainer runs them.</summary>
internal sealed class TrainingSteps : IDisposable
{
    /// <summary>Users of a step.</summary>
    public const int BatchSize = 500;

    private const ulong Seed = 98765;
    private const double LearningRate = 1e-3, Beta = 0.2;

    private readonly CsrMatrix _train;
    private readonly Autoencoder _model;
    private readonly AdamOptimizer _optimizer;
    private readonly SparseBatch _batch;
    private readonly int[] _users = new int[BatchSize];
    private int _update;

    /// <summary>Takes model and batch on a backend.</summary>
    public TrainingSteps(IBackend backend, CsrMatrix train)
    {
        _train = train;
        _model = new Autoencoder(
            backend, new AutoencoderSettings(), train.Columns, BatchSize, seed: Seed, fuse: backend.FusesUpdates);
        _optimizer = new AdamOptimizer(backend, _model.Parameters.All, LearningRate);
        _batch = backend.AllocateBatch(BatchSize, train.Columns, SparseBatch.LargestBatch(BatchSize, train));
    }

    /// <summary>The model's settings.</summary>
    public AutoencoderSettings Settings => _model.Settings;

    /// <summary>Clicks of the last batch.</summary>
    public int Clicks => _batch.Entries;

    /// <summary>Gives all memory back.</summary>
    public void Dispose()
    {
        _batch.Dispose();
        _model.Dispose();
    }

    /// <summary>A whole step.</summary>
    public void Next()
    {
        Load();
        Update();
    }

    /// <summary>The first part of a step: the next users' rows.</summary>
    public void Load()
    {
        Session.Cancellation.ThrowIfCancellationRequested();
        for (int i = 0; i < _users.Length; i++) _users[i] = (int)(((long)_update * BatchSize + i) % _train.Rows);
        _batch.Load(_train, _users);
    }

    /// <summary>The rest: forward, loss, backward and Adam.</summary>
    public void Update()
    {
        _optimizer.Begin();
        _model.Forward(_batch, _model.TrainingMask(Seed, (uint)_update), new(Seed, (uint)_update, RandomPurpose.LatentNoise));
        _model.Backward(_batch, new Objective(Beta));
        _optimizer.End();
        _update++;
    }
}
