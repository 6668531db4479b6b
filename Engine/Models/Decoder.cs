using ManualVae.Compute;
using ManualVae.Models.Sampling;

namespace ManualVae.Models;

/// <summary>
/// From the latent code z [B, K] to logits [B, I]: tanh (Liang et al. 2018, section 2.1) or gated (Kim and Suh 2019) hidden
/// layers, then one linear layer or the cosine head.
/// </summary>
public sealed class Decoder
{
    private readonly LayerChain _hidden;
    private readonly OutputLoss _loss;

    /// <summary>Declares the layers <c>decoder.0</c>, <c>decoder.1</c>, ...; the last is the output layer.</summary>
    internal Decoder(
        MemoryScope memory, ParameterBlock parameters, int latent, IReadOnlyList<int> hidden, int items, int maxRows,
        double weightDecay = 0, bool gated = false, OutputForm form = OutputForm.Whole,
        int rowsOfBlock = OutputForms.RowsOfBlock, double? temperature = null, SampledStep? sampled = null)
    {
        int[] widths = [latent, .. hidden];
        Hidden = [.. hidden.Select((width, i) => (IDenseLayer)(gated
            ? new GatedLinear(memory, parameters, $"decoder.{i}", widths[i], width, maxRows, weightDecay)
            : new Linear(memory, parameters, $"decoder.{i}", widths[i], width, Activation.Tanh, maxRows, weightDecay)))];
        Form = form;
        Output = new(
            memory, parameters, $"decoder.{hidden.Count}", widths[^1], items,
            form == OutputForm.Whole ? maxRows : Math.Min(maxRows, rowsOfBlock), weightDecay, form == OutputForm.Whole,
            lazily: form is OutputForm.Gram or OutputForm.Sampled, temperature);
        _hidden = new(Hidden);
        _loss = form switch
        {
            OutputForm.Blocks => new BlockLoss(Output),
            OutputForm.Gram => new GramLoss(memory, Output, maxRows, widths[^1]),
            OutputForm.Sampled => new SampledLoss(memory, parameters, Output, widths[^1], sampled!),
            _ => new WholeLoss(Output),
        };
    }

    /// <summary>How the loss over all items is computed.</summary>
    public OutputForm Form { get; }

    /// <summary>The layers before the output layer, latent side first; after a backward pass they hold its gradients.</summary>
    public IReadOnlyList<IDenseLayer> Hidden { get; }

    /// <summary>The output layer; its weight rows are the items' vectors.</summary>
    public OutputLayer Output { get; }

    /// <summary>Logits [B, I], in a buffer that the loss overwrites with its gradient.</summary>
    public Tensor Forward(Tensor z) => Output.Forward(ForwardToOutput(z));

    /// <summary>What the output layer sees [B, n].</summary>
    internal Tensor ForwardToOutput(Tensor z) => _hidden.Forward(z);

    /// <summary>The layers before the loss: logits [B, I], or none if <see cref="Form"/> never holds those of a batch.</summary>
    internal Tensor ForwardToLoss(Tensor z)
    {
        if (Form == OutputForm.Whole) return Forward(z);
        _hidden.Forward(z);
        return default;
    }

    /// <summary>loss[B, 1] of the last <see cref="ForwardToLoss"/>.</summary>
    internal void Loss(Likelihood likelihood, SparseBatch targets, Tensor z, Tensor loss) =>
        _loss.Forward(likelihood, targets, Top(z), loss);

    /// <summary>
    /// loss[B, 1] of the last <see cref="ForwardToLoss"/>, and as much of the backward pass as comes with it. Before
    /// <see cref="BackwardFromLoss"/>, with dz zeroed.
    /// </summary>
    internal void LossBackward(Likelihood likelihood, SparseBatch targets, double scale, Tensor z, Tensor dz, Tensor loss)
    {
        _hidden.ZeroOutputGradient(z.Rows);
        _loss.Backward(likelihood, targets, scale, Top(z), TopGradient(z, dz), loss);
    }

    /// <summary>The rest: adds to dz (unless none) and to the parameters' gradients.</summary>
    internal void BackwardFromLoss(Tensor z, Tensor dz)
    {
        _loss.BackwardRest(Top(z), TopGradient(z, dz));
        _hidden.Backward(z, dz);
    }

    private Tensor Top(Tensor z) => Hidden.Count == 0 ? z : _hidden.Output(z.Rows);

    private Tensor TopGradient(Tensor z, Tensor dz) => Hidden.Count == 0 ? dz : _hidden.OutputGradient(z.Rows);
}
