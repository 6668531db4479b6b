using ManualVae.Compute;

namespace ManualVae.Models;

/// <summary>
/// Dense layers one after another, as one layer. Without layers it is the identity and has no output of its own.
/// </summary>
/// <param name="layers">The layers, input side first.</param>
public sealed class LayerChain(IReadOnlyList<IDenseLayer> layers) : IDenseLayer
{
    /// <inheritdoc/>
    public Tensor Output(int rows) => layers[^1].Output(rows);

    /// <inheritdoc/>
    public Tensor OutputGradient(int rows) => layers[^1].OutputGradient(rows);

    /// <inheritdoc/>
    public void ZeroOutputGradient(int rows)
    {
        foreach (var layer in layers) layer.ZeroOutputGradient(rows);
    }

    /// <inheritdoc/>
    public Tensor Forward(Tensor x)
    {
        foreach (var layer in layers) x = layer.Forward(x);
        return x;
    }

    /// <inheritdoc/>
    public void Backward(Tensor x, Tensor dx)
    {
        int rows = x.Rows;
        for (int i = layers.Count - 1; i > 0; i--)
            layers[i].Backward(layers[i - 1].Output(rows), layers[i - 1].OutputGradient(rows));
        if (layers.Count > 0) layers[0].Backward(x, dx);
    }
}
