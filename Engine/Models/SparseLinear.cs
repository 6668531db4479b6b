using ManualVae.Compute;
using ManualVae.Models.Sampling;

namespace ManualVae.Models;

/// <summary>The input layer y = f(x W + b) of a sparse history x; W [items, outputs], so that a click reads one row.</summary>
/// <inheritdoc cref="WeightedLayer"/>
public sealed class SparseLinear(
    MemoryScope memory, ParameterBlock parameters, string name, int inputs, int outputs, Activation activation, int maxRows,
    double weightDecay = 0)
    : WeightedLayer(memory, parameters, name, inputs, outputs, activation, maxRows, weightDecay, inputMajor: true), ISparseLayer
{
    private SampledStep? _step;
    private RowWindow? _rows;

    /// <summary>In such steps reads and moves the rows of clicked items only. Before the parameters are built.</summary>
    internal void MoveByRows(ParameterBlock parameters, SampledStep step)
    {
        _step = step;
        _rows = step.Window(step.First, parameters, Weight, Output(0).Columns, fusable: true);
    }

    /// <inheritdoc/>
    public Tensor Forward(SparseBatch batch)
    {
        var y = Output(batch.Rows);
        if (_step?.IsOn(batch) == true) _step.TakeInputs(batch);
        var (seen, weight) = Seen(batch);
        Backend.SparseLinearForward(seen, weight, Bias, Activation, y);
        return y;
    }

    /// <inheritdoc/>
    public void Backward(SparseBatch batch)
    {
        var (seen, weight) = Seen(batch);
        Backend.SparseLinearBackward(seen, weight, Bias, ActivationBackward(batch.Rows));
    }

    // The clicks and the weights that a pass works on: those of the sampled step under way, if it is one on this batch.
    private (SparseBatch Batch, Parameter Weight) Seen(SparseBatch batch) =>
        _step?.IsOn(batch) == true ? (_step.Batch, _rows!.Rows) : (batch, Weight);

    /// <summary>dInputs += dy W'.</summary>
    public void InputGradient(Tensor dInputs) => Backend.MatMul(
        Transpose.Second, OutputGradient(dInputs.Rows), Weight.Value, dInputs, accumulate: true);
}
