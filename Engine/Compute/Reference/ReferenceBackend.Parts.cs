namespace ManualVae.Compute.Reference;

/// <summary>The linear path's own term, and rows of equal length.</summary>
public sealed partial class ReferenceBackend
{
    /// <inheritdoc/>
    public void SelfTermForward(SparseBatch batch, Parameter input, Parameter output, Tensor y)
    {
        for (int row = 0; row < batch.Rows; row++)
            for (int e = batch.RowOffsets[row]; e < batch.RowOffsets[row + 1]; e++)
            {
                int item = batch.ColumnIndices[e];
                Row(y, row)[item] -= Data(batch.Inputs)[e] * Dot(Row(input.Value, item), Row(output.Value, item));
            }
    }

    /// <inheritdoc/>
    public void SelfTermBackward(SparseBatch batch, Parameter input, Parameter output, Tensor dy)
    {
        for (int row = 0; row < batch.Rows; row++)
            for (int e = batch.RowOffsets[row]; e < batch.RowOffsets[row + 1]; e++)
            {
                int item = batch.ColumnIndices[e];
                double slope = Data(batch.Inputs)[e] * Row(dy, row)[item];
                for (int j = 0; j < input.Value.Columns; j++)
                {
                    if (!input.Gradient.IsNone) Row(input.Gradient, item)[j] -= slope * Row(output.Value, item)[j];
                    if (!output.Gradient.IsNone) Row(output.Gradient, item)[j] -= slope * Row(input.Value, item)[j];
                }
            }
    }

    /// <inheritdoc/>
    public void LeaveUsersOut(SparseBatch batch, Tensor diagonal, Tensor y)
    {
        var x = new double[y.Columns];
        for (int row = 0; row < batch.Rows; row++)
        {
            Array.Clear(x);
            double product = 0;
            for (int e = batch.RowOffsets[row]; e < batch.RowOffsets[row + 1]; e++)
            {
                int item = batch.ColumnIndices[e];
                x[item] = Data(batch.Inputs)[e];
                product += x[item] * (x[item] - Row(y, row)[item]) * Data(diagonal)[item];
            }
            for (int item = 0; item < x.Length; item++)
            {
                double rest = x[item] - Row(y, row)[item];
                Row(y, row)[item] = x[item] - rest / Math.Max(1 - product + rest * rest * Data(diagonal)[item], 1e-3);
            }
        }
    }

    /// <inheritdoc/>
    public void UnitRowsForward(Tensor x, double length, Tensor y, Tensor norms)
    {
        for (int row = 0; row < x.Rows; row++)
        {
            double norm = Math.Max(Math.Sqrt(Dot(Row(x, row), Row(x, row))), 1e-6);
            Data(norms)[row] = norm;
            for (int i = 0; i < x.Columns; i++) Row(y, row)[i] = length * Row(x, row)[i] / norm;
        }
    }

    /// <inheritdoc/>
    public void UnitRowsBackward(Tensor y, double length, Tensor norms, Tensor dy, Tensor dx)
    {
        for (int row = 0; row < y.Rows; row++)
        {
            double along = Dot(Row(y, row), Row(dy, row));
            for (int i = 0; i < y.Columns; i++)
                Row(dx, row)[i] += (length * Row(dy, row)[i] - Row(y, row)[i] * along / length) / Data(norms)[row];
        }
    }

    private static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++) sum += a[i] * b[i];
        return sum;
    }
}
