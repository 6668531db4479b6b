using ManualVae.Models;
using ManualVae.Study;
using ManualVae.Training;

namespace ManualVae.Tools.Runs;

/// <summary>Passes training events on and says once, from the fifth epoch on, where the posterior has collapsed.</summary>
/// <param name="inner">Who else watches.</param>
/// <param name="say">Takes the line.</param>
internal sealed class CollapseWatch(ITrainingObserver inner, Action<string> say) : ITrainingObserver
{
    private const int FirstEpoch = 5; // before, a posterior near its prior is only a young one
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
