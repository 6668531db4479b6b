using ManualVae.Compute;

namespace ManualVae.Models;

/// <summary>
/// H+Vamp's q(z|x): gated layers, then one linear layer to the 2K posterior (its two heads side by side). The authors clamp the log
/// variance to [-12, 4]; here it is free, as in the rest of the family.
/// </summary>
public sealed class GatedEncoder : IInputDifferentiable
{
    private readonly GatedSparseLinear _input;
    private readonly GatedLinear[] _layers;
    private readonly Linear _head;

    /// <summary>Declares the layers <c>NAME.0</c> ... and <c>NAME.head</c>.</summary>
    /// <param name="backend">Where it runs.</param>
    /// <param name="parameters">Block that receives the parameters.</param>
    /// <param name="name">Prefix of the parameters' names.</param>
    /// <param name="items">Number of items.</param>
    /// <param name="hidden">Widths of the hidden layers, at least one.</param>
    /// <param name="outputs">Width of the code, 2K.</param>
    /// <param name="maxRows">Largest batch.</param>
    /// <param name="weightDecay">lambda of lambda ||W||^2.</param>
    public GatedEncoder(
        IBackend backend, ParameterBlock parameters, string name, int items, IReadOnlyList<int> hidden, int outputs, int maxRows,
        double weightDecay = 0)
    {
        _input = new(backend, parameters, $"{name}.0", items, hidden[0], maxRows, weightDecay);
        _layers = new GatedLinear[hidden.Count - 1];
        for (int i = 0; i < _layers.Length; i++)
            _layers[i] = new(backend, parameters, $"{name}.{i + 1}", hidden[i], hidden[i + 1], maxRows, weightDecay);
        _head = new(backend, parameters, $"{name}.head", hidden[^1], outputs, Activation.Identity, maxRows, weightDecay);
    }

    /// <inheritdoc/>
    public Tensor Forward(SparseBatch batch, Tensor noise)
    {
        var h = _input.Forward(batch);
        foreach (var layer in _layers) h = layer.Forward(h);
        return _head.Forward(h);
    }

    /// <inheritdoc/>
    public Tensor Output(int rows) => _head.Output(rows);

    /// <inheritdoc/>
    public Tensor OutputGradient(int rows) => _head.OutputGradient(rows);

    /// <inheritdoc/>
    public void ZeroOutputGradient(int rows)
    {
        _input.ZeroOutputGradient(rows);
        foreach (var layer in _layers) layer.ZeroOutputGradient(rows);
        _head.ZeroOutputGradient(rows);
    }

    /// <inheritdoc/>
    public void Backward(SparseBatch batch)
    {
        int rows = batch.Rows;
        _head.Backward(InputOf(_layers.Length), GradientOf(_layers.Length));
        for (int i = _layers.Length - 1; i >= 0; i--) _layers[i].Backward(InputOf(i), GradientOf(i));
        _input.Backward(batch);

        Tensor InputOf(int layer) => layer == 0 ? _input.Output(rows) : _layers[layer - 1].Output(rows);
        Tensor GradientOf(int layer) => layer == 0 ? _input.OutputGradient(rows) : _layers[layer - 1].OutputGradient(rows);
    }

    /// <inheritdoc/>
    public void InputGradient(Tensor dInputs) => _input.InputGradient(dInputs);
}
