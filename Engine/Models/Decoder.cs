using ManualVae.Compute;

namespace ManualVae.Models;

/// <summary>
/// From the latent code z [B, K] to logits [B, I]: tanh (Liang et al. 2018, section 2.1) or gated (Kim and Suh 2019) hidden
/// layers, then one linear layer.
/// </summary>
public sealed class Decoder
{
    private readonly LayerChain _layers;

    /// <summary>Declares the layers <c>decoder.0</c>, <c>decoder.1</c>, ...; the last is the output layer.</summary>
    public Decoder(
        MemoryScope memory, ParameterBlock parameters, int latent, IReadOnlyList<int> hidden, int items, int maxRows,
        double weightDecay = 0, bool gated = false)
    {
        int[] widths = [latent, .. hidden];
        Hidden = [.. hidden.Select((width, i) => (IDenseLayer)(gated
            ? new GatedLinear(memory, parameters, $"decoder.{i}", widths[i], width, maxRows, weightDecay)
            : new Linear(memory, parameters, $"decoder.{i}", widths[i], width, Activation.Tanh, maxRows, weightDecay)))];
        Output = new(memory, parameters, $"decoder.{hidden.Count}", widths[^1], items, maxRows, weightDecay);
        _layers = new([.. Hidden, Output]);
    }

    /// <summary>The layers before the output layer, latent side first; after a backward pass they hold its gradients.</summary>
    public IReadOnlyList<IDenseLayer> Hidden { get; }

    /// <summary>The output layer; its weight rows are the items' vectors.</summary>
    public OutputLayer Output { get; }

    /// <summary>Logits [B, I], in a buffer that the loss overwrites with its gradient.</summary>
    public Tensor Forward(Tensor z) => _layers.Forward(z);

    /// <summary>
    /// From the logits' gradient (in the logits' place): adds to dz (unless none) and to the parameters' gradients.
    /// </summary>
    public void Backward(Tensor z, Tensor dz)
    {
        _layers.ZeroOutputGradient(z.Rows);
        _layers.Backward(z, dz);
    }
}

/// <summary>
/// The decoder's last layer, h W' + b. Its logits, the largest buffer of a model, are also the place of their gradient: a loss
/// writes it there.
/// </summary>
public sealed class OutputLayer : IDenseLayer
{
    private readonly IBackend _backend;
    private readonly Tensor _logits;

    internal OutputLayer(
        MemoryScope memory, ParameterBlock parameters, string name, int inputs, int items, int maxRows, double weightDecay)
    {
        _backend = memory.Backend;
        Weight = parameters.Declare($"{name}.weight", items, inputs, Initialiser.GlorotUniform, fusable: true, weightDecay);
        Bias = parameters.Declare($"{name}.bias", 1, items, Initialiser.TruncatedNormal);
        _logits = memory.Allocate(maxRows, items);
    }

    /// <summary>W [I, inputs].</summary>
    public Parameter Weight { get; }

    /// <summary>b [1, I].</summary>
    public Parameter Bias { get; }

    /// <summary>The logits (after a backward loss: their gradient).</summary>
    public Tensor Logits(int rows) => _logits.Top(rows);

    Tensor ILayer.Output(int rows) => Logits(rows);

    Tensor ILayer.OutputGradient(int rows) => Logits(rows);

    void ILayer.ZeroOutputGradient(int rows) { } // the loss has written the gradient already

    Tensor IDenseLayer.Forward(Tensor h)
    {
        var logits = Logits(h.Rows);
        _backend.LinearForward(h, Weight, Bias, Activation.Identity, logits);
        return logits;
    }

    void IDenseLayer.Backward(Tensor h, Tensor dh) => _backend.LinearBackward(h, Weight, Bias, Logits(h.Rows), dh);
}
