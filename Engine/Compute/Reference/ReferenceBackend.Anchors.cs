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
            var items = term.ItemsOf(batch, row);
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
                    var anchor = Anchor(anchors.Value, Nearest(term, anchors.Value, item, point), latent);
                    double weight = Scale(term.ItemWeights, item), total = UserWeight(term, items.Length, row);
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
            var items = term.ItemsOf(batch, row);
            int count = term.CountOf(batch, row);
            if (count == 0) continue;
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
                int nearest = Nearest(term, anchors.Value, item, point);
                Span<double> anchor = Anchor(anchors.Value, nearest, latent);
                Span<double> gradient = Anchor(anchors.Gradient, nearest, latent);
                double weight = Scale(term.ItemWeights, item), total = UserWeight(term, count, row);
                for (int k = 0; k < latent; k++) gradient[k] += 2 * scale * weight / total * (anchor[k] - point[k]);
            }
        }
    }

    private static Span<double> AnchoredPoint(AnchorTerm term, Tensor posterior, Tensor z, int row, int latent) =>
        term.Form == AnchorForm.ClosedForm ? Row(posterior, row)[..latent] : Row(z, row);

    private static double UserWeight(AnchorTerm term, int items, int row) =>
        term.ItemWeights.IsNone ? items : Data(term.UserWeights)[row];

    private static Span<double> Anchor(Tensor anchors, int number, int latent) =>
        Data(anchors).Slice(checked(number * latent), latent);

    /// <summary>Number of the one of an item's anchors that is nearest to the point.</summary>
    private static int Nearest(AnchorTerm term, Tensor anchors, int item, ReadOnlySpan<double> point)
    {
        var (nearest, least) = (item * term.PerItem, double.PositiveInfinity);
        for (int number = nearest; number < (item + 1) * term.PerItem; number++)
        {
            double distance = 0;
            for (int k = 0; k < point.Length; k++)
                distance += Math.Pow(point[k] - Anchor(anchors, number, point.Length)[k], 2);
            if (distance < least) (nearest, least) = (number, distance);
        }
        return nearest;
    }
}
