namespace ManualVae.Compute.Reference;

/// <summary>The anchor regulariser.</summary>
public sealed partial class ReferenceBackend
{
    /// <inheritdoc/>
    public void AnchorForward(
        AnchorForm form, SparseBatch batch, Parameter anchors, Tensor posterior, Tensor z, Tensor centroids, Tensor loss)
    {
        int latent = anchors.Value.Columns;
        for (int row = 0; row < batch.Rows; row++)
        {
            var items = batch.ColumnIndices[batch.RowOffsets[row]..batch.RowOffsets[row + 1]];
            var centroid = Row(centroids, row);
            centroid.Clear();
            Data(loss)[row] = 0;
            if (items.IsEmpty) continue;
            var point = form == AnchorForm.ClosedForm ? Row(posterior, row)[..latent] : Row(z, row);
            double sum = 0;
            foreach (int item in items)
                for (int k = 0; k < latent; k++)
                {
                    double anchor = Row(anchors.Value, item)[k];
                    centroid[k] += anchor / items.Length;
                    sum += (point[k] - anchor) * (point[k] - anchor) / items.Length;
                }
            for (int k = 0; k < latent && form == AnchorForm.ClosedForm; k++)
                sum += Math.Exp(Row(posterior, row)[latent + k]);
            Data(loss)[row] = sum;
        }
    }

    /// <inheritdoc/>
    public void AnchorBackward(
        AnchorForm form, SparseBatch batch, Parameter anchors, Tensor posterior, Tensor z, Tensor centroids, Tensor rowScale,
        Tensor dPosterior, Tensor dz)
    {
        int latent = anchors.Value.Columns;
        bool closed = form == AnchorForm.ClosedForm;
        for (int row = 0; row < batch.Rows; row++)
        {
            var items = batch.ColumnIndices[batch.RowOffsets[row]..batch.RowOffsets[row + 1]];
            if (items.IsEmpty) continue;
            var point = closed ? Row(posterior, row)[..latent] : Row(z, row);
            var dPoint = closed ? Row(dPosterior, row) : Row(dz, row);
            double scale = Scale(rowScale, row);
            for (int k = 0; k < latent; k++)
            {
                dPoint[k] += 2 * scale * (point[k] - Row(centroids, row)[k]);
                if (closed) dPoint[latent + k] += scale * Math.Exp(Row(posterior, row)[latent + k]);
                if (anchors.Gradient.IsNone) continue;
                foreach (int item in items)
                    Row(anchors.Gradient, item)[k] += 2 * scale / items.Length * (Row(anchors.Value, item)[k] - point[k]);
            }
        }
    }
}
