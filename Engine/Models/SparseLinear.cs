using ManualVae.Compute;

namespace ManualVae.Models;

/// <summary>The input layer y = f(x W + b) of a sparse history x; W [items, outputs], so that a click reads one row.</summary>
public sealed class SparseLinear : Layer, ISparseLayer
{
    private readonly Activation _activation;

    /// <summary>Declares the parameters <c>NAME.weight</c> and <c>NAME.bias</c> and makes room for a batch.</summary>
    /// <inheritdoc cref="Linear(MemoryScope, ParameterBlock, string, int, int, Activation, int, double)"/>
    public SparseLinear(
        MemoryScope memory, ParameterBlock parameters, string name, int inputs, int outputs, Activation activation, int maxRows,
        double weightDecay = 0) : base(memory, outputs, maxRows)
    {
        _activation = activation;
        (Weight, Bias) = parameters.DeclareLayer(name, inputs, outputs, weightDecay, inputMajor: true);
    }

    /// <summary>W [items, outputs].</summary>
    public Parameter Weight { get; }

    /// <summary>b [1, outputs].</summary>
    public Parameter Bias { get; }

    /// <summary>y = f(x W + b).</summary>
    public Tensor Forward(SparseBatch batch)
    {
        var y = Output(batch.Rows);
        Backend.SparseLinearForward(batch, Weight, Bias, _activation, y);
        return y;
    }

    /// <inheritdoc/>
    public void Backward(SparseBatch batch)
    {
        var dy = OutputGradient(batch.Rows);
        Backend.ActivationBackward(_activation, Output(batch.Rows), dy);
        Backend.SparseLinearBackward(batch, Weight, Bias, dy);
    }

    /// <summary>dInputs += dy W'.</summary>
    public void InputGradient(Tensor dInputs) => Backend.MatMul(
        Transpose.Second, OutputGradient(dInputs.Rows), Weight.Value, dInputs, accumulate: true);
}
