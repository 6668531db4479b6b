using ManualVae.Compute;

namespace ManualVae.Models;

/// <summary>
/// The encoder of Liang et al. 2018 (papers.md A1): tanh hidden layers, then one linear layer to 2K posterior without activation
/// (Mult-VAE), or to a tanh bottleneck of width K (Mult-DAE). Without hidden layers the input layer is the only one.
/// </summary>
public sealed class MlpEncoder : IInputDifferentiable
{
    private readonly SparseLinear _input;
    private readonly Linear[] _layers;

    /// <summary>Declares the layers <c>NAME.0</c>, <c>NAME.1</c>, ...</summary>
    /// <param name="backend">Where it runs.</param>
    /// <param name="parameters">Block that receives the parameters.</param>
    /// <param name="name">Prefix of the parameters' names.</param>
    /// <param name="items">Number of items.</param>
    /// <param name="hidden">Widths of the hidden layers, input side first.</param>
    /// <param name="outputs">Width of the code.</param>
    /// <param name="outputActivation">Activation of the code.</param>
    /// <param name="maxRows">Largest batch.</param>
    /// <param name="weightDecay">lambda of lambda ||W||^2.</param>
    public MlpEncoder(
        IBackend backend, ParameterBlock parameters, string name, int items, IReadOnlyList<int> hidden, int outputs,
        Activation outputActivation, int maxRows, double weightDecay = 0)
    {
        int[] widths = [.. hidden, outputs];
        Activation ActivationOf(int layer) => layer == widths.Length - 1 ? outputActivation : Activation.Tanh;
        _input = new(backend, parameters, $"{name}.0", items, widths[0], ActivationOf(0), maxRows, weightDecay);
        _layers = new Linear[widths.Length - 1];
        for (int i = 0; i < _layers.Length; i++)
            _layers[i] = new(
                backend, parameters, $"{name}.{i + 1}", widths[i], widths[i + 1], ActivationOf(i + 1), maxRows, weightDecay);
    }

    /// <summary>The layer that reads the clicks; after a backward pass it holds its gradient.</summary>
    public SparseLinear Input => _input;

    /// <summary>The dense layers after it.</summary>
    public IReadOnlyList<Linear> Layers => _layers;

    /// <inheritdoc/>
    public Tensor Forward(SparseBatch batch, Tensor noise)
    {
        var h = _input.Forward(batch);
        foreach (var layer in _layers) h = layer.Forward(h);
        return h;
    }

    /// <inheritdoc/>
    public Tensor Output(int rows) => _layers.Length == 0 ? _input.Output(rows) : _layers[^1].Output(rows);

    /// <inheritdoc/>
    public Tensor OutputGradient(int rows) =>
        _layers.Length == 0 ? _input.OutputGradient(rows) : _layers[^1].OutputGradient(rows);

    /// <inheritdoc/>
    public void ZeroOutputGradient(int rows)
    {
        _input.ZeroOutputGradient(rows);
        foreach (var layer in _layers) layer.ZeroOutputGradient(rows);
    }

    /// <inheritdoc/>
    public void Backward(SparseBatch batch)
    {
        for (int i = _layers.Length - 1; i >= 0; i--)
        {
            var (x, dx) = i == 0
                ? (_input.Output(batch.Rows), _input.OutputGradient(batch.Rows))
                : (_layers[i - 1].Output(batch.Rows), _layers[i - 1].OutputGradient(batch.Rows));
            _layers[i].Backward(x, dx);
        }
        _input.Backward(batch);
    }

    /// <inheritdoc/>
    public void InputGradient(Tensor dInputs) => _input.InputGradient(dInputs);
}
