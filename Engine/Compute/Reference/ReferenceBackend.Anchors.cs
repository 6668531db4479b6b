namespace ManualVae.Compute.Reference;

/// <summary>The anchor regulariser.</summary>
public sealed partial class ReferenceBackend
{
    /// <inheritdoc/>
    public void AnchorForward(
        AnchorTerm term, SparseBatch batch, Parameter anchors, Tensor posterior, Tensor z, Tensor centroids, Tensor loss)
    {
        int latent = centroids.Columns;
        for (int row = 0; row < batch.Rows; row++)
        {
            var items = batch.ColumnIndices[batch.RowOffsets[row]..batch.RowOffsets[row + 1]];
            var centroid = Row(centroids, row);
            centroid.Clear();
            Data(loss)[row] = 0;
            if (!term.ItemWeights.IsNone) Data(term.UserWeights)[row] = 0;
            if (items.IsEmpty) continue;
            if (!term.ItemWeights.IsNone)
                foreach (int item in items) Data(term.UserWeights)[row] += Data(term.ItemWeights)[item];
            var point = AnchoredPoint(term, posterior, z, row, latent);
            double sum = 0;
            if (term.Aligns)
                foreach (int item in items)
                {
                    var anchor = Nearest(term, anchors.Value, item, point);
                    double weight = Scale(term.ItemWeights, item), total = UserWeight(term, batch, row);
                    for (int k = 0; k < latent; k++)
                    {
                        centroid[k] += weight * anchor[k] / total;
                        sum += weight * (point[k] - anchor[k]) * (point[k] - anchor[k]) / total;
                    }
                }
            for (int k = 0; k < latent && term.Shrinks; k++) sum += Math.Exp(Row(posterior, row)[latent + k]);
            Data(loss)[row] = sum;
        }
    }

    /// <inheritdoc/>
    public void AnchorBackward(
        AnchorTerm term, SparseBatch batch, Parameter anchors, Tensor posterior, Tensor z, Tensor centroids, Tensor rowScale,
        Tensor dPosterior, Tensor dz)
    {
        int latent = centroids.Columns;
        for (int row = 0; row < batch.Rows; row++)
        {
            var items = batch.ColumnIndices[batch.RowOffsets[row]..batch.RowOffsets[row + 1]];
            if (items.IsEmpty) continue;
            var point = AnchoredPoint(term, posterior, z, row, latent);
            var dPoint = Row(term.Form == AnchorForm.ClosedForm ? dPosterior : dz, row);
            double scale = Scale(rowScale, row);
            for (int k = 0; k < latent; k++)
            {
                if (term.Aligns) dPoint[k] += 2 * scale * (point[k] - Row(centroids, row)[k]);
                if (term.Shrinks) dPoint[latent + k] += scale * Math.Exp(Row(posterior, row)[latent + k]);
            }
            if (!term.Aligns || anchors.Gradient.IsNone) continue;
            foreach (int item in items)
            {
                int first = latent * Choice(term, anchors.Value, item, point);
                double weight = Scale(term.ItemWeights, item), total = UserWeight(term, batch, row);
                for (int k = 0; k < latent; k++)
                    Row(anchors.Gradient, item)[first + k] +=
                        2 * scale * weight / total * (Row(anchors.Value, item)[first + k] - point[k]);
            }
        }
    }

    private static Span<double> AnchoredPoint(AnchorTerm term, Tensor posterior, Tensor z, int row, int latent) =>
        term.Form == AnchorForm.ClosedForm ? Row(posterior, row)[..latent] : Row(z, row);

    private static double UserWeight(AnchorTerm term, SparseBatch batch, int row) => term.ItemWeights.IsNone
        ? batch.RowOffsets[row + 1] - batch.RowOffsets[row] : Data(term.UserWeights)[row];

    private static Span<double> Nearest(AnchorTerm term, Tensor anchors, int item, ReadOnlySpan<double> point) =>
        Row(anchors, item).Slice(point.Length * Choice(term, anchors, item, point), point.Length);

    /// <summary>Which of an item's anchors is nearest to the point.</summary>
    private static int Choice(AnchorTerm term, Tensor anchors, int item, ReadOnlySpan<double> point)
    {
        var (choice, least) = (0, double.PositiveInfinity);
        for (int n = 0; n < term.PerItem; n++)
        {
            double distance = 0;
            for (int k = 0; k < point.Length; k++)
                distance += Math.Pow(point[k] - Row(anchors, item)[n * point.Length + k], 2);
            if (distance < least) (choice, least) = (n, distance);
        }
        return choice;
    }
}
