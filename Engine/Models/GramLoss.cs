using ManualVae.Compute;

namespace ManualVae.Models;

/// <summary>
/// The Gaussian likelihood without its dense loss. With f = W h + b, A = W'W and p = W'b the sum over all items of f^2 is
/// h'A h + 2 h'p + b'b; its gradients are A h + p, W H'H + b m' and W m + B b with m the sum of the batch's h. The clicks are
/// sparse corrections. Exact (the same idea: Vincent et al. 2015, sparse targets).
/// </summary>
internal sealed class GramLoss : OutputLoss
{
    private readonly MemoryScope _memory;
    private readonly Tensor _ones, _scaled, _products, _weightGram, _hiddenGram, _shift, _square, _sum;
    private Tensor _clickLogits;

    /// <summary>Takes memory for products of the hidden width.</summary>
    public GramLoss(MemoryScope memory, OutputLayer layer, int maxRows, int width) : base(layer)
    {
        _memory = memory;
        (_ones, _scaled, _products) = (
            memory.Allocate(1, maxRows), memory.Allocate(maxRows, width), memory.Allocate(maxRows, width));
        (_weightGram, _hiddenGram) = (memory.Allocate(width, width), memory.Allocate(width, width));
        (_shift, _sum, _square) = (memory.Allocate(1, width), memory.Allocate(1, width), memory.Allocate(1, 1));
        if (!memory.IsCounting) memory.Backend.Fill(_ones, 1);
    }

    /// <inheritdoc/>
    public override void Forward(Likelihood likelihood, SparseBatch targets, Tensor h, Tensor loss) =>
        Loss(likelihood, targets, 1, h, default, loss);

    /// <inheritdoc/>
    public override void Backward(
        Likelihood likelihood, SparseBatch targets, double scale, Tensor h, Tensor dh, Tensor loss)
    {
        Loss(likelihood, targets, scale, h, dh, loss);
        var (weight, bias) = (Layer.Weight, Layer.Bias);
        var scaled = _scaled.Top(h.Rows);
        double slope = scale * likelihood.ZeroWeight;
        Backend.Fill(scaled, 0);
        Backend.Add(h, slope, scaled);
        Backend.MatMul(Transpose.None, _ones.View(0, 1, h.Rows), scaled, _sum);
        var (b, items) = (bias.Value, bias.Value.Columns);
        if (!weight.Gradient.IsNone)
        {
            Backend.MatMul(Transpose.First, h, scaled, _hiddenGram);
            Backend.MatMul(Transpose.None, weight.Value, _hiddenGram, weight.Gradient, accumulate: true);
            Backend.MatMul(Transpose.None, b.View(0, items, 1), _sum, weight.Gradient, accumulate: true);
        }
        if (!bias.Gradient.IsNone)
        {
            Backend.MatMul(Transpose.Second, _sum, weight.Value, bias.Gradient, accumulate: true);
            Backend.Add(b, slope * h.Rows, bias.Gradient);
        }
        Backend.ClickLogitsBackward(targets, h, weight, bias, _clickLogits, dh);
    }

    /// <summary>The loss; then <see cref="_clickLogits"/> holds what the clicks add to the gradient of their logits.</summary>
    private void Loss(Likelihood likelihood, SparseBatch targets, double scale, Tensor h, Tensor dh, Tensor loss)
    {
        var (w, b) = (Layer.Weight.Value, Layer.Bias.Value);
        if (_clickLogits.IsNone || _clickLogits.Columns < targets.MaxEntries)
            _clickLogits = _memory.Allocate(1, targets.MaxEntries);
        Backend.MatMul(Transpose.First, w, w, _weightGram);
        Backend.MatMul(Transpose.None, b, w, _shift);
        Backend.MatMul(Transpose.Second, b, b, _square);
        var products = _products.Top(h.Rows);
        Backend.MatMul(Transpose.None, h, _weightGram, products);
        Backend.ClickLogitsForward(targets, h, Layer.Weight, Layer.Bias, _clickLogits);
        Backend.GaussianGramBackward(likelihood, targets, scale, h, products, _shift, _square, _clickLogits, loss, dh);
    }
}
