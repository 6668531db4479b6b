using System.Diagnostics;

namespace ManualVae.Compute.Simd;

// The anchor regulariser: users' gradients by user, anchors' gradients by anchor.
public sealed unsafe partial class SimdBackend
{
    /// <inheritdoc/>
    public void AnchorForward(
        AnchorForm form, SparseBatch batch, Parameter anchors, Tensor posterior, Tensor z, Tensor centroids, Tensor loss)
    {
        Debug.Assert(anchors.Value.Rows == batch.Columns && centroids.Columns == anchors.Value.Columns);
        bool closed = form == AnchorForm.ClosedForm;
        ForRows(batch.Rows, 4, (batch, anchors.Value, closed ? posterior : z, closed, centroids, loss),
            static (in (SparseBatch Batch, Tensor Anchors, Tensor Point, bool Closed, Tensor Centroids, Tensor Loss) s,
                int row) =>
            {
                int k = s.Anchors.Columns;
                var items = s.Batch.ColumnIndices[s.Batch.RowOffsets[row]..s.Batch.RowOffsets[row + 1]];
                float* centroid = s.Centroids.Row(row), point = s.Point.Row(row);
                s.Centroids.RowSpan(row).Clear();
                s.Loss.Pointer()[row] = 0;
                if (items.Length == 0) return;
                double sum = 0;
                foreach (int item in items)
                {
                    float* anchor = s.Anchors.Row(item);
                    Elementwise.Apply(new AddScaled(1f / items.Length), k, centroid, anchor, centroid);
                    sum += Elementwise.Sum(default(SquaredDifference), k, point, anchor);
                }
                sum /= items.Length;
                if (s.Closed) sum += Elementwise.Sum(new Variance(1), k, point + k);
                s.Loss.Pointer()[row] = (float)sum;
            });
    }

    /// <inheritdoc/>
    public void AnchorBackward(
        AnchorForm form, SparseBatch batch, Parameter anchors, Tensor posterior, Tensor z, Tensor centroids, Tensor rowScale,
        Tensor dPosterior, Tensor dz)
    {
        bool closed = form == AnchorForm.ClosedForm;
        var (point, dPoint) = closed ? (posterior, dPosterior) : (z, dz);
        if (!dPoint.IsNone)
            ForRows(batch.Rows, 16, (batch, point, closed, centroids, rowScale, dPoint),
                static (in (SparseBatch Batch, Tensor Point, bool Closed, Tensor Centroids, Tensor Scale, Tensor D) s, int row) =>
                {
                    if (s.Batch.RowOffsets[row] == s.Batch.RowOffsets[row + 1]) return;
                    int k = s.Centroids.Columns;
                    float scale = s.Scale.RowScale(row);
                    float* point = s.Point.Row(row), d = s.D.Row(row);
                    Elementwise.Apply(new AddScaledDifference(2 * scale), k, d, point, s.Centroids.Row(row), d);
                    if (s.Closed) Elementwise.Apply(new VarianceGradient(scale), k, d + k, point + k, d + k);
                });
        if (anchors.Gradient.IsNone) return;
        ForRows(batch.ActiveColumnCount, 8, (batch, anchors, point, rowScale),
            static (in (SparseBatch Batch, Parameter Anchors, Tensor Point, Tensor Scale) s, int active) =>
            {
                int item = s.Batch.ActiveColumns[active];
                float* anchor = s.Anchors.Value.Row(item), gradient = s.Anchors.Gradient.Row(item);
                for (int e = s.Batch.ColumnOffsets[active]; e < s.Batch.ColumnOffsets[active + 1]; e++)
                {
                    int row = s.Batch.EntryRows[e], clicks = s.Batch.RowOffsets[row + 1] - s.Batch.RowOffsets[row];
                    Elementwise.Apply(new AddScaledDifference(2 * s.Scale.RowScale(row) / clicks), s.Anchors.Value.Columns,
                        gradient, anchor, s.Point.Row(row), gradient);
                }
            });
    }
}
