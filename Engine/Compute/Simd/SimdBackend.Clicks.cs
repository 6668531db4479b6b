using System.Diagnostics;
using System.Numerics.Tensors;

namespace ManualVae.Compute.Simd;

// The output layer at the clicks alone, and the Gaussian loss in Gram form.
public sealed unsafe partial class SimdBackend
{
    /// <inheritdoc/>
    public void ClickLogitsForward(SparseBatch batch, Tensor h, Parameter weight, Parameter bias, Tensor logits)
    {
        Debug.Assert(weight.Value.Rows == batch.Columns && weight.Value.Columns == h.Columns && logits.Length >= batch.Entries);
        ForRows(batch.Rows, 4, (batch, h, weight.Value, bias.Value, logits),
            static (in (SparseBatch Batch, Tensor H, Tensor Weight, Tensor Bias, Tensor Logits) s, int row) =>
            {
                var columns = s.Batch.ColumnIndices;
                var h = s.H.RowSpan(row);
                for (int e = s.Batch.RowOffsets[row]; e < s.Batch.RowOffsets[row + 1]; e++)
                    s.Logits.Pointer()[e] = TensorPrimitives.Dot(h, s.Weight.RowSpan(columns[e])) + s.Bias.Pointer()[columns[e]];
            });
    }

    /// <inheritdoc/>
    public void ClickLogitsBackward(
        SparseBatch batch, Tensor h, Parameter weight, Parameter bias, Tensor dLogits, Tensor dh)
    {
        Debug.Assert(weight.Value.Rows == batch.Columns && weight.Value.Columns == h.Columns && !weight.IsFused);
        if (!dh.IsNone)
            ForRows(batch.Rows, 4, (batch, weight.Value, dLogits, dh),
                static (in (SparseBatch Batch, Tensor Weight, Tensor D, Tensor Dh) s, int row) =>
                {
                    int start = s.Batch.RowOffsets[row], count = s.Batch.RowOffsets[row + 1] - start;
                    fixed (int* columns = s.Batch.ColumnIndices)
                        SparseRows.Gather(s.Weight.Pointer(), s.Dh.Columns, columns + start, s.D.Pointer() + start, null, count,
                            s.Dh.Row(row));
                });
        ForRows(batch.ActiveColumnCount, 8, (batch, h, dLogits, weight.Gradient, bias.Gradient),
            static (in (SparseBatch Batch, Tensor H, Tensor D, Tensor DWeight, Tensor DBias) s, int active) =>
            {
                int item = s.Batch.ActiveColumns[active];
                if (!s.DWeight.IsNone) GatherGradient(s.Batch, active, s.D, s.H, s.DWeight.Row(item));
                if (s.DBias.IsNone) return;
                float sum = 0;
                for (int e = s.Batch.ColumnOffsets[active]; e < s.Batch.ColumnOffsets[active + 1]; e++)
                    sum += s.D.Pointer()[s.Batch.EntryIndices[e]];
                s.DBias.Pointer()[item] += sum;
            });
    }

    /// <inheritdoc/>
    public void GaussianGramBackward(
        Likelihood likelihood, SparseBatch batch, double scale, Tensor h, Tensor products, Tensor shift, Tensor square,
        Tensor clickLogits, Tensor loss, Tensor dh)
    {
        Debug.Assert(products.Length == h.Length && shift.Length == h.Columns && loss.Length == batch.Rows);
        ForRows(batch.Rows, 4, (likelihood, batch, scale, (h, products, shift, square), clickLogits, loss, dh),
            static (in (Likelihood L, SparseBatch Batch, double Scale,
                (Tensor H, Tensor Products, Tensor Shift, Tensor Square) Gram, Tensor Logits, Tensor Loss, Tensor Dh) s,
                int row) =>
            {
                ReadOnlySpan<float> h = s.Gram.H.RowSpan(row), products = s.Gram.Products.RowSpan(row),
                    shift = s.Gram.Shift.RowSpan(0);
                double all = TensorPrimitives.Dot(h, products) + 2.0 * TensorPrimitives.Dot(h, shift)
                    + s.Gram.Square.Pointer()[0];
                double sum = s.L.ZeroWeight / 2 * all;
                float* logits = s.Logits.Pointer(), targets = s.Batch.Targets.Pointer();
                for (int e = s.Batch.RowOffsets[row]; e < s.Batch.RowOffsets[row + 1]; e++)
                {
                    double f = logits[e], x = targets[e], weight = x > 0 ? s.L.ClickWeight : s.L.ZeroWeight;
                    sum += (weight * (f - x) * (f - x) - s.L.ZeroWeight * f * f) / 2;
                    logits[e] = (float)(s.Scale * (weight * (f - x) - s.L.ZeroWeight * f));
                }
                s.Loss.Pointer()[row] = (float)sum;
                if (s.Dh.IsNone) return;
                var dh = s.Dh.RowSpan(row);
                float slope = (float)(s.Scale * s.L.ZeroWeight);
                TensorPrimitives.MultiplyAdd(products, slope, dh, dh);
                TensorPrimitives.MultiplyAdd(shift, slope, dh, dh);
            });
    }
}
