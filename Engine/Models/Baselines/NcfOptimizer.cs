using ManualVae.Compute;

namespace ManualVae.Models.Baselines;

/// <summary>
/// The updates of NCF: Adam from scratch, plain gradient descent after pre-training, as in the authors' code.
/// </summary>
/// <param name="learningRate">Step size.</param>
/// <param name="adam">Adam; else w -= rate g.</param>
internal sealed class NcfOptimizer(double learningRate, bool adam)
{
    private readonly AdamAtRest _rest = new();

    /// <summary>True for Adam.</summary>
    public bool IsAdam => adam;

    /// <summary>Step size before any correction.</summary>
    public double LearningRate => learningRate;

    /// <summary>The update under way, or the last one.</summary>
    public AdamStep Step { get; private set; } = new(learningRate, 0);

    /// <summary>Updates done.</summary>
    public long Done => _rest.Done;

    /// <summary>Begins the next update.</summary>
    public void Begin() => Step = new(learningRate, Done + 1);

    /// <summary>Ends the update under way.</summary>
    public void End() => _rest.Add(Step);

    /// <summary>What the updates since the given one do to an element that has rested since.</summary>
    public AdamRest Since(long update) => _rest.Since(update);
}
