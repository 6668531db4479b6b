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
        bool byRows = _step?.IsOn(batch) == true;
        if (byRows) _step!.TakeInputs(batch);
        Backend.SparseLinearForward(byRows ? _step!.Batch : batch, byRows ? _rows!.Rows : Weight, Bias, Activation, y);
        return y;
    }

    /// <inheritdoc/>
    public void Backward(SparseBatch batch)
    {
        bool byRows = _step?.IsOn(batch) == true;
        Backend.SparseLinearBackward(
            byRows ? _step!.Batch : batch, byRows ? _rows!.Rows : Weight, Bias, ActivationBackward(batch.Rows));
    }

    /// <summary>dInputs += dy W'.</summary>
    public void InputGradient(Tensor dInputs) => Backend.MatMul(
        Transpose.Second, OutputGradient(dInputs.Rows), Weight.Value, dInputs, accumulate: true);
}
