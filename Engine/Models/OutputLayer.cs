using ManualVae.Compute;

namespace ManualVae.Models;

/// <summary>
/// The decoder's last layer, x W' + b. Its logits, the largest buffer of a model, are also the place of their gradient: a loss
/// writes it there. A rank has the logits of its own items.
/// </summary>
public sealed class OutputLayer : IDenseLayer
{
    private readonly MemoryScope _memory;
    private readonly CosineHead? _cosine;
    private Tensor _logits;

    internal OutputLayer(
        MemoryScope memory, ParameterBlock parameters, string name, int inputs, int items, int maxRows, double weightDecay,
        bool fusable, bool lazily = false, double? temperature = null)
    {
        (_memory, MaxRows, Items) = (memory, maxRows, memory.Backend.OwnItems(items).Count);
        Weight = parameters.Declare($"{name}.weight", items, inputs, Initialiser.GlorotUniform, fusable && temperature is null,
            weightDecay, items: ItemAxis.Rows);
        Bias = parameters.Declare($"{name}.bias", 1, items, Initialiser.TruncatedNormal, items: ItemAxis.Columns);
        if (temperature is double t) _cosine = new(memory, Weight, items, inputs, maxRows, t);
        if (!lazily) _logits = memory.Allocate(maxRows, Items);
    }

    /// <summary>W [I, inputs].</summary>
    public Parameter Weight { get; }

    /// <summary>b [1, I].</summary>
    public Parameter Bias { get; }

    /// <summary>Most users whose logits it holds at once.</summary>
    public int MaxRows { get; }

    /// <summary>
    /// Bytes that scoring so many users touches for the first time, because training has no use for logits; else 0.
    /// </summary>
    internal long BytesForScoring(int users) => !_logits.IsNone
        ? 0 : (long)Math.Min(users, MaxRows) * Items * (Backend.IsDoublePrecision ? sizeof(double) : sizeof(float));

    internal IBackend Backend => _memory.Backend;

    private int Items { get; }

    /// <summary>The logits (after a backward loss: their gradient).</summary>
    public Tensor Logits(int rows)
    {
        if (_logits.IsNone) _logits = _memory.Allocate(MaxRows, Items);
        return _logits.Top(rows);
    }

    Tensor ILayer.Output(int rows) => Logits(rows);

    Tensor ILayer.OutputGradient(int rows) => Logits(rows);

    void ILayer.ZeroOutputGradient(int rows) { } // the loss has written the gradient already

    /// <summary>Logits [B, I].</summary>
    public Tensor Forward(Tensor x)
    {
        var logits = Logits(x.Rows);
        if (_cosine is not null) _cosine.Forward(x, Bias, logits);
        else Backend.LinearForward(x, Weight, Bias, Activation.Identity, logits);
        return logits;
    }

    /// <summary>From the logits' gradient: adds to dx (unless none) and to the gradients of W and b.</summary>
    public void Backward(Tensor x, Tensor dx)
    {
        if (_cosine is not null) _cosine.Backward(Bias, Logits(x.Rows), dx);
        else Backend.LinearBackward(x, Weight, Bias, Logits(x.Rows), dx);
    }
}
