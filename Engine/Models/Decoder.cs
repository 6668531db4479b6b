using ManualVae.Compute;

namespace ManualVae.Models;

/// <summary>From the latent code z [B, K] to logits [B, I]: tanh or gated hidden layers, then one linear layer (papers.md A1, D).</summary>
public sealed class Decoder
{
    private readonly IDenseLayer[] _hidden;

    /// <summary>Declares the layers <c>decoder.0</c>, <c>decoder.1</c>, ...; the last is the output layer.</summary>
    public Decoder(
        IBackend backend, ParameterBlock parameters, int latent, IReadOnlyList<int> hidden, int items, int maxRows,
        double weightDecay = 0, bool gated = false)
    {
        int[] widths = [latent, .. hidden, items];
        _hidden = new IDenseLayer[hidden.Count];
        for (int i = 0; i < _hidden.Length; i++)
            _hidden[i] = gated
                ? new GatedLinear(backend, parameters, $"decoder.{i}", widths[i], widths[i + 1], maxRows, weightDecay)
                : new Linear(backend, parameters, $"decoder.{i}", widths[i], widths[i + 1], Activation.Tanh, maxRows, weightDecay);
        Output = new(backend, parameters, $"decoder.{hidden.Count}", widths[^2], items, maxRows, weightDecay);
    }

    /// <summary>The layers before the output layer, latent side first; after a backward pass they hold its gradients.</summary>
    public IReadOnlyList<IDenseLayer> Hidden => _hidden;

    /// <summary>The output layer; its weight rows are the items' vectors.</summary>
    public OutputLayer Output { get; }

    /// <summary>Logits [B, I], in a buffer that the loss overwrites with its gradient.</summary>
    public Tensor Forward(Tensor z)
    {
        foreach (var layer in _hidden) z = layer.Forward(z);
        return Output.Forward(z);
    }

    /// <summary>From the logits' gradient (in the logits' place): adds to dz (unless none) and to the parameters' gradients.</summary>
    public void Backward(Tensor z, Tensor dz)
    {
        for (int i = 0; i < _hidden.Length; i++) _hidden[i].ZeroOutputGradient(z.Rows);
        Output.Backward(InputOf(_hidden.Length), GradientOf(_hidden.Length));
        for (int i = _hidden.Length - 1; i >= 0; i--) _hidden[i].Backward(InputOf(i), GradientOf(i));

        Tensor InputOf(int layer) => layer == 0 ? z : _hidden[layer - 1].Output(z.Rows);
        Tensor GradientOf(int layer) => layer == 0 ? dz : _hidden[layer - 1].OutputGradient(z.Rows);
    }
}

/// <summary>The decoder's last layer. Its logits buffer, the largest of a model, also receives the gradient.</summary>
public sealed class OutputLayer
{
    private readonly IBackend _backend;
    private readonly Func<Parameter> _weight, _bias;
    private readonly Tensor _logits;

    internal OutputLayer(
        IBackend backend, ParameterBlock parameters, string name, int inputs, int items, int maxRows, double weightDecay)
    {
        _backend = backend;
        _weight = parameters.Declare($"{name}.weight", items, inputs, Initialiser.GlorotUniform, fusable: true, weightDecay);
        _bias = parameters.Declare($"{name}.bias", 1, items, Initialiser.TruncatedNormal);
        _logits = backend.Allocate(maxRows, items);
    }

    /// <summary>W [I, inputs].</summary>
    public Parameter Weight => _weight();

    /// <summary>b [1, I].</summary>
    public Parameter Bias => _bias();

    /// <summary>The logits (after a backward loss: their gradient).</summary>
    public Tensor Logits(int rows) => _logits.Top(rows);

    internal Tensor Forward(Tensor h)
    {
        var logits = Logits(h.Rows);
        _backend.LinearForward(h, Weight, Bias, Activation.Identity, logits);
        return logits;
    }

    internal void Backward(Tensor h, Tensor dh) => _backend.LinearBackward(h, Weight, Bias, Logits(h.Rows), dh);
}
