using ManualVae.Compute.Gpu.Kernels;

namespace ManualVae.Compute.Gpu;

/// <summary>The output layer at the clicks alone, and the Gaussian loss in Gram form.</summary>
internal sealed partial class GpuBackend
{
    /// <inheritdoc/>
    public void ClickLogitsForward(SparseBatch batch, Tensor h, Parameter weight, Parameter bias, Tensor logits) => _launcher.Run(
        Launcher.Groups(batch.Rows), SparseKernels.ClickLogits, Structure(batch), View(h), Value(weight), Value(bias),
        View(logits), h.Columns);

    /// <inheritdoc/>
    public void ClickLogitsBackward(
        SparseBatch batch, Tensor h, Parameter weight, Parameter bias, Tensor dLogits, Tensor dh)
    {
        int n = h.Columns;
        if (!dh.IsNone)
            _launcher.Run(
                Launcher.Groups(batch.Rows, n), SparseKernels.ClickLogitsBackwardHidden, Structure(batch), View(dLogits),
                Value(weight), View(dh), n);
        if (!weight.Gradient.IsNone)
            _launcher.Run(
                Launcher.Groups(batch.Columns, n), SparseKernels.LinearBackward, Structure(batch), View(dLogits), View(h),
                Gradient(weight), FusedUpdate(weight), n);
        if (!bias.Gradient.IsNone)
            _launcher.Run(
                _launcher.Elements(batch.Columns), SparseKernels.ClickLogitsBackwardBias, Structure(batch), View(dLogits),
                Gradient(bias));
    }

    /// <inheritdoc/>
    public void GaussianGramBackward(
        Likelihood likelihood, SparseBatch batch, double scale, Tensor h, Tensor products, Tensor shift, Tensor square,
        Tensor clickLogits, Tensor loss, Tensor dh) => _launcher.Run(
        Launcher.Groups(batch.Rows), LikelihoodKernels.GaussianGram, Structure(batch), View(batch.Targets),
        new DeviceLikelihood(likelihood, View(default), View(default)),
        new GramViews(View(h), View(products), View(shift), View(square), View(clickLogits)),
        View(loss), View(dh), (float)scale, h.Columns);
}
