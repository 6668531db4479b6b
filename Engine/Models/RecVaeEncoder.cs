using ManualVae.Compute;

namespace ManualVae.Models;

/// <summary>
/// RecVAE's encoder (Shenbin et al. 2020, section 3.2): densely connected layers h_l = LN(swish(W_l h_(l-1) + b_l + h_1 + ... +
/// h_(l-1))), the residual sum inside the swish, then one linear layer to the 2K posterior (the authors' two heads side by side).
/// </summary>
public sealed class RecVaeEncoder : IInputDifferentiable
{
    /// <summary>LayerNorm's epsilon in the authors' code.</summary>
    public const double Epsilon = 0.1;

    private readonly IBackend _backend;
    private readonly SparseLinear _input;
    private readonly Linear[] _layers;
    private readonly Linear _head;
    private readonly NormalisedSwish[] _norms;
    private readonly Tensor _sum; // forward: the residual sum; backward: the sum of the later layers' gradients

    /// <summary>Declares <c>NAME.0</c> ... (dense layers and their norms) and <c>NAME.head</c>.</summary>
    /// <param name="memory">Where it lives.</param>
    /// <param name="parameters">Block that receives the parameters.</param>
    /// <param name="name">Prefix of the parameters' names.</param>
    /// <param name="items">Number of items.</param>
    /// <param name="hidden">Widths of the hidden layers: at least one, all equal, for the residual sums.</param>
    /// <param name="outputs">Width of the code, 2K.</param>
    /// <param name="maxRows">Largest batch.</param>
    /// <param name="weightDecay">lambda of lambda ||W||^2.</param>
    public RecVaeEncoder(
        MemoryScope memory, ParameterBlock parameters, string name, int items, IReadOnlyList<int> hidden, int outputs,
        int maxRows, double weightDecay = 0)
    {
        _backend = memory.Backend;
        int width = hidden[0];
        _input = new(memory, parameters, $"{name}.0", items, width, Activation.Identity, maxRows, weightDecay);
        _layers = new Linear[hidden.Count - 1];
        _norms = new NormalisedSwish[hidden.Count];
        _norms[0] = new(memory, parameters, $"{name}.0.norm", width, maxRows);
        for (int i = 0; i < _layers.Length; i++)
        {
            _layers[i] = new(memory, parameters, $"{name}.{i + 1}", width, width, Activation.Identity, maxRows, weightDecay);
            _norms[i + 1] = new(memory, parameters, $"{name}.{i + 1}.norm", width, maxRows);
        }
        _head = new(memory, parameters, $"{name}.head", width, outputs, Activation.Identity, maxRows, weightDecay);
        _sum = memory.Allocate(maxRows, width);
    }

    /// <summary>The layer that reads the clicks; after a backward pass the layers hold their gradients.</summary>
    internal SparseLinear Input => _input;

    /// <summary>The dense layers after it; layer i reads the output of norm i.</summary>
    internal IReadOnlyList<Linear> Layers => _layers;

    /// <summary>What follows the first layer and each dense one.</summary>
    internal IReadOnlyList<NormalisedSwish> Norms => _norms;

    /// <summary>The layer of the posterior; it reads the output of the last norm.</summary>
    internal Linear Head => _head;

    /// <inheritdoc/>
    public Tensor Forward(SparseBatch batch, Tensor noise)
    {
        var sum = _sum.Top(batch.Rows);
        var h = _norms[0].Forward(_input.Forward(batch));
        _backend.Copy(h, sum);
        for (int i = 0; i < _layers.Length; i++)
        {
            var a = _layers[i].Forward(h);
            _backend.Add(sum, 1, a);
            h = _norms[i + 1].Forward(a);
            _backend.Add(h, 1, sum);
        }
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
        foreach (var norm in _norms) norm.ZeroOutputGradient(rows);
        _head.ZeroOutputGradient(rows);
    }

    /// <inheritdoc/>
    public void Backward(SparseBatch batch)
    {
        int rows = batch.Rows;
        var sum = _sum.Top(rows);
        _backend.Fill(sum, 0);
        _head.Backward(_norms[^1].Output(rows), _norms[^1].OutputGradient(rows));
        for (int i = _layers.Length - 1; i >= 0; i--)
        {
            var da = _layers[i].OutputGradient(rows);
            _norms[i + 1].Backward(_layers[i].Output(rows), da);
            _backend.Add(da, 1, sum); // layer i + 1 took h_0 ... h_i into its residual sum
            var below = _norms[i].OutputGradient(rows);
            _backend.Add(sum, 1, below);
            _layers[i].Backward(_norms[i].Output(rows), below);
        }
        _norms[0].Backward(_input.Output(rows), _input.OutputGradient(rows));
        _input.Backward(batch);
    }

    /// <inheritdoc/>
    public void InputGradient(Tensor dInputs) => _input.InputGradient(dInputs);
}

/// <summary>h = LN(swish(a)), with the memory its backward pass needs.</summary>
public sealed class NormalisedSwish : Layer
{
    private readonly Parameter _gain, _bias;
    private readonly Tensor _swish, _dSwish, _saved;

    /// <summary>Declares <c>NAME.gain</c> (ones) and <c>NAME.bias</c> (zeros).</summary>
    public NormalisedSwish(MemoryScope memory, ParameterBlock parameters, string name, int width, int maxRows)
        : base(memory, width, maxRows, parameters.IsConstant(name))
    {
        _gain = parameters.Declare($"{name}.gain", 1, width, Initialiser.One);
        _bias = parameters.Declare($"{name}.bias", 1, width, Initialiser.Zero);
        _swish = memory.Allocate(maxRows, width);
        _dSwish = parameters.IsConstant(name) ? default : memory.Allocate(maxRows, width);
        _saved = memory.Allocate(maxRows, 2);
    }

    /// <summary>swish(a) [B, width] of the last forward pass.</summary>
    internal Tensor Swish(int rows) => _swish.Top(rows);

    /// <summary>[B, 2]: each row's mean and 1 / sqrt(var + epsilon) of swish(a).</summary>
    internal Tensor Moments(int rows) => _saved.Top(rows);

    /// <summary>h = LN(swish(a)).</summary>
    public Tensor Forward(Tensor a)
    {
        var (swish, h) = (_swish.Top(a.Rows), Output(a.Rows));
        Backend.SwishForward(a, swish);
        Backend.LayerNormForward(swish, _gain, _bias, RecVaeEncoder.Epsilon, h, _saved.Top(a.Rows));
        return h;
    }

    /// <summary>From dL/dh: adds to da and to the gradients of gain and bias.</summary>
    public void Backward(Tensor a, Tensor da)
    {
        var dSwish = _dSwish.Top(a.Rows);
        Backend.Fill(dSwish, 0);
        Backend.LayerNormBackward(
            _swish.Top(a.Rows), _gain, _bias, _saved.Top(a.Rows), OutputGradient(a.Rows), dSwish);
        Backend.SwishBackward(a, dSwish, da);
    }
}
