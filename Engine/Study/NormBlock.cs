using System.Numerics.Tensors;

namespace ManualVae.Study;

/// <summary>
/// The gain and bias of a LayerNorm h = gain * n + bias, n the normalised input (Ba et al. 2016). A user's gradient is
/// [dh * n, dh], element by element; it is as wide as the layer and kept written out.
/// </summary>
/// <param name="name">The layer, such as <c>encoder.0.norm</c>.</param>
/// <param name="gradients">Of each row: gain, then bias.</param>
/// <param name="width">Width of the layer.</param>
public sealed class NormBlock(string name, double[] gradients, int width) : GradientBlock(name, gradients.Length / (2 * width))
{
    /// <inheritdoc/>
    public override long ParameterCount => 2 * width;

    private ReadOnlySpan<double> Row(int row) => gradients.AsSpan(row * 2 * width, 2 * width);

    /// <inheritdoc/>
    public override double Dot(int row, GradientBlock other, int otherRow) =>
        TensorPrimitives.Dot(Row(row), ((NormBlock)other).Row(otherRow));

    /// <inheritdoc/>
    public override void AddTo(int row, double scale, Span<double> gradient) =>
        TensorPrimitives.MultiplyAdd(Row(row), scale, gradient, gradient);
}
