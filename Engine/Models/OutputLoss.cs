using ManualVae.Compute;

namespace ManualVae.Models;

/// <summary>The output layer and its loss in one of the forms of <see cref="OutputForm"/>.</summary>
/// <param name="layer">The output layer.</param>
internal abstract class OutputLoss(OutputLayer layer)
{
    protected OutputLayer Layer => layer;

    protected IBackend Backend => layer.Backend;

    /// <summary>loss[B, 1] of the hidden activations h [B, n].</summary>
    public abstract void Forward(Likelihood likelihood, SparseBatch targets, Tensor h, Tensor loss);

    /// <summary>loss[B, 1], and its gradient times <paramref name="scale"/> as far as it comes with the loss.</summary>
    public abstract void Backward(
        Likelihood likelihood, SparseBatch targets, double scale, Tensor h, Tensor dh, Tensor loss);

    /// <summary>The rest of the gradient: then dh (unless none) and the gradients of W and b have been added to.</summary>
    public virtual void BackwardRest(Tensor h, Tensor dh) { }
}

/// <summary>
/// All logits at once. The products of the backward pass come after the loss, so that a device has work meanwhile.
/// </summary>
internal sealed class WholeLoss(OutputLayer layer) : OutputLoss(layer)
{
    /// <inheritdoc/>
    public override void Forward(Likelihood likelihood, SparseBatch targets, Tensor h, Tensor loss) =>
        Backend.LikelihoodForward(likelihood, targets, Layer.Logits(h.Rows), loss);

    /// <inheritdoc/>
    public override void Backward(
        Likelihood likelihood, SparseBatch targets, double scale, Tensor h, Tensor dh, Tensor loss) =>
        Backend.LikelihoodBackward(likelihood, targets, scale, Layer.Logits(h.Rows), loss);

    /// <inheritdoc/>
    public override void BackwardRest(Tensor h, Tensor dh) => Layer.Backward(h, dh);
}

/// <summary>A block of users after the other.</summary>
internal sealed class BlockLoss(OutputLayer layer) : OutputLoss(layer)
{
    /// <inheritdoc/>
    public override void Forward(Likelihood likelihood, SparseBatch targets, Tensor h, Tensor loss)
    {
        for (int first = 0, rows; first < h.Rows; first += rows)
        {
            rows = Math.Min(Layer.MaxRows, h.Rows - first);
            Backend.LikelihoodForward(likelihood, targets, Layer.Forward(h.Slice(first, rows)), loss.Slice(first, rows), first);
        }
    }

    /// <inheritdoc/>
    public override void Backward(
        Likelihood likelihood, SparseBatch targets, double scale, Tensor h, Tensor dh, Tensor loss)
    {
        for (int first = 0, rows; first < h.Rows; first += rows)
        {
            rows = Math.Min(Layer.MaxRows, h.Rows - first);
            var block = h.Slice(first, rows);
            Backend.LikelihoodBackward(likelihood, targets, scale, Layer.Forward(block), loss.Slice(first, rows), first);
            Layer.Backward(block, dh.IsNone ? default : dh.Slice(first, rows));
        }
    }
}
