using ManualVae.Compute;

namespace ManualVae.Models;

/// <summary>
/// A gated layer (Kim and Suh 2019; Tomczak and Welling 2018): y = h * sigmoid(g), h and g two linear layers of the same input.
/// No other activation.
/// </summary>
/// <typeparam name="TLayer">Kind of the two layers.</typeparam>
/// <param name="memory">Where it lives.</param>
/// <param name="value">h.</param>
/// <param name="gate">g.</param>
/// <param name="width">Width of h, g and y.</param>
/// <param name="maxRows">Largest batch.</param>
/// <param name="constant">The layer is never trained.</param>
public abstract class GatedLayer<TLayer>(
    MemoryScope memory, TLayer value, TLayer gate, int width, int maxRows, bool constant)
    : Layer(memory, width, maxRows, constant) where TLayer : Layer
{
    /// <summary>h.</summary>
    protected TLayer Value => value;

    /// <summary>g.</summary>
    protected TLayer Gate => gate;

    /// <inheritdoc/>
    public override void ZeroOutputGradient(int rows)
    {
        value.ZeroOutputGradient(rows);
        gate.ZeroOutputGradient(rows);
        base.ZeroOutputGradient(rows);
    }

    /// <summary>y = h * sigmoid(g).</summary>
    protected Tensor Product(Tensor h, Tensor g)
    {
        var y = Output(h.Rows);
        Backend.GateForward(h, g, y);
        return y;
    }

    /// <summary>From dL/dy: adds to dL/dh and dL/dg.</summary>
    protected void ProductBackward(int rows) => Backend.GateBackward(
        value.Output(rows), gate.Output(rows), OutputGradient(rows), value.OutputGradient(rows), gate.OutputGradient(rows));
}

/// <summary>The gated layer of a dense x: y = (x W' + b) * sigmoid(x V' + c).</summary>
/// <param name="memory">Where it lives.</param>
/// <param name="parameters">Block that receives the layers <c>NAME</c> (W, b) and <c>NAME.gate</c> (V, c).</param>
/// <param name="name">Prefix of the parameters' names.</param>
/// <param name="inputs">Width of x.</param>
/// <param name="outputs">Width of y.</param>
/// <param name="maxRows">Largest batch.</param>
/// <param name="weightDecay">lambda of lambda ||W||^2.</param>
public sealed class GatedLinear(
    MemoryScope memory, ParameterBlock parameters, string name, int inputs, int outputs, int maxRows, double weightDecay = 0)
    : GatedLayer<Linear>(
        memory, new(memory, parameters, name, inputs, outputs, Activation.Identity, maxRows, weightDecay),
        new(memory, parameters, $"{name}.gate", inputs, outputs, Activation.Identity, maxRows, weightDecay),
        outputs, maxRows, parameters.IsConstant(name)), IDenseLayer
{
    /// <inheritdoc/>
    public Tensor Forward(Tensor x) => Product(Value.Forward(x), Gate.Forward(x));

    /// <inheritdoc/>
    public void Backward(Tensor x, Tensor dx)
    {
        ProductBackward(x.Rows);
        Value.Backward(x, dx);
        Gate.Backward(x, dx);
    }
}

/// <summary>The gated layer of a sparse history x: y = (x W + b) * sigmoid(x V + c).</summary>
/// <inheritdoc cref="GatedLinear"/>
public sealed class GatedSparseLinear(
    MemoryScope memory, ParameterBlock parameters, string name, int inputs, int outputs, int maxRows, double weightDecay = 0)
    : GatedLayer<SparseLinear>(
        memory, new(memory, parameters, name, inputs, outputs, Activation.Identity, maxRows, weightDecay),
        new(memory, parameters, $"{name}.gate", inputs, outputs, Activation.Identity, maxRows, weightDecay),
        outputs, maxRows, parameters.IsConstant(name)), ISparseLayer
{
    /// <inheritdoc/>
    public Tensor Forward(SparseBatch batch) => Product(Value.Forward(batch), Gate.Forward(batch));

    /// <inheritdoc/>
    public void Backward(SparseBatch batch)
    {
        ProductBackward(batch.Rows);
        Value.Backward(batch);
        Gate.Backward(batch);
    }

    /// <inheritdoc/>
    public void InputGradient(Tensor dInputs)
    {
        Value.InputGradient(dInputs);
        Gate.InputGradient(dInputs);
    }
}
