using ManualVae.Compute;

namespace ManualVae.Models;

/// <summary>
/// A gated layer of H+Vamp (Kim and Suh 2019; Tomczak and Welling 2018): y = (x W' + b) * sigmoid(x V' + c), no other activation.
/// </summary>
public sealed class GatedLinear : IDenseLayer
{
    private readonly Linear _value, _gate;
    private readonly GatedProduct _product;

    /// <summary>Declares the layers <c>NAME</c> (W, b) and <c>NAME.gate</c> (V, c).</summary>
    public GatedLinear(
        IBackend backend, ParameterBlock parameters, string name, int inputs, int outputs, int maxRows, double weightDecay = 0)
    {
        _value = new(backend, parameters, name, inputs, outputs, Activation.Identity, maxRows, weightDecay);
        _gate = new(backend, parameters, $"{name}.gate", inputs, outputs, Activation.Identity, maxRows, weightDecay);
        _product = new(backend, outputs, maxRows);
    }

    /// <inheritdoc/>
    public Tensor Output(int rows) => _product.Output.Top(rows);

    /// <inheritdoc/>
    public Tensor OutputGradient(int rows) => _product.Gradient.Top(rows);

    /// <inheritdoc/>
    public Tensor Forward(Tensor x) => _product.Forward(_value.Forward(x), _gate.Forward(x));

    /// <inheritdoc/>
    public void ZeroOutputGradient(int rows)
    {
        _value.ZeroOutputGradient(rows);
        _gate.ZeroOutputGradient(rows);
        _product.ZeroGradient(rows);
    }

    /// <inheritdoc/>
    public void Backward(Tensor x, Tensor dx)
    {
        int rows = x.Rows;
        _product.Backward(_value.Output(rows), _gate.Output(rows), _value.OutputGradient(rows), _gate.OutputGradient(rows));
        _value.Backward(x, dx);
        _gate.Backward(x, dx);
    }
}

/// <summary>The gated layer of a sparse history.</summary>
public sealed class GatedSparseLinear
{
    private readonly SparseLinear _value, _gate;
    private readonly GatedProduct _product;

    /// <summary>Declares the layers <c>NAME</c> and <c>NAME.gate</c>.</summary>
    public GatedSparseLinear(
        IBackend backend, ParameterBlock parameters, string name, int items, int outputs, int maxRows, double weightDecay = 0)
    {
        _value = new(backend, parameters, name, items, outputs, Activation.Identity, maxRows, weightDecay);
        _gate = new(backend, parameters, $"{name}.gate", items, outputs, Activation.Identity, maxRows, weightDecay);
        _product = new(backend, outputs, maxRows);
    }

    /// <summary>y of the last forward pass.</summary>
    public Tensor Output(int rows) => _product.Output.Top(rows);

    /// <summary>dL/dy, to be filled by whoever reads y.</summary>
    public Tensor OutputGradient(int rows) => _product.Gradient.Top(rows);

    /// <summary>y = (x W + b) * sigmoid(x V + c).</summary>
    public Tensor Forward(SparseBatch batch) => _product.Forward(_value.Forward(batch), _gate.Forward(batch));

    /// <summary>Zeroes dL/dy before the backward pass of the layers above.</summary>
    public void ZeroOutputGradient(int rows)
    {
        _value.ZeroOutputGradient(rows);
        _gate.ZeroOutputGradient(rows);
        _product.ZeroGradient(rows);
    }

    /// <summary>From dL/dy: adds to the parameters' gradients.</summary>
    public void Backward(SparseBatch batch)
    {
        int rows = batch.Rows;
        _product.Backward(_value.Output(rows), _gate.Output(rows), _value.OutputGradient(rows), _gate.OutputGradient(rows));
        _value.Backward(batch);
        _gate.Backward(batch);
    }

    /// <summary>After <see cref="Backward"/>: adds dL/dinputs [B, I] of a batch whose rows hold every item.</summary>
    public void InputGradient(Tensor dInputs)
    {
        _value.InputGradient(dInputs);
        _gate.InputGradient(dInputs);
    }
}

/// <summary>y = h * sigmoid(g) and its gradient.</summary>
internal sealed class GatedProduct(IBackend backend, int width, int maxRows)
{
    internal Tensor Output { get; } = backend.Allocate(maxRows, width);

    internal Tensor Gradient { get; } = backend.Allocate(maxRows, width);

    internal void ZeroGradient(int rows) => backend.Fill(Gradient.Top(rows), 0);

    internal Tensor Forward(Tensor h, Tensor g)
    {
        var y = Output.Top(h.Rows);
        backend.GateForward(h, g, y);
        return y;
    }

    internal void Backward(Tensor h, Tensor g, Tensor dh, Tensor dg) => backend.GateBackward(h, g, Gradient.Top(h.Rows), dh, dg);
}
