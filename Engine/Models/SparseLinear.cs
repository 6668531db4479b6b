using ManualVae.Compute;

namespace ManualVae.Models;

/// <summary>The input layer y = f(x W + b) of a sparse history x; W [items, outputs], so that a click reads one row.</summary>
/// <inheritdoc cref="WeightedLayer"/>
public sealed class SparseLinear(
    MemoryScope memory, ParameterBlock parameters, string name, int inputs, int outputs, Activation activation, int maxRows,
    double weightDecay = 0)
    : WeightedLayer(memory, parameters, name, inputs, outputs, activation, maxRows, weightDecay, inputMajor: true), ISparseLayer
{
    /// <inheritdoc/>
    public Tensor Forward(SparseBatch batch)
    {
        var y = Output(batch.Rows);
        Backend.SparseLinearForward(batch, Weight, Bias, Activation, y);
        return y;
    }

    /// <inheritdoc/>
    public void Backward(SparseBatch batch) =>
        Backend.SparseLinearBackward(batch, Weight, Bias, ActivationBackward(batch.Rows));

    /// <summary>dInputs += dy W'.</summary>
    public void InputGradient(Tensor dInputs) => Backend.MatMul(
        Transpose.Second, OutputGradient(dInputs.Rows), Weight.Value, dInputs, accumulate: true);
}
