using ManualVae.Compute;

namespace ManualVae.Models;

/// <summary>
/// An encoder that is a chain: one layer that reads the clicks, then dense layers; the last one's output is the code.
/// </summary>
/// <typeparam name="TInput">Kind of the first layer.</typeparam>
/// <typeparam name="TLayer">Kind of the others.</typeparam>
/// <param name="input">The layer that reads the clicks.</param>
/// <param name="layers">The dense layers after it, possibly none.</param>
public abstract class SequentialEncoder<TInput, TLayer>(TInput input, IReadOnlyList<TLayer> layers) : IInputDifferentiable
    where TInput : class, ISparseLayer
    where TLayer : class, IDenseLayer
{
    private readonly LayerChain _dense = new(layers);

    /// <summary>The layer that reads the clicks; after a backward pass it holds its gradient.</summary>
    public TInput Input => input;

    /// <summary>The dense layers after it.</summary>
    public IReadOnlyList<TLayer> Layers => layers;

    private ILayer Last => layers.Count == 0 ? input : layers[^1];

    /// <inheritdoc/>
    public Tensor Forward(SparseBatch batch, Tensor noise) => _dense.Forward(input.Forward(batch));

    /// <inheritdoc/>
    public Tensor Output(int rows) => Last.Output(rows);

    /// <inheritdoc/>
    public Tensor OutputGradient(int rows) => Last.OutputGradient(rows);

    /// <inheritdoc/>
    public void ZeroOutputGradient(int rows)
    {
        input.ZeroOutputGradient(rows);
        _dense.ZeroOutputGradient(rows);
    }

    /// <inheritdoc/>
    public void Backward(SparseBatch batch)
    {
        _dense.Backward(input.Output(batch.Rows), input.OutputGradient(batch.Rows));
        input.Backward(batch);
    }

    /// <inheritdoc/>
    public void InputGradient(Tensor dInputs) => input.InputGradient(dInputs);
}
