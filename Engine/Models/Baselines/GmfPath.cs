using System.Numerics.Tensors;
using ManualVae.Compute;
using Tensor = ManualVae.Compute.Tensor;

namespace ManualVae.Models.Baselines;

/// <summary>Generalised matrix factorisation: w . (p_u * q_i) (He et al. 2017, eq. 9).</summary>
internal sealed class GmfPath(
    MemoryScope memory, ParameterBlock parameters, EmbeddingTable users, EmbeddingTable items, int fanIn, int maxRows)
    : NcfPath(memory, users, items, users.Width, maxRows)
{
    private readonly float[] _users = memory.IsCounting ? [] : new float[maxRows * users.Width],
        _items = memory.IsCounting ? [] : new float[maxRows * users.Width],
        _gradient = memory.IsCounting ? [] : new float[maxRows * users.Width];

    /// <inheritdoc/>
    public override Parameter Output { get; } =
        parameters.Declare("output.product", 1, users.Width, Initialiser.LeCunUniform, fusable: true, fanIn: fanIn);

    /// <inheritdoc/>
    protected override void Read(ReadOnlySpan<int> users, ReadOnlySpan<int> items, NcfOptimizer optimizer, Span<float> input)
    {
        int width = Users.Width, length = users.Length * width;
        Users.Read(users, optimizer, _users, 0, width);
        Items.Read(items, optimizer, _items, 0, width);
        TensorPrimitives.Multiply(_users.AsSpan(0, length), _items.AsSpan(0, length), input);
    }

    /// <inheritdoc/>
    protected override void TakeGradient(ReadOnlySpan<int> users, ReadOnlySpan<int> items, Span<float> gradient)
    {
        int width = Users.Width;
        TensorPrimitives.Multiply(gradient, _items.AsSpan(0, gradient.Length), _gradient);
        Users.TakeGradient(users, _gradient, 0, width);
        TensorPrimitives.Multiply(gradient, _users.AsSpan(0, gradient.Length), _gradient);
        Items.TakeGradient(items, _gradient, 0, width);
    }

    /// <inheritdoc/>
    protected override void Forward(Tensor x, Parameter? bias, Tensor logits) =>
        Backend.LinearForward(x, Output, bias, Activation.Identity, logits);

    /// <inheritdoc/>
    protected override void Backward(Tensor x, Parameter? bias, Tensor dLogits, Tensor dx) =>
        Backend.LinearBackward(x, Output, bias, dLogits, dx);
}
