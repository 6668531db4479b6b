using ManualVae.Compute.Gpu.Kernels;

namespace ManualVae.Compute.Gpu;

/// <summary>The anchor regulariser.</summary>
internal sealed partial class GpuBackend
{
    /// <inheritdoc/>
    public void AnchorForward(
        AnchorTerm term, SparseBatch batch, Parameter anchors, Tensor posterior, Tensor z, Tensor centroids, Tensor loss)
    {
        var points = term.Form == AnchorForm.ClosedForm ? posterior : z;
        var device = Choose(term, batch, anchors, points, centroids.Columns);
        _launcher.Run(
            Launcher.Groups(batch.Rows), AnchorKernels.Forward, Structure(batch), device, View(points), points.Columns,
            View(centroids), View(loss), centroids.Columns);
    }

    /// <inheritdoc/>
    public void AnchorBackward(
        AnchorTerm term, SparseBatch batch, Parameter anchors, Tensor posterior, Tensor z, Tensor centroids, Tensor rowScale,
        Tensor dPosterior, Tensor dz)
    {
        var (points, dPoints) = term.Form == AnchorForm.ClosedForm ? (posterior, dPosterior) : (z, dz);
        int latent = centroids.Columns;
        var device = Choose(term, batch, anchors, points, latent);
        if (!dPoints.IsNone)
            _launcher.Run(
                _launcher.Elements((long)batch.Rows * latent), AnchorKernels.BackwardPoint, Structure(batch), device,
                View(points), points.Columns, View(centroids.Top(batch.Rows)), View(rowScale), View(dPoints), latent);
        if (!term.Aligns || anchors.Gradient.IsNone) return;
        if (term.IsCodebook)
            _launcher.Run(
                Launcher.Groups(term.PerItem), AnchorKernels.BackwardCodes, Structure(batch), device, View(points),
                points.Columns, View(rowScale), Gradient(anchors), batch.Rows, latent);
        else
            _launcher.Run(
                Launcher.Groups(batch.Columns), AnchorKernels.BackwardAnchors, Structure(batch), device, View(points),
                points.Columns, View(rowScale), Gradient(anchors), latent);
    }

    /// <summary>The anchors on the device; if there are several, each click's choice, anew for each pass.</summary>
    private DeviceAnchors Choose(AnchorTerm term, SparseBatch batch, Parameter anchors, Tensor points, int latent)
    {
        var choices = View(((GpuBatch)batch).EntryGradients);
        var device = new DeviceAnchors(term, Value(anchors), View(term.ItemWeights), View(term.UserWeights), choices);
        if (term.PerItem > 1 && term.Aligns && batch.Entries > 0)
            _launcher.Run(
                _launcher.Elements(term.IsCodebook ? batch.Rows : batch.Entries), AnchorKernels.Choose, Structure(batch), device,
                View(points), points.Columns, term.IsCodebook ? batch.Rows : batch.Entries, latent);
        return device;
    }
}
