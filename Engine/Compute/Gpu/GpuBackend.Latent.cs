using ManualVae.Compute.Gpu.Kernels;

namespace ManualVae.Compute.Gpu;

/// <summary>Sampling, divergences, densities, anchors and likelihoods.</summary>
internal sealed partial class GpuBackend
{
    /// <inheritdoc/>
    public void DrawNoise(SparseBatch batch, RandomKey key, Tensor noise) => _launcher.Run(
        _launcher.Elements(noise.Length), LatentKernels.DrawNoise, Structure(batch).Users, new DeviceKey(key), View(noise), noise.Columns);

    /// <inheritdoc/>
    public void SampleForward(Tensor statistics, Tensor noise, Tensor z) => _launcher.Run(
        _launcher.Elements(z.Length), LatentKernels.SampleForward, View(statistics), View(noise), View(z), z.Columns);

    /// <inheritdoc/>
    public void SampleBackward(Tensor statistics, Tensor noise, Tensor dz, Tensor dStatistics) => _launcher.Run(
        _launcher.Elements(dz.Length), LatentKernels.SampleBackward, View(statistics), View(noise), View(dz), View(dStatistics),
        dz.Columns);

    /// <inheritdoc/>
    public void StandardKlForward(Tensor statistics, Tensor loss) => _launcher.Run(
        Launcher.Groups(statistics.Rows), LatentKernels.StandardKlForward, View(statistics), View(loss), statistics.Columns / 2);

    /// <inheritdoc/>
    public void StandardKlBackward(Tensor statistics, Tensor rowScale, Tensor dStatistics) => _launcher.Run(
        _launcher.Elements(statistics.Length), LatentKernels.StandardKlBackward, View(statistics), View(rowScale), View(dStatistics),
        statistics.Columns / 2);

    /// <inheritdoc/>
    public void GaussianLogDensityForward(Tensor z, Tensor statistics, Tensor logDensity) => _launcher.Run(
        Launcher.Groups(z.Rows), LatentKernels.GaussianForward, View(z), View(statistics), View(logDensity), z.Columns);

    /// <inheritdoc/>
    public void GaussianLogDensityBackward(Tensor z, Tensor statistics, Tensor rowScale, Tensor dz, Tensor dStatistics) =>
        _launcher.Run(
            _launcher.Elements(z.Length), LatentKernels.GaussianBackward, View(z), View(statistics), View(rowScale), View(dz),
            View(dStatistics), z.Columns);

    /// <inheritdoc/>
    public void CompositeLogDensityForward(CompositePrior prior, Tensor z, Tensor oldStatistics, Tensor logDensity) => _launcher.Run(
        Launcher.Groups(z.Rows), LatentKernels.CompositeForward, new DeviceCompositePrior(prior), View(z), View(oldStatistics),
        View(logDensity), z.Columns);

    /// <inheritdoc/>
    public void CompositeLogDensityBackward(CompositePrior prior, Tensor z, Tensor oldStatistics, Tensor rowScale, Tensor dz) =>
        _launcher.Run(
            _launcher.Elements(z.Length), LatentKernels.CompositeBackward, new DeviceCompositePrior(prior), View(z), View(oldStatistics),
            View(rowScale), View(dz), z.Columns);

    /// <inheritdoc/>
    public void MixtureLogDensityForward(Tensor z, Tensor components, Tensor logDensity, Tensor responsibilities) => _launcher.Run(
        Launcher.Groups(z.Rows), LatentKernels.MixtureForward, View(z), View(components), View(logDensity), View(responsibilities),
        z.Columns, components.Rows);

    /// <inheritdoc/>
    public void MixtureLogDensityBackward(
        Tensor z, Tensor components, Tensor responsibilities, Tensor rowScale, Tensor dz, Tensor dComponents)
    {
        if (!dz.IsNone)
            _launcher.Run(
                _launcher.Elements(z.Length), LatentKernels.MixtureBackwardPoint, View(z), View(components), View(responsibilities),
                View(rowScale), View(dz), z.Columns, components.Rows);
        if (!dComponents.IsNone)
            _launcher.Run(
                _launcher.Elements(components.Length / 2), LatentKernels.MixtureBackwardComponents, View(z), View(components),
                View(responsibilities), View(rowScale), View(dComponents), z.Columns, components.Rows, z.Rows);
    }

    /// <inheritdoc/>
    public void AnchorForward(
        AnchorForm form, SparseBatch batch, Parameter anchors, Tensor statistics, Tensor z, Tensor centroids, Tensor loss)
    {
        bool closed = form == AnchorForm.ClosedForm;
        var points = closed ? statistics : z;
        _launcher.Run(
            Launcher.Groups(batch.Rows), SparseKernels.AnchorForward, Structure(batch), Value(anchors), View(points), points.Columns,
            closed ? 1 : 0, View(centroids), View(loss), anchors.Value.Columns);
    }

    /// <inheritdoc/>
    public void AnchorBackward(
        AnchorForm form, SparseBatch batch, Parameter anchors, Tensor statistics, Tensor z, Tensor centroids, Tensor rowScale,
        Tensor dStatistics, Tensor dz)
    {
        bool closed = form == AnchorForm.ClosedForm;
        var (points, dPoints) = closed ? (statistics, dStatistics) : (z, dz);
        int latent = anchors.Value.Columns;
        if (!dPoints.IsNone)
            _launcher.Run(
                _launcher.Elements((long)batch.Rows * latent), SparseKernels.AnchorBackwardPoint, Structure(batch), View(points),
                points.Columns, closed ? 1 : 0, View(centroids.Top(batch.Rows)), View(rowScale), View(dPoints), latent);
        if (!anchors.Gradient.IsNone)
            _launcher.Run(
                Launcher.Groups(batch.Columns), SparseKernels.AnchorBackwardAnchors, Structure(batch), Value(anchors),
                View(points), points.Columns, View(rowScale), Gradient(anchors), latent);
    }

    /// <inheritdoc/>
    public void LikelihoodForward(Likelihood likelihood, SparseBatch batch, Tensor logits, Tensor loss) =>
        Loss(likelihood, batch, logits, loss, default, 0);

    /// <inheritdoc/>
    public void LikelihoodBackward(Likelihood likelihood, SparseBatch batch, double scale, Tensor logits, Tensor loss) =>
        Loss(likelihood, batch, logits, loss, ((GpuBatch)batch).EntryGradients, scale);

    private void Loss(Likelihood likelihood, SparseBatch batch, Tensor logits, Tensor loss, Tensor entryGradients, double scale) =>
        _launcher.Run(
            Launcher.Groups(batch.Rows), LikelihoodKernels.Loss, Structure(batch), View(batch.Targets), new DeviceLikelihood(likelihood),
            View(logits), View(loss), View(entryGradients), (float)scale, logits.Columns);
}
