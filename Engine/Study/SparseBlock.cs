using System.Numerics.Tensors;
using ManualVae.Data;

namespace ManualVae.Study;

/// <summary>The layer that reads the clicks: a <see cref="DenseBlock"/> with a sparse x and W [items, outputs].</summary>
/// <param name="name">The layer.</param>
/// <param name="inputs">Positions of the elements of x that are not zero.</param>
/// <param name="values">Their values in the input of the encoder.</param>
/// <param name="deltas">delta of each row.</param>
/// <param name="outputWidth">Width of delta.</param>
public sealed class SparseBlock(string name, CsrMatrix inputs, double[] values, double[] deltas, int outputWidth)
    : GradientBlock(name, inputs.Rows)
{
    /// <inheritdoc/>
    public override long ParameterCount => (long)outputWidth * (inputs.Columns + 1);

    private ReadOnlySpan<double> Delta(int row) => deltas.AsSpan(row * outputWidth, outputWidth);

    /// <inheritdoc/>
    public override double Dot(int row, GradientBlock other, int otherRow)
    {
        var block = (SparseBlock)other;
        return TensorPrimitives.Dot(Delta(row), block.Delta(otherRow)) * (InputDot(row, block, otherRow) + 1);
    }

    /// <inheritdoc/>
    public override void AddTo(int row, double scale, Span<double> gradient)
    {
        var items = inputs.RowColumns(row);
        ReadOnlySpan<double> x = Values(row), delta = Delta(row);
        for (int e = 0; e < items.Length; e++)
            for (int o = 0; o < outputWidth; o++) gradient[items[e] * outputWidth + o] += scale * x[e] * delta[o];
        for (int o = 0; o < outputWidth; o++) gradient[inputs.Columns * outputWidth + o] += scale * delta[o];
    }

    private double InputDot(int row, SparseBlock other, int otherRow)
    {
        ReadOnlySpan<int> a = inputs.RowColumns(row), b = other.Pattern.RowColumns(otherRow);
        ReadOnlySpan<double> x = Values(row), y = other.Values(otherRow);
        double sum = 0;
        for (int i = 0, j = 0; i < a.Length && j < b.Length;)
        {
            if (a[i] == b[j]) sum += x[i++] * y[j++];
            else if (a[i] < b[j]) i++;
            else j++;
        }
        return sum;
    }

    private CsrMatrix Pattern => inputs;

    private ReadOnlySpan<double> Values(int row) => values.AsSpan((int)inputs.RowOffsets[row], inputs.RowLength(row));
}
