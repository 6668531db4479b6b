using ManualVae.Models;
using ManualVae.Study;
using ManualVae.Training;

namespace ManualVae.Tools.Runs;

/// <summary>Passes training events on and warns once, from the fifth epoch on, if the posterior has collapsed.</summary>
/// <param name="inner">The observer that gets the events.</param>
/// <param name="say">Takes the warning.</param>
internal sealed class CollapseWatch(ITrainingObserver inner, Action<string> say) : ITrainingObserver
{
    private const int FirstEpoch = 5; // earlier, every posterior is still near its prior
    private bool _said;

    /// <summary>The model in training, once there is one.</summary>
    public Autoencoder? Model { get; set; }

    /// <inheritdoc/>
    public void Updated(in TrainingProgress progress) => inner.Updated(progress);

    /// <inheritdoc/>
    public void EpochEnded(EpochMetrics metrics)
    {
        inner.EpochEnded(metrics);
        if (_said || metrics.Epoch < FirstEpoch || Model is null || CollapseStudy.Alarm(Model) is not string alarm) return;
        say($"warning    epoch {metrics.Epoch}: {alarm}");
        _said = true;
    }
}
