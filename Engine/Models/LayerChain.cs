using ManualVae.Compute;

namespace ManualVae.Models;

/// <summary>
/// Dense layers one after another, as one layer. Without layers it is the identity and has no output of its own.
/// </summary>
/// <param name="layers">The layers, input side first.</param>
public sealed class LayerChain(IEnumerable<IDenseLayer> layers) : IDenseLayer
{
    private readonly IDenseLayer[] _layers = [.. layers]; // an array: enumerating it allocates nothing

    /// <inheritdoc/>
    public Tensor Output(int rows) => _layers[^1].Output(rows);

    /// <inheritdoc/>
    public Tensor OutputGradient(int rows) => _layers[^1].OutputGradient(rows);

    /// <inheritdoc/>
    public void ZeroOutputGradient(int rows)
    {
        foreach (var layer in _layers) layer.ZeroOutputGradient(rows);
    }

    /// <inheritdoc/>
    public Tensor Forward(Tensor x)
    {
        foreach (var layer in _layers) x = layer.Forward(x);
        return x;
    }

    /// <inheritdoc/>
    public void Backward(Tensor x, Tensor dx)
    {
        int rows = x.Rows;
        for (int i = _layers.Length - 1; i > 0; i--)
            _layers[i].Backward(_layers[i - 1].Output(rows), _layers[i - 1].OutputGradient(rows));
        if (_layers.Length > 0) _layers[0].Backward(x, dx);
    }
}
