using ManualVae.Compute;

namespace ManualVae.Models;

/// <summary>The dense layer y = f(x W' + b), W [outputs, inputs].</summary>
public sealed class Linear : Layer, IDenseLayer
{
    private readonly Activation _activation;

    /// <summary>Declares the parameters <c>NAME.weight</c> and <c>NAME.bias</c> and makes room for a batch.</summary>
    /// <param name="memory">Where it lives.</param>
    /// <param name="parameters">Block that receives the parameters.</param>
    /// <param name="name">Prefix of the parameters' names.</param>
    /// <param name="inputs">Width of x.</param>
    /// <param name="outputs">Width of y.</param>
    /// <param name="activation">f.</param>
    /// <param name="maxRows">Largest batch.</param>
    /// <param name="weightDecay">lambda of lambda ||W||^2; biases are never decayed.</param>
    public Linear(
        MemoryScope memory, ParameterBlock parameters, string name, int inputs, int outputs, Activation activation, int maxRows,
        double weightDecay = 0) : base(memory, outputs, maxRows)
    {
        _activation = activation;
        (Weight, Bias) = parameters.DeclareLayer(name, inputs, outputs, weightDecay);
    }

    /// <summary>W [outputs, inputs].</summary>
    public Parameter Weight { get; }

    /// <summary>b [1, outputs].</summary>
    public Parameter Bias { get; }

    /// <summary>y = f(x W' + b).</summary>
    public Tensor Forward(Tensor x)
    {
        var y = Output(x.Rows);
        Backend.LinearForward(x, Weight, Bias, _activation, y);
        return y;
    }

    /// <inheritdoc/>
    public void Backward(Tensor x, Tensor dx)
    {
        var dy = OutputGradient(x.Rows);
        Backend.ActivationBackward(_activation, Output(x.Rows), dy);
        Backend.LinearBackward(x, Weight, Bias, dy, dx);
    }
}
