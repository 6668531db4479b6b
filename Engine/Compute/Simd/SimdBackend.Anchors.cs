using System.Diagnostics;

namespace ManualVae.Compute.Simd;

// The anchor regulariser: users' gradients by user, anchors' gradients by anchor.
public sealed unsafe partial class SimdBackend
{
    /// <inheritdoc/>
    public void AnchorForward(
        AnchorTerm term, SparseBatch batch, Parameter anchors, Tensor posterior, Tensor z, Tensor centroids, Tensor loss)
    {
        Debug.Assert(
            anchors.Value.Length == (term.IsCodebook ? 1L : batch.Columns) * term.PerItem * centroids.Columns);
        var point = term.Form == AnchorForm.ClosedForm ? posterior : z;
        ForRows(batch.Rows, 4, (term, batch, anchors.Value, point, centroids, loss),
            static (in (AnchorTerm Term, SparseBatch Batch, Tensor Anchors, Tensor Point, Tensor Centroids, Tensor Loss) s,
                int row) =>
            {
                int k = s.Centroids.Columns;
                var items = s.Term.ItemsOf(s.Batch, row);
                float* centroid = s.Centroids.Row(row), point = s.Point.Row(row);
                s.Centroids.RowSpan(row).Clear();
                s.Loss.Pointer()[row] = 0;
                float total = WeightOfUser(s.Term, items, row);
                if (items.Length == 0) return;
                double sum = 0;
                if (s.Term.Aligns)
                {
                    foreach (int item in items)
                    {
                        float* anchor = Nearest(s.Term, s.Anchors.Pointer(), item, k, point);
                        float weight = s.Term.ItemWeights.RowScale(item);
                        Elementwise.Apply(new AddScaled(weight / total), k, centroid, anchor, centroid);
                        sum += weight * Elementwise.Sum(default(SquaredDifference), k, point, anchor);
                    }
                    sum /= total;
                }
                if (s.Term.Shrinks) sum += Elementwise.Sum(new Variance(1), k, point + k);
                s.Loss.Pointer()[row] = (float)sum;
            });
    }

    /// <inheritdoc/>
    public void AnchorBackward(
        AnchorTerm term, SparseBatch batch, Parameter anchors, Tensor posterior, Tensor z, Tensor centroids, Tensor rowScale,
        Tensor dPosterior, Tensor dz)
    {
        var (point, dPoint) = term.Form == AnchorForm.ClosedForm ? (posterior, dPosterior) : (z, dz);
        if (!dPoint.IsNone)
            ForRows(batch.Rows, 16, (term, batch, point, centroids, rowScale, dPoint),
                static (in (AnchorTerm Term, SparseBatch Batch, Tensor Point, Tensor Centroids, Tensor Scale, Tensor D) s,
                    int row) =>
                {
                    if (s.Batch.ClicksOf(row) == 0) return;
                    int k = s.Centroids.Columns;
                    float scale = s.Scale.RowScale(row);
                    float* point = s.Point.Row(row), d = s.D.Row(row);
                    if (s.Term.Aligns)
                        Elementwise.Apply(new AddScaledDifference(2 * scale), k, d, point, s.Centroids.Row(row), d);
                    if (s.Term.Shrinks) Elementwise.Apply(new VarianceGradient(scale), k, d + k, point + k, d + k);
                });
        if (!term.Aligns || anchors.Gradient.IsNone) return;
        // A codebook's users may share any code: one thread adds them in order.
        ForRows(term.IsCodebook ? 1 : batch.ActiveColumnCount, 8, (term, batch, anchors, point, rowScale, centroids.Columns),
            static (in (AnchorTerm Term, SparseBatch Batch, Parameter Anchors, Tensor Point, Tensor Scale, int Latent) s,
                int active) =>
            {
                bool codebook = s.Term.IsCodebook;
                int item = codebook ? 0 : s.Batch.ActiveColumns[active];
                var (first, end) = codebook ? (0, s.Batch.Rows)
                    : (s.Batch.ColumnOffsets[active], s.Batch.ColumnOffsets[active + 1]);
                float weight = s.Term.ItemWeights.RowScale(item);
                float* anchors = s.Anchors.Value.Pointer();
                for (int e = first; e < end; e++)
                {
                    int row = codebook ? e : s.Batch.EntryRows[e], items = s.Term.CountOf(s.Batch, row);
                    if (items == 0) continue;
                    float total = s.Term.ItemWeights.IsNone ? items : s.Term.UserWeights.RowScale(row);
                    float* point = s.Point.Row(row), anchor = Nearest(s.Term, anchors, item, s.Latent, point);
                    float* gradient = s.Anchors.Gradient.Pointer() + (anchor - anchors);
                    Elementwise.Apply(new AddScaledDifference(2 * s.Scale.RowScale(row) * weight / total), s.Latent,
                        gradient, anchor, point, gradient);
                }
            });
    }

    /// <summary>Sum of the weights of a user's clicks, which is kept if the weights are not all 1.</summary>
    private static float WeightOfUser(AnchorTerm term, ReadOnlySpan<int> items, int row)
    {
        if (term.ItemWeights.IsNone) return items.Length;
        double sum = 0;
        foreach (int item in items) sum += term.ItemWeights.RowScale(item);
        return term.UserWeights.Pointer()[row] = (float)sum;
    }

    /// <summary>The one of an item's anchors that is nearest to the point.</summary>
    private static float* Nearest(AnchorTerm term, float* anchors, int item, int k, float* point)
    {
        float* anchor = anchors + (nint)item * term.PerItem * k, nearest = anchor;
        if (term.PerItem == 1) return nearest;
        double least = double.PositiveInfinity;
        for (int n = 0; n < term.PerItem; n++, anchor += k)
        {
            double distance = Elementwise.Sum(default(SquaredDifference), k, point, anchor);
            if (!(distance < least)) continue;
            least = distance;
            nearest = anchor;
        }
        return nearest;
    }
}
