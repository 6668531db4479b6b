using ManualVae.Compute;

namespace ManualVae.Training;

/// <summary>Adam over a set of parameters; those that are fused are updated by the backward pass itself.</summary>
/// <param name="backend">Where the parameters live.</param>
/// <param name="parameters">What it updates.</param>
/// <param name="learningRate">Step size.</param>
public sealed class AdamOptimizer(IBackend backend, IReadOnlyList<Parameter> parameters, double learningRate)
{
    /// <summary>Updates done.</summary>
    public long Step { get; set; }

    /// <summary>Share of the step size that the next update takes.</summary>
    public double LearningRateScale { get; set; } = 1;

    /// <summary>Zeroes the gradients and announces the update to the fused parameters; before the backward pass.</summary>
    public void Begin()
    {
        var next = new AdamStep(learningRate * LearningRateScale, Step + 1);
        for (int i = 0; i < parameters.Count; i++)
        {
            parameters[i].FusedStep = next;
            if (!parameters[i].Gradient.IsNone) backend.Fill(parameters[i].Gradient, 0);
        }
    }

    /// <summary>Applies the update to the parameters that are not fused; after the backward pass.</summary>
    public void End()
    {
        Step++;
        var step = new AdamStep(learningRate * LearningRateScale, Step);
        for (int i = 0; i < parameters.Count; i++)
        {
            if (parameters[i].Gradient.IsNone) continue;
            backend.SumOverGroups(parameters[i].Gradient);
            backend.Adam(parameters[i], step);
        }
    }
}
