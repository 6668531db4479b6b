using System.Diagnostics;
using System.Numerics;
using System.Numerics.Tensors;

namespace ManualVae.Compute.Simd;

// The linear path's own term, and rows of equal length.
public sealed unsafe partial class SimdBackend
{
    private const float LeastNorm = 1e-6f, LeastShare = 1e-3f;

    /// <inheritdoc/>
    public void SelfTermForward(SparseBatch batch, Parameter input, Parameter output, Tensor y)
    {
        Debug.Assert(y.Rows == batch.Rows && y.Columns == batch.Columns && input.Value.Length == output.Value.Length);
        ForRows(batch.Rows, 8, (batch, input.Value, output.Value, y),
            static (in (SparseBatch Batch, Tensor In, Tensor Out, Tensor Y) s, int row) =>
            {
                var columns = s.Batch.ColumnIndices;
                float* y = s.Y.Row(row), inputs = s.Batch.Inputs.Pointer();
                for (int e = s.Batch.RowOffsets[row]; e < s.Batch.RowOffsets[row + 1]; e++)
                    if (inputs[e] != 0)
                        y[columns[e]] -= inputs[e]
                            * TensorPrimitives.Dot<float>(s.In.RowSpan(columns[e]), s.Out.RowSpan(columns[e]));
            });
    }

    /// <inheritdoc/>
    public void SelfTermBackward(SparseBatch batch, Parameter input, Parameter output, Tensor dy)
    {
        Debug.Assert(dy.Rows == batch.Rows && dy.Columns == batch.Columns && input.Value.Length == output.Value.Length);
        ForRows(batch.ActiveColumnCount, 8, (batch, input.Value, output.Value, input.Gradient, output.Gradient, dy),
            static (in (SparseBatch Batch, Tensor In, Tensor Out, Tensor DIn, Tensor DOut, Tensor Dy) s, int active) =>
            {
                int item = s.Batch.ActiveColumns[active];
                float sum = 0;
                for (int e = s.Batch.ColumnOffsets[active]; e < s.Batch.ColumnOffsets[active + 1]; e++)
                    sum += s.Batch.Inputs.Pointer()[s.Batch.EntryIndices[e]] * s.Dy.Row(s.Batch.EntryRows[e])[item];
                if (!s.DIn.IsNone)
                    TensorPrimitives.MultiplyAdd<float>(s.Out.RowSpan(item), -sum, s.DIn.RowSpan(item), s.DIn.RowSpan(item));
                if (!s.DOut.IsNone)
                    TensorPrimitives.MultiplyAdd<float>(s.In.RowSpan(item), -sum, s.DOut.RowSpan(item), s.DOut.RowSpan(item));
            });
    }

    /// <inheritdoc/>
    public void LeaveUsersOut(SparseBatch batch, Tensor diagonal, Tensor y)
    {
        Debug.Assert(y.Rows == batch.Rows && y.Columns == batch.Columns && diagonal.Length == y.Columns);
        ForRows(batch.Rows, 1, (batch, diagonal, y), static (in (SparseBatch Batch, Tensor Diagonal, Tensor Y) s, int row) =>
        {
            int start = s.Batch.RowOffsets[row], end = s.Batch.RowOffsets[row + 1];
            var columns = s.Batch.ColumnIndices;
            float* y = s.Y.Row(row), p = s.Diagonal.Pointer(), inputs = s.Batch.Inputs.Pointer();
            double product = 0;
            for (int e = start; e < end; e++)
            {
                product += (double)inputs[e] * (inputs[e] - y[columns[e]]) * p[columns[e]];
                y[columns[e]] -= inputs[e]; // -r
            }
            var left = new Vector<float>((float)(1 - product));
            int items = s.Y.Columns, width = Vector<float>.Count, i = 0;
            for (; i <= items - width; i += width)
            {
                var rest = Vector.Load(y + i);
                (rest / Vector.Max(left + rest * rest * Vector.Load(p + i), new Vector<float>(LeastShare))).Store(y + i);
            }
            for (; i < items; i++) y[i] /= Math.Max((float)(1 - product) + y[i] * y[i] * p[i], LeastShare);
            for (int e = start; e < end; e++) y[columns[e]] += inputs[e];
        });
    }

    /// <inheritdoc/>
    public void UnitRowsForward(Tensor x, double length, Tensor y, Tensor norms)
    {
        Debug.Assert(x.Length == y.Length && norms.Length == x.Rows);
        ForRows(x.Rows, 16, (x, (float)length, y, norms),
            static (in (Tensor X, float Length, Tensor Y, Tensor Norms) s, int row) =>
            {
                float norm = Math.Max(TensorPrimitives.Norm<float>(s.X.RowSpan(row)), LeastNorm);
                s.Norms.Pointer()[row] = norm;
                TensorPrimitives.Multiply(s.X.RowSpan(row), s.Length / norm, s.Y.RowSpan(row));
            });
    }

    /// <inheritdoc/>
    public void UnitRowsBackward(Tensor y, double length, Tensor norms, Tensor dy, Tensor dx)
    {
        Debug.Assert(y.Length == dy.Length && y.Length == dx.Length && norms.Length == y.Rows);
        ForRows(y.Rows, 16, (y, (float)length, norms, dy, dx),
            static (in (Tensor Y, float Length, Tensor Norms, Tensor Dy, Tensor Dx) s, int row) =>
            {
                float norm = s.Norms.Pointer()[row], along = TensorPrimitives.Dot<float>(s.Y.RowSpan(row), s.Dy.RowSpan(row));
                var dx = s.Dx.RowSpan(row);
                TensorPrimitives.MultiplyAdd<float>(s.Dy.RowSpan(row), s.Length / norm, dx, dx);
                TensorPrimitives.MultiplyAdd<float>(s.Y.RowSpan(row), -along / (s.Length * norm), dx, dx);
            });
    }
}
