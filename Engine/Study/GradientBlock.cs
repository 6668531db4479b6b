using System.Diagnostics;
using System.Numerics.Tensors;
using ManualVae.Data;

namespace ManualVae.Study;

/// <summary>
/// The gradients of many users' losses by one layer's parameters, kept as factors. A user's gradient is never written out: inner
/// products follow from the factors (papers.md B2).
/// </summary>
/// <param name="name">The layer, such as <c>decoder.1</c>.</param>
/// <param name="rows">Number of users (or of user x draw rows).</param>
public abstract class GradientBlock(string name, int rows)
{
    /// <summary>The layer.</summary>
    public string Name { get; } = name;

    /// <summary>Number of gradients.</summary>
    public int Rows { get; } = rows;

    /// <summary>Number of parameters of the layer.</summary>
    public abstract long ParameterCount { get; }

    /// <summary>Inner product of a gradient with one of another block of the same layer.</summary>
    public abstract double Dot(int row, GradientBlock other, int otherRow);

    /// <summary>gradient += scale * the row's gradient, in the layout of the parameters: weight, then bias. For checks.</summary>
    public abstract void AddTo(int row, double scale, Span<double> gradient);

    /// <summary>
    /// gram[i, j] += scale * the inner product of gradient i here with gradient j of another block of the same layer and as many rows.
    /// Rows are shared among threads; each element is one thread's work.
    /// </summary>
    public void AddGram(double[] gram, GradientBlock other, double scale = 1)
    {
        // Tiles of 16 x 16 rows: the wide output layer's rows are read from memory once a tile, not once a pair.
        const int tile = 16;
        int tiles = (Rows + tile - 1) / tile;
        Parallel.For(0, tiles * tiles, t =>
        {
            var (a, b) = (t / tiles * tile, t % tiles * tile);
            bool symmetric = ReferenceEquals(other, this);
            if (symmetric && b < a) return;
            for (int i = a; i < Math.Min(a + tile, Rows); i++)
                for (int j = symmetric ? Math.Max(i, b) : b; j < Math.Min(b + tile, Rows); j++)
                {
                    double dot = scale * Dot(i, other, j);
                    gram[(long)i * Rows + j] += dot;
                    if (symmetric && j != i) gram[(long)j * Rows + i] += dot;
                }
        });
    }
}

/// <summary>
/// A dense layer y = f(W x + b): a user's gradient is delta [x, 1]', delta being the gradient at the pre-activation, so
/// that &lt;g_u, g_v&gt; = &lt;delta_u, delta_v&gt; (&lt;x_u, x_v&gt; + 1).
/// </summary>
/// <param name="name">The layer.</param>
/// <param name="inputs">x of each row.</param>
/// <param name="inputWidth">Width of x.</param>
/// <param name="deltas">delta of each row.</param>
/// <param name="outputWidth">Width of delta.</param>
public sealed class DenseBlock(string name, double[] inputs, int inputWidth, double[] deltas, int outputWidth)
    : GradientBlock(name, deltas.Length / outputWidth)
{
    /// <summary>Width of x.</summary>
    public int InputWidth => inputWidth;

    /// <summary>Width of delta.</summary>
    public int OutputWidth => outputWidth;

    /// <inheritdoc/>
    public override long ParameterCount => (long)outputWidth * (inputWidth + 1);

    /// <summary>x of a row.</summary>
    public ReadOnlySpan<double> Input(int row) => inputs.AsSpan(row * inputWidth, inputWidth);

    /// <summary>delta of a row.</summary>
    public ReadOnlySpan<double> Delta(int row) => deltas.AsSpan(row * outputWidth, outputWidth);

    /// <inheritdoc/>
    public override double Dot(int row, GradientBlock other, int otherRow)
    {
        var block = (DenseBlock)other;
        return TensorPrimitives.Dot(Delta(row), block.Delta(otherRow))
            * (TensorPrimitives.Dot(Input(row), block.Input(otherRow)) + 1);
    }

    /// <inheritdoc/>
    public override void AddTo(int row, double scale, Span<double> gradient)
    {
        ReadOnlySpan<double> x = Input(row), delta = Delta(row);
        for (int o = 0; o < outputWidth; o++)
        {
            var weights = gradient.Slice(o * inputWidth, inputWidth);
            for (int i = 0; i < inputWidth; i++) weights[i] += scale * delta[o] * x[i];
            gradient[outputWidth * inputWidth + o] += scale * delta[o];
        }
    }
}

/// <summary>The layer that reads the clicks: as <see cref="DenseBlock"/>, with a sparse x and W stored [items, outputs].</summary>
/// <param name="name">The layer.</param>
/// <param name="inputs">Where x is not zero.</param>
/// <param name="values">x there, as the encoder saw it.</param>
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

/// <summary>
/// The item anchors: a user's gradient by anchor i of its own clicks is scale_u (e_i - p_u), p_u being mu or z; zero elsewhere.
/// </summary>
/// <param name="name">The parameter.</param>
/// <param name="clicks">Clicks of each row.</param>
/// <param name="anchors">e [items, K].</param>
/// <param name="points">p [rows, K].</param>
/// <param name="weight">Weight of the anchor term in the objective; scale_u = 2 weight / |S_u|.</param>
public sealed class AnchorBlock(string name, CsrMatrix clicks, double[] anchors, double[] points, double weight)
    : GradientBlock(name, clicks.Rows)
{
    private readonly int _latent = anchors.Length / Math.Max(1, clicks.Columns);

    /// <inheritdoc/>
    public override long ParameterCount => anchors.Length;

    /// <inheritdoc/>
    public override double Dot(int row, GradientBlock other, int otherRow)
    {
        var block = (AnchorBlock)other;
        Debug.Assert(block._latent == _latent, "blocks of different models");
        ReadOnlySpan<int> a = clicks.RowColumns(row), b = block.Clicks.RowColumns(otherRow);
        ReadOnlySpan<double> p = Point(row), q = block.Point(otherRow);
        double sum = 0;
        for (int i = 0, j = 0; i < a.Length && j < b.Length;)
        {
            if (a[i] < b[j]) i++;
            else if (a[i] > b[j]) j++;
            else
            {
                var anchor = anchors.AsSpan(a[i] * _latent, _latent);
                for (int k = 0; k < _latent; k++) sum += (anchor[k] - p[k]) * (anchor[k] - q[k]);
                i++;
                j++;
            }
        }
        return Scale(row) * block.Scale(otherRow) * sum;
    }

    /// <inheritdoc/>
    public override void AddTo(int row, double scale, Span<double> gradient)
    {
        var p = Point(row);
        foreach (int item in clicks.RowColumns(row))
            for (int k = 0; k < _latent; k++)
                gradient[item * _latent + k] += scale * Scale(row) * (anchors[item * _latent + k] - p[k]);
    }

    private CsrMatrix Clicks => clicks;

    private ReadOnlySpan<double> Point(int row) => points.AsSpan(row * _latent, _latent);

    private double Scale(int row) => clicks.RowLength(row) == 0 ? 0 : 2 * weight / clicks.RowLength(row);
}
