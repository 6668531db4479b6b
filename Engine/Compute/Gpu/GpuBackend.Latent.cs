using ManualVae.Compute.Gpu.Kernels;

namespace ManualVae.Compute.Gpu;

/// <summary>Sampling, divergences, densities and likelihoods.</summary>
internal sealed partial class GpuBackend
{
    /// <inheritdoc/>
    public void DrawNoise(SparseBatch batch, RandomKey key, Tensor noise) => _launcher.Run(
        _launcher.Elements(noise.Length), LatentKernels.DrawNoise, Structure(batch).Users, new DeviceKey(key), View(noise),
        noise.Columns);

    /// <inheritdoc/>
    public void SampleForward(Tensor posterior, Tensor noise, Tensor z) => _launcher.Run(
        _launcher.Elements(z.Length), LatentKernels.SampleForward, View(posterior), View(noise), View(z), z.Columns);

    /// <inheritdoc/>
    public void SampleBackward(Tensor posterior, Tensor noise, Tensor dz, Tensor dPosterior) => _launcher.Run(
        _launcher.Elements(dz.Length), LatentKernels.SampleBackward, View(posterior), View(noise), View(dz), View(dPosterior),
        dz.Columns);

    /// <inheritdoc/>
    public void StandardKlForward(Tensor posterior, Tensor loss) => _launcher.Run(
        Launcher.Groups(posterior.Rows), LatentKernels.StandardKlForward, View(posterior), View(loss), posterior.Columns / 2);

    /// <inheritdoc/>
    public void StandardKlBackward(Tensor posterior, Tensor rowScale, Tensor dPosterior) => _launcher.Run(
        _launcher.Elements(posterior.Length), LatentKernels.StandardKlBackward, View(posterior), View(rowScale), View(dPosterior),
        posterior.Columns / 2);

    /// <inheritdoc/>
    public void GaussianLogDensityForward(Tensor z, Tensor posterior, Tensor logDensity) => _launcher.Run(
        Launcher.Groups(z.Rows), LatentKernels.GaussianForward, View(z), View(posterior), View(logDensity), z.Columns);

    /// <inheritdoc/>
    public void GaussianLogDensityBackward(Tensor z, Tensor posterior, Tensor rowScale, Tensor dz, Tensor dPosterior) =>
        _launcher.Run(
            _launcher.Elements(z.Length), LatentKernels.GaussianBackward, View(z), View(posterior), View(rowScale), View(dz),
            View(dPosterior), z.Columns);

    /// <inheritdoc/>
    public void CompositeLogDensityForward(CompositePrior prior, Tensor z, Tensor oldPosterior, Tensor logDensity) =>
        _launcher.Run(
            Launcher.Groups(z.Rows), LatentKernels.CompositeForward, new DeviceCompositePrior(prior), View(z), View(oldPosterior),
            View(logDensity), z.Columns);

    /// <inheritdoc/>
    public void CompositeLogDensityBackward(CompositePrior prior, Tensor z, Tensor oldPosterior, Tensor rowScale, Tensor dz) =>
        _launcher.Run(
            _launcher.Elements(z.Length), LatentKernels.CompositeBackward, new DeviceCompositePrior(prior), View(z),
            View(oldPosterior), View(rowScale), View(dz), z.Columns);

    /// <inheritdoc/>
    public void MixtureLogDensityForward(Tensor z, Tensor components, Tensor logDensity, Tensor responsibilities) =>
        _launcher.Run(
            Launcher.Groups(z.Rows), LatentKernels.MixtureForward, View(z), View(components), View(logDensity),
            View(responsibilities), z.Columns, components.Rows);

    /// <inheritdoc/>
    public void MixtureLogDensityBackward(
        Tensor z, Tensor components, Tensor responsibilities, Tensor rowScale, Tensor dz, Tensor dComponents)
    {
        if (!dz.IsNone)
            _launcher.Run(
                _launcher.Elements(z.Length), LatentKernels.MixtureBackwardPoint, View(z), View(components),
                View(responsibilities), View(rowScale), View(dz), z.Columns, components.Rows);
        if (!dComponents.IsNone)
            _launcher.Run(
                _launcher.Elements(components.Length / 2), LatentKernels.MixtureBackwardComponents, View(z), View(components),
                View(responsibilities), View(rowScale), View(dComponents), z.Columns, components.Rows, z.Rows);
    }

    /// <inheritdoc/>
    public void DropEmphasis(SparseBatch batch, double dropped, double kept, Tensor emphasis) => _launcher.Run(
        Launcher.Groups(batch.Rows), LikelihoodKernels.DropEmphasis, Structure(batch), View(batch.Inputs), (float)dropped,
        (float)kept, View(emphasis));

    /// <inheritdoc/>
    public void LikelihoodForward(Likelihood likelihood, SparseBatch batch, Tensor logits, Tensor loss, int firstRow = 0) =>
        Loss(likelihood, batch, firstRow, logits, loss, default, 0);

    /// <inheritdoc/>
    public void LikelihoodBackward(
        Likelihood likelihood, SparseBatch batch, double scale, Tensor logits, Tensor loss, int firstRow = 0) =>
        Loss(likelihood, batch, firstRow, logits, loss, ((GpuBatch)batch).EntryGradients, scale);

    private void Loss(
        Likelihood likelihood, SparseBatch batch, int firstRow, Tensor logits, Tensor loss, Tensor entryGradients,
        double scale) =>
        _launcher.Run(
            Launcher.Groups(logits.Rows), LikelihoodKernels.Loss, Structure(batch).From(firstRow), View(batch.Targets),
            new DeviceLikelihood(likelihood, View(likelihood.Emphasis), View(likelihood.UserWeights.IsNone
                ? default : likelihood.UserWeights.Slice(firstRow, logits.Rows))), View(logits),
            View(loss), View(entryGradients), (float)scale, logits.Columns);
}
