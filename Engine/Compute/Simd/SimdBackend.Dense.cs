using System.Diagnostics;

namespace ManualVae.Compute.Simd;

// Products of dense matrices and the dense layer.
public sealed unsafe partial class SimdBackend
{
    /// <inheritdoc/>
    public void MatMul(Transpose transpose, Tensor a, Tensor b, Tensor c, bool accumulate = false)
    {
        int k = transpose == Transpose.First ? a.Rows : a.Columns;
        Debug.Assert(k == (transpose == Transpose.Second ? b.Columns : b.Rows));
        Debug.Assert(c.Rows == (transpose == Transpose.First ? a.Columns : a.Rows));
        Debug.Assert(c.Columns == (transpose == Transpose.Second ? b.Rows : b.Columns));
        Multiply(c.Rows, c.Columns, k,
            new Operand(a.Pointer(), a.Columns, transpose != Transpose.First),
            new Operand(b.Pointer(), b.Columns, transpose == Transpose.Second),
            c.Pointer(), c.Columns, accumulate, default(PlainEpilogue));
    }

    /// <inheritdoc/>
    public void LinearForward(Tensor x, Parameter weight, Parameter? bias, Activation activation, Tensor y)
    {
        var w = weight.Value;
        Debug.Assert(x.Columns == w.Columns && y.Columns == w.Rows && x.Rows == y.Rows);
        Debug.Assert(bias is null || bias.Value.Length == y.Columns);
        if (x.Rows > 0 && x.Rows <= FewUsers(weight))
        {
            using var call = Caller.Enter();
            float* addend = bias is null ? null : bias.Value.Pointer();
            _fewUsers.Forward(FewTimes(x, weight), new(y.Pointer(), y.Columns, addend, activation));
            return;
        }
        if (bias is null && activation == Activation.Identity)
        {
            MatMul(Transpose.Second, x, w, y);
            return;
        }
        Multiply(y.Rows, y.Columns, x.Columns,
            new Operand(x.Pointer(), x.Columns, true), new Operand(w.Pointer(), w.Columns, true), y.Pointer(), y.Columns, false,
            new BiasEpilogue(y.Pointer(), y.Columns, bias is null ? null : bias.Value.Pointer(), activation));
    }

    /// <inheritdoc/>
    public void LinearBackward(Tensor x, Parameter weight, Parameter? bias, Tensor dy, Tensor dx)
    {
        var w = weight.Value;
        Debug.Assert(x.Columns == w.Columns && dy.Columns == w.Rows && x.Rows == dy.Rows);
        if (!dx.IsNone) MatMul(Transpose.None, dy, w, dx, accumulate: true);
        bool weightMoves = weight.IsFused || !weight.Gradient.IsNone;
        if (bias is not null && !weightMoves) BiasBackward(dy, bias);
        float* biasGradient = bias is null || bias.Gradient.IsNone ? null : bias.Gradient.Pointer();

        var left = new Operand(dy.Pointer(), dy.Columns, false);
        var right = new Operand(x.Pointer(), x.Columns, false);
        if (weight.IsFused)
        {
            var update = new AdamUpdate(weight.FusedStep, weight.WeightDecay);
            fixed (int* momentRows = weight.MomentRows.Span)
                Multiply(w.Rows, w.Columns, x.Rows, left, right, null, 0, false, new AdamEpilogue(
                    update, w.Pointer(), weight.FirstMoment.Pointer(), weight.SecondMoment.Pointer(), w.Columns, momentRows),
                    rowSums: biasGradient);
        }
        else if (!weight.Gradient.IsNone)
            Multiply(w.Rows, w.Columns, x.Rows, left, right, weight.Gradient.Pointer(), w.Columns, true, default(PlainEpilogue),
                rowSums: biasGradient);
    }

    /// <summary>dbias += column sums of dy: one owner for each block of columns.</summary>
    private void BiasBackward(Tensor dy, Parameter bias)
    {
        const int ColumnGrain = 512;
        if (bias.Gradient.IsNone) return;
        For(dy.Columns, ColumnGrain, (dy, bias.Gradient), static (in (Tensor Dy, Tensor Sum) s, int first, int last) =>
        {
            float* sum = stackalloc float[ColumnGrain];
            new Span<float>(sum, ColumnGrain).Clear();
            for (int row = 0; row < s.Dy.Rows; row++)
                Elementwise.Apply(new AddScaled(1), last - first, sum, s.Dy.Row(row) + first, sum);
            Elementwise.Apply(new AddScaled(1), last - first, s.Sum.Pointer() + first, sum, s.Sum.Pointer() + first);
        });
    }
}
