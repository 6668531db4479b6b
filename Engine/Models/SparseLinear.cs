using ManualVae.Compute;

namespace ManualVae.Models;

/// <summary>The input layer y = f(x W + b) of a sparse history x; W [items, outputs], so that a click reads one row.</summary>
public sealed class SparseLinear
{
    private readonly IBackend _backend;
    private readonly Func<Parameter> _weight, _bias;
    private readonly Activation _activation;
    private readonly Tensor _output, _gradient;

    /// <summary>Declares the parameters <c>name.weight</c> and <c>name.bias</c> and makes room for a batch.</summary>
    public SparseLinear(
        IBackend backend, ParameterBlock parameters, string name, int items, int outputs, Activation activation, int maxRows,
        double weightDecay = 0)
    {
        _backend = backend;
        _activation = activation;
        (_weight, _bias) = parameters.DeclareLayer(name, items, outputs, weightDecay, inputMajor: true);
        _output = backend.Allocate(maxRows, outputs);
        _gradient = backend.Allocate(maxRows, outputs);
    }

    /// <summary>W [items, outputs].</summary>
    public Parameter Weight => _weight();

    /// <summary>b [1, outputs].</summary>
    public Parameter Bias => _bias();

    /// <summary>y of the last forward pass.</summary>
    public Tensor Output(int rows) => _output.Top(rows);

    /// <summary>dL/dy, to be filled by whoever reads y; <see cref="Backward"/> consumes it.</summary>
    public Tensor OutputGradient(int rows) => _gradient.Top(rows);

    /// <summary>y = f(inputs W + b) for the batch's encoded inputs.</summary>
    public Tensor Forward(SparseBatch batch)
    {
        var y = Output(batch.Rows);
        _backend.SparseLinearForward(batch, Weight, Bias, _activation, y);
        return y;
    }

    /// <summary>Zeroes dL/dy before the backward pass of the layers above.</summary>
    public void ZeroOutputGradient(int rows) => _backend.Fill(OutputGradient(rows), 0);

    /// <summary>From dL/dy: adds to the parameters' gradients.</summary>
    public void Backward(SparseBatch batch)
    {
        var dy = OutputGradient(batch.Rows);
        _backend.ActivationBackward(_activation, Output(batch.Rows), dy);
        _backend.SparseLinearBackward(batch, Weight, Bias, dy);
    }

    /// <summary>After <see cref="Backward"/>: dinputs [B, I] += dy W', for a batch whose rows hold every item.</summary>
    public void InputGradient(Tensor dInputs) => _backend.MatMul(
        Transpose.Second, OutputGradient(dInputs.Rows), Weight.Value, dInputs, accumulate: true);
}
