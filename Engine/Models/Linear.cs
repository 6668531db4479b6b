using ManualVae.Compute;

namespace ManualVae.Models;

/// <summary>The dense layer y = f(x W' + b), W [outputs, inputs].</summary>
/// <inheritdoc cref="WeightedLayer"/>
public sealed class Linear(
    MemoryScope memory, ParameterBlock parameters, string name, int inputs, int outputs, Activation activation, int maxRows,
    double weightDecay = 0)
    : WeightedLayer(memory, parameters, name, inputs, outputs, activation, maxRows, weightDecay, inputMajor: false), IDenseLayer
{
    /// <inheritdoc/>
    public Tensor Forward(Tensor x)
    {
        var y = Output(x.Rows);
        Backend.LinearForward(x, Weight, Bias, Activation, y);
        return y;
    }

    /// <inheritdoc/>
    public void Backward(Tensor x, Tensor dx) => Backend.LinearBackward(x, Weight, Bias, ActivationBackward(x.Rows), dx);
}
