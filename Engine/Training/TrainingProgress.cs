namespace ManualVae.Training;

/// <summary>Watches a training run; called on the training thread.</summary>
public interface ITrainingObserver
{
    /// <summary>After each gradient update.</summary>
    /// <param name="progress">Where the run stands and the means of the epoch so far.</param>
    void Updated(in TrainingProgress progress);

    /// <summary>After each epoch, its validation and its checkpoint.</summary>
    void EpochEnded(EpochMetrics metrics);
}

/// <summary>Where a run stands within an epoch.</summary>
/// <param name="Epoch">Epoch under way, from 1.</param>
/// <param name="Epochs">Epochs in all.</param>
/// <param name="Batch">Batches done of this epoch.</param>
/// <param name="Batches">Batches of an epoch.</param>
/// <param name="Reconstruction">Mean negative log-likelihood over the epoch so far.</param>
/// <param name="Kl">Mean KL over the epoch so far.</param>
/// <param name="Anchor">Mean anchor term over the epoch so far.</param>
/// <param name="Beta">beta of the latest update.</param>
/// <param name="UsersPerSecond">Speed over the epoch so far.</param>
public readonly record struct TrainingProgress(
    int Epoch, int Epochs, int Batch, int Batches, double Reconstruction, double Kl, double Anchor, double Beta,
    double UsersPerSecond);
