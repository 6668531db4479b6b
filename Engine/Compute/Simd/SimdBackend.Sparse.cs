using System.Diagnostics;

namespace ManualVae.Compute.Simd;

// The sparse input layer. Rows of the output belong to one thread each, in both directions.
public sealed unsafe partial class SimdBackend
{
    /// <inheritdoc/>
    public void EncodeInputs(SparseBatch batch, InputMask mask) =>
        ForRows(batch.Rows, 16, (batch, mask), static (in (SparseBatch Batch, InputMask Mask) s, int row) =>
            EncodeRow(s.Batch, in s.Mask, row));

    private static void EncodeRow(SparseBatch batch, in InputMask mask, int row)
    {
        int start = batch.RowOffsets[row], end = batch.RowOffsets[row + 1];
        var columns = batch.ColumnIndices;
        float* targets = batch.Targets.Pointer(), inputs = batch.Inputs.Pointer();
        uint user = (uint)(mask.SharedUser >= 0 ? mask.SharedUser : batch.Users[row]);
        bool masks = mask.Mode != MaskMode.Clean && mask.KeepProbability < 1, maskFirst = mask.Mode == MaskMode.MaskThenNormalise;

        double squares = 0;
        for (int e = start; e < end; e++)
        {
            bool kept = !masks || CounterRandom.Keep(mask.Key, user, (uint)columns[e], mask.KeepProbability);
            inputs[e] = kept ? targets[e] : 0;
            if (kept || !maskFirst) squares += (double)targets[e] * targets[e];
        }
        if (mask.Mode == MaskMode.Plain) return;
        double scale = 1 / Math.Sqrt(Math.Max(squares, 1e-12));
        if (mask.Mode == MaskMode.NormaliseThenDrop) scale /= mask.KeepProbability;
        for (int e = start; e < end; e++) inputs[e] = (float)(inputs[e] * scale);
    }

    /// <inheritdoc/>
    public void SparseLinearForward(SparseBatch batch, Parameter weight, Parameter? bias, Activation activation, Tensor y)
    {
        Debug.Assert(weight.Value.Rows == batch.Columns && y.Rows == batch.Rows && y.Columns == weight.Value.Columns);
        ForRows(batch.Rows, 4, (batch, weight.Value, bias is null ? default : bias.Value, activation, y),
            static (in (SparseBatch Batch, Tensor Weight, Tensor Bias, Activation F, Tensor Y) s, int row) =>
            {
                int start = s.Batch.RowOffsets[row], count = s.Batch.RowOffsets[row + 1] - start;
                float* y = s.Y.Row(row);
                if (s.Bias.IsNone) s.Y.RowSpan(row).Clear();
                else Span(s.Bias, 0, s.Y.Columns).CopyTo(s.Y.RowSpan(row));
                fixed (int* columns = s.Batch.ColumnIndices)
                    SparseRows.Gather(
                        s.Weight.Pointer(), s.Y.Columns, columns + start, s.Batch.Inputs.Pointer() + start, null, count, y);
                Activations.Apply(s.F, s.Y.Columns, y);
            });
    }

    /// <inheritdoc/>
    public void SparseLinearBackward(SparseBatch batch, Parameter weight, Parameter? bias, Tensor dy)
    {
        Debug.Assert(weight.Value.Rows == batch.Columns && dy.Rows == batch.Rows && dy.Columns == weight.Value.Columns);
        if (bias is not null) BiasBackward(dy, bias);
        if (weight.IsFused) SparseAdam(batch, weight, new AdamUpdate(weight.FusedStep, weight.WeightDecay), dy);
        else if (!weight.Gradient.IsNone)
            ForRows(batch.ActiveColumnCount, 8, (batch, weight.Gradient, dy),
                static (in (SparseBatch Batch, Tensor Dw, Tensor Dy) s, int active) =>
                    GatherGradient(s.Batch, active, s.Batch.Inputs, s.Dy, s.Dw.Row(s.Batch.ActiveColumns[active])));
    }

    /// <summary>gradient += sum over the clicks on an active item of value * dy[user].</summary>
    private static void GatherGradient(SparseBatch batch, int active, Tensor values, Tensor dy, float* gradient)
    {
        int start = batch.ColumnOffsets[active], count = batch.ColumnOffsets[active + 1] - start;
        fixed (int* rows = batch.EntryRows, entries = batch.EntryIndices)
            SparseRows.Gather(dy.Pointer(), dy.Columns, rows + start, values.Pointer(), entries + start, count, gradient);
    }

    /// <summary>
    /// The gradient of a row of the first layer goes to Adam from the cache, and a row without clicks needs none, so the
    /// gradient of this layer never exists as a whole.
    /// </summary>
    private void SparseAdam(SparseBatch batch, Parameter weight, AdamUpdate update, Tensor dy) =>
        For(weight.Value.Rows, 16, (batch, weight, update, dy),
            static (in (SparseBatch Batch, Parameter Weight, AdamUpdate Update, Tensor Dy) s, int first, int last) =>
            {
                int width = s.Dy.Columns;
                float* gradient = stackalloc float[width];
                int active = s.Batch.ActiveColumns.BinarySearch(first, Comparer<int>.Default); // without a comparer it boxes
                if (active < 0) active = ~active;
                for (int row = first; row < last; row++)
                {
                    var weight = s.Weight;
                    PrefetchMoments(weight, row + RowsAhead);
                    int place = weight.MomentRow(row);
                    bool touched = active < s.Batch.ActiveColumnCount && s.Batch.ActiveColumns[active] == row;
                    if (touched)
                    {
                        new Span<float>(gradient, width).Clear();
                        GatherGradient(s.Batch, active++, s.Batch.Inputs, s.Dy, gradient);
                    }
                    s.Update.Apply(width, touched ? gradient : null,
                        weight.Value.Row(row), weight.FirstMoment.Row(place), weight.SecondMoment.Row(place));
                }
            });
}
