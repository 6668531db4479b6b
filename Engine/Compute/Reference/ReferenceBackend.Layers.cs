namespace ManualVae.Compute.Reference;

/// <summary>Dense and sparse layers.</summary>
public sealed partial class ReferenceBackend
{
    /// <inheritdoc/>
    public void MatMul(Transpose transpose, Tensor a, Tensor b, Tensor c, bool accumulate = false)
    {
        var left = Data(a);
        var right = Data(b);
        var output = Data(c);
        int rows = c.Rows, columns = c.Columns, inner = transpose == Transpose.First ? a.Rows : a.Columns;
        for (int i = 0; i < rows; i++)
            for (int j = 0; j < columns; j++)
            {
                double sum = 0;
                for (int p = 0; p < inner; p++)
                    sum += left[transpose == Transpose.First ? p * rows + i : i * inner + p]
                        * right[transpose == Transpose.Second ? j * inner + p : p * columns + j];
                output[i * columns + j] = accumulate ? output[i * columns + j] + sum : sum;
            }
    }

    /// <inheritdoc/>
    public void LinearForward(Tensor x, Parameter weight, Parameter? bias, Activation activation, Tensor y)
    {
        MatMul(Transpose.Second, x, weight.Value, y);
        AddBiasAndApply(bias, activation, y);
    }

    /// <inheritdoc/>
    public void LinearBackward(Tensor x, Parameter weight, Parameter? bias, Tensor dy, Tensor dx)
    {
        if (!dx.IsNone) MatMul(Transpose.None, dy, weight.Value, dx, accumulate: true);
        if (!weight.Gradient.IsNone) MatMul(Transpose.First, dy, x, weight.Gradient, accumulate: true);
        AddColumnSums(dy, bias);
    }

    /// <inheritdoc/>
    public void EncodeInputs(SparseBatch batch, InputMask mask)
    {
        for (int row = 0; row < batch.Rows; row++)
        {
            var entries = batch.RowOffsets[row]..batch.RowOffsets[row + 1];
            var history = Data(batch.Targets)[entries];
            var seen = Data(batch.Inputs)[entries];
            var columns = batch.ColumnIndices[entries];
            uint user = (uint)(mask.SharedUser >= 0 ? mask.SharedUser : batch.Users[row]);
            for (int e = 0; e < history.Length; e++)
            {
                bool kept = mask.Mode == MaskMode.Clean
                    || CounterRandom.Keep(mask.Key, user, (uint)columns[e], mask.KeepProbability);
                seen[e] = kept ? history[e] : 0;
            }
            if (mask.Mode == MaskMode.Plain) continue;
            double scale = 1 / Norm(mask.Mode == MaskMode.MaskThenNormalise ? seen : history);
            if (mask.Mode == MaskMode.NormaliseThenDrop) scale /= mask.KeepProbability;
            for (int e = 0; e < seen.Length; e++) seen[e] *= scale;
        }

        static double Norm(ReadOnlySpan<double> x)
        {
            double squares = 0;
            foreach (double value in x) squares += value * value;
            return Math.Sqrt(Math.Max(squares, 1e-12));
        }
    }

    /// <inheritdoc/>
    public void SparseLinearForward(SparseBatch batch, Parameter weight, Parameter? bias, Activation activation, Tensor y)
    {
        var inputs = Data(batch.Inputs);
        for (int row = 0; row < batch.Rows; row++)
        {
            var output = Row(y, row);
            output.Clear();
            for (int e = batch.RowOffsets[row]; e < batch.RowOffsets[row + 1]; e++)
                AddTo(output, Row(weight.Value, batch.ColumnIndices[e]), inputs[e]);
        }
        AddBiasAndApply(bias, activation, y);
    }

    /// <inheritdoc/>
    public void SparseLinearBackward(SparseBatch batch, Parameter weight, Parameter? bias, Tensor dy)
    {
        var inputs = Data(batch.Inputs);
        for (int row = 0; row < batch.Rows && !weight.Gradient.IsNone; row++)
            for (int e = batch.RowOffsets[row]; e < batch.RowOffsets[row + 1]; e++)
                AddTo(Row(weight.Gradient, batch.ColumnIndices[e]), Row(dy, row), inputs[e]);
        AddColumnSums(dy, bias);
    }

    /// <inheritdoc/>
    public void LayerNormForward(Tensor x, Parameter gain, Parameter bias, double epsilon, Tensor y, Tensor saved)
    {
        var scale = Data(gain.Value);
        var shift = Data(bias.Value);
        for (int row = 0; row < x.Rows; row++)
        {
            var input = Row(x, row);
            var output = Row(y, row);
            double mean = 0, variance = 0;
            foreach (double value in input) mean += value / input.Length;
            foreach (double value in input) variance += (value - mean) * (value - mean) / input.Length;
            double inverse = 1 / Math.Sqrt(variance + epsilon);
            for (int i = 0; i < input.Length; i++) output[i] = scale[i] * (input[i] - mean) * inverse + shift[i];
            Row(saved, row)[0] = mean;
            Row(saved, row)[1] = inverse;
        }
    }

    /// <inheritdoc/>
    public void LayerNormBackward(Tensor x, Parameter gain, Parameter bias, Tensor saved, Tensor dy, Tensor dx)
    {
        var scale = Data(gain.Value);
        var dScale = Data(gain.Gradient);
        var dShift = Data(bias.Gradient);
        for (int row = 0; row < x.Rows; row++)
        {
            var input = Row(x, row);
            var above = Row(dy, row);
            double mean = Row(saved, row)[0], inverse = Row(saved, row)[1];
            double sum = 0, dot = 0; // of the gradient at the normalised value: alone, and with that value
            for (int i = 0; i < input.Length; i++)
            {
                double normalised = (input[i] - mean) * inverse;
                if (!dScale.IsEmpty) dScale[i] += above[i] * normalised;
                if (!dShift.IsEmpty) dShift[i] += above[i];
                sum += above[i] * scale[i];
                dot += above[i] * scale[i] * normalised;
            }
            if (dx.IsNone) continue;
            var gradient = Row(dx, row);
            for (int i = 0; i < input.Length; i++)
                gradient[i] += inverse * (above[i] * scale[i] - (sum + (input[i] - mean) * inverse * dot) / input.Length);
        }
    }

    private static void AddBiasAndApply(Parameter? bias, Activation activation, Tensor y)
    {
        var shift = bias is null ? default : Data(bias.Value);
        for (int row = 0; row < y.Rows; row++)
        {
            var output = Row(y, row);
            for (int j = 0; j < output.Length; j++)
                output[j] = Apply(activation, output[j] + (shift.IsEmpty ? 0 : shift[j]));
        }
    }

    private static void AddColumnSums(Tensor dy, Parameter? bias)
    {
        if (bias is null || bias.Gradient.IsNone) return;
        for (int row = 0; row < dy.Rows; row++) AddTo(Data(bias.Gradient), Row(dy, row));
    }
}
