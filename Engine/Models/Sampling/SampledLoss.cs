using ManualVae.Compute;

namespace ManualVae.Models.Sampling;

/// <summary>
/// The multinomial loss with a sampled partition sum. The columns are the set C of items that the batch clicked and the drawn
/// items D outside it: loss_u = -sum_i x_ui (f_ui - log Z_u), Z_u = sum over C of e^f + sum over D of e^f / pi, pi the
/// probability that N draws hold an item.
/// </summary>
/// <remarks>
/// The second sum is the Horvitz-Thompson estimate of that over all items outside C, so Z_u is unbiased given the batch; its log
/// is not, and its bias falls with N (Bengio and Senecal 2008: importance sampling of the partition sum; Jean et al. 2015,
/// section 3: a set of targets and negatives that a part of the data shares, and logits minus a log proposal). With as many draws
/// as items C and D are all items, pi is 1, and the loss is the full one.
/// </remarks>
internal sealed class SampledLoss : OutputLoss
{
    private readonly SampledStep _step;
    private readonly RowWindow _weight, _bias;
    private readonly Parameter _shifted; // the bias plus the offsets, with the bias's gradient
    private Tensor _logits, _sums;

    /// <summary>Takes the rows of the output layer from the step.</summary>
    public SampledLoss(MemoryScope memory, ParameterBlock parameters, OutputLayer layer, int inputs, SampledStep step)
        : base(layer)
    {
        _step = step;
        _weight = step.Window(step.Last, parameters, layer.Weight, inputs, fusable: true);
        _bias = step.Window(step.Last, parameters, layer.Bias, 1, fusable: false);
        _shifted = new(layer.Bias.Name);
        step.Reserved += (users, columns) =>
        {
            memory.Free(_logits);
            memory.Free(_sums);
            (_logits, _sums) = (memory.Allocate(users, columns), memory.Allocate(1, columns));
        };
    }

    /// <inheritdoc/>
    public override void Forward(Likelihood likelihood, SparseBatch targets, Tensor h, Tensor loss) =>
        Backend.LikelihoodForward(likelihood, BatchOf(targets), Logits(h), loss);

    /// <inheritdoc/>
    public override void Backward(
        Likelihood likelihood, SparseBatch targets, double scale, Tensor h, Tensor dh, Tensor loss) =>
        Backend.LikelihoodBackward(likelihood, BatchOf(targets), scale, Logits(h), loss);

    /// <inheritdoc/>
    public override void BackwardRest(Tensor h, Tensor dh) =>
        Backend.LinearBackward(h, _weight.Rows, _shifted, LogitsOf(h.Rows), dh);

    private Tensor Logits(Tensor h)
    {
        var bias = _bias.Rows;
        var sums = _sums.View(0, 1, bias.Value.Rows);
        Backend.Copy(bias.Value, sums);
        Backend.Add(_step.Offsets, 1, sums);
        _shifted.Bind(sums, bias.Gradient.IsNone ? default : bias.Gradient.View(0, 1, sums.Columns), default, default);
        var logits = LogitsOf(h.Rows);
        Backend.LinearForward(h, _weight.Rows, _shifted, Activation.Identity, logits);
        return logits;
    }

    private Tensor LogitsOf(int users) => _logits.View(0, users, _bias.Rows.Value.Rows);

    private SparseBatch BatchOf(SparseBatch targets) => _step.IsOn(targets)
        ? _step.Batch : throw new ArgumentException("Targets other than the batch's clicks have no columns.", nameof(targets));
}
