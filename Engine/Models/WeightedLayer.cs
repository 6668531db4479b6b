using ManualVae.Compute;

namespace ManualVae.Models;

/// <summary>What dense and sparse linear layers share: W, b and the activation f of y = f(x W + b).</summary>
/// <param name="memory">Where it lives.</param>
/// <param name="parameters">Block that receives the parameters <c>NAME.weight</c> and <c>NAME.bias</c>.</param>
/// <param name="name">Prefix of the parameters' names.</param>
/// <param name="inputs">Width of x.</param>
/// <param name="outputs">Width of y.</param>
/// <param name="activation">f.</param>
/// <param name="maxRows">Largest batch.</param>
/// <param name="weightDecay">lambda of lambda ||W||^2; biases are never decayed.</param>
/// <param name="inputMajor">W is [inputs, outputs] and not [outputs, inputs].</param>
public abstract class WeightedLayer(
    MemoryScope memory, ParameterBlock parameters, string name, int inputs, int outputs, Activation activation, int maxRows,
    double weightDecay, bool inputMajor) : Layer(memory, outputs, maxRows, parameters.IsConstant(name))
{
    private readonly (Parameter Weight, Parameter Bias) _parameters =
        parameters.DeclareLayer(name, inputs, outputs, weightDecay, inputMajor);

    /// <summary>W.</summary>
    public Parameter Weight => _parameters.Weight;

    /// <summary>b [1, outputs].</summary>
    public Parameter Bias => _parameters.Bias;

    /// <summary>f.</summary>
    protected Activation Activation => activation;

    /// <summary>Turns dL/dy into the gradient by what f was applied to.</summary>
    protected Tensor ActivationBackward(int rows)
    {
        var dy = OutputGradient(rows);
        Backend.ActivationBackward(activation, Output(rows), dy);
        return dy;
    }
}
