using System.Numerics.Tensors;

namespace ManualVae.Study;

/// <summary>
/// A dense layer y = f(W x + b). A user's gradient is delta [x, 1]'; delta is the gradient with respect to the pre-activation.
/// Hence &lt;g_u, g_v&gt; = &lt;delta_u, delta_v&gt; (&lt;x_u, x_v&gt; + 1).
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
