using ManualVae.Compute;

namespace ManualVae.Models;

/// <summary>y = f(x W' + b), W [outputs, inputs]: one dense layer and the memory its backward pass needs.</summary>
public sealed class Linear : IDenseLayer
{
    private readonly IBackend _backend;
    private readonly Func<Parameter> _weight, _bias;
    private readonly Activation _activation;
    private readonly Tensor _output, _gradient;

    /// <summary>Declares the parameters <c>name.weight</c> and <c>name.bias</c> and makes room for a batch.</summary>
    /// <param name="backend">Where it runs.</param>
    /// <param name="parameters">Block that receives the parameters.</param>
    /// <param name="name">Prefix of the parameters' names.</param>
    /// <param name="inputs">Width of x.</param>
    /// <param name="outputs">Width of y.</param>
    /// <param name="activation">f.</param>
    /// <param name="maxRows">Largest batch.</param>
    /// <param name="weightDecay">lambda of lambda ||W||^2; biases are never decayed.</param>
    public Linear(
        IBackend backend, ParameterBlock parameters, string name, int inputs, int outputs, Activation activation, int maxRows,
        double weightDecay = 0)
    {
        _backend = backend;
        _activation = activation;
        (_weight, _bias) = parameters.DeclareLayer(name, inputs, outputs, weightDecay);
        _output = backend.Allocate(maxRows, outputs);
        _gradient = backend.Allocate(maxRows, outputs);
    }

    /// <summary>W [outputs, inputs].</summary>
    public Parameter Weight => _weight();

    /// <summary>b [1, outputs].</summary>
    public Parameter Bias => _bias();

    /// <inheritdoc/>
    public Tensor Output(int rows) => _output.Top(rows);

    /// <inheritdoc/>
    public Tensor OutputGradient(int rows) => _gradient.Top(rows);

    /// <summary>y = f(x W' + b).</summary>
    public Tensor Forward(Tensor x)
    {
        var y = Output(x.Rows);
        _backend.LinearForward(x, Weight, Bias, _activation, y);
        return y;
    }

    /// <inheritdoc/>
    public void ZeroOutputGradient(int rows) => _backend.Fill(OutputGradient(rows), 0);

    /// <inheritdoc/>
    public void Backward(Tensor x, Tensor dx)
    {
        var dy = OutputGradient(x.Rows);
        _backend.ActivationBackward(_activation, Output(x.Rows), dy);
        _backend.LinearBackward(x, Weight, Bias, dy, dx);
    }
}
