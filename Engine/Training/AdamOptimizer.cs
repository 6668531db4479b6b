using ManualVae.Compute;
using ManualVae.Models;

namespace ManualVae.Training;

/// <summary>Adam over a set of parameters; those that are fused are updated by the backward pass itself.</summary>
/// <param name="backend">Where the parameters live.</param>
/// <param name="parameters">What it updates.</param>
/// <param name="learningRate">Step size.</param>
public sealed class AdamOptimizer(IBackend backend, IReadOnlyList<Parameter> parameters, double learningRate)
{
    // Gradients that lie next to each other are zeroed together: on a device each call is a launch.
    private readonly Tensor[] _gradients = Neighbours([.. parameters.Select(p => p.Gradient).Where(g => !g.IsNone)]);

    /// <summary>Updates done.</summary>
    public long Step { get; set; }

    /// <summary>Share of the step size that the next update takes.</summary>
    public double LearningRateScale { get; set; } = 1;

    /// <summary>Zeroes the gradients and announces the update to the fused parameters; before the backward pass.</summary>
    public void Begin()
    {
        var next = new AdamStep(learningRate * LearningRateScale, Step + 1);
        for (int i = 0; i < parameters.Count; i++) parameters[i].FusedStep = next;
        foreach (var gradient in _gradients) backend.Fill(gradient, 0);
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

    // Parameters of a block start on multiples of its alignment, so a shorter gap between two of them is nobody's.
    private static Tensor[] Neighbours(List<Tensor> tensors)
    {
        const int Alignment = ParameterBlock.Alignment;
        var joined = new List<Tensor>();
        foreach (var next in tensors.OrderBy(t => t.Offset))
        {
            var last = joined.LastOrDefault();
            long length = next.Offset + next.Length - last.Offset, gap = length - next.Length - last.Length;
            if (last.Buffer == next.Buffer && last.Offset % Alignment == 0 && next.Offset % Alignment == 0
                && gap is >= 0 and < Alignment && length <= int.MaxValue)
                joined[^1] = last with { Rows = 1, Columns = (int)length };
            else joined.Add(next);
        }
        return [.. joined];
    }
}
