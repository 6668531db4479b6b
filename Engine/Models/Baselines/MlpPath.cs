using ManualVae.Compute;

namespace ManualVae.Models.Baselines;

/// <summary>A tower of three ReLU layers over both vectors: w . MLP([p_u, q_i]) (He et al. 2017, eq. 10).</summary>
internal sealed class MlpPath : NcfPath
{
    private readonly Tensor[] _outputs, _gradients;

    /// <inheritdoc cref="NcfPath(MemoryScope, EmbeddingTable, EmbeddingTable, int, int)"/>
    public MlpPath(MemoryScope memory, ParameterBlock parameters, EmbeddingTable users, EmbeddingTable items, int fanIn,
        int maxRows) : base(memory, users, items, 2 * users.Width, maxRows)
    {
        int input = 2 * users.Width;
        Widths = [input, input / 2, input / 4, input / 8];
        Weights = [.. Enumerable.Range(0, 3).Select(l => parameters.Declare(
            $"mlp.{l}.weight", Widths[l + 1], Widths[l], Initialiser.GlorotUniform, fusable: true))];
        Biases = [.. Enumerable.Range(0, 3).Select(l => parameters.Declare(
            $"mlp.{l}.bias", 1, Widths[l + 1], Initialiser.Zero))];
        Output = parameters.Declare("output.mlp", 1, Widths[3], Initialiser.LeCunUniform, fusable: true, fanIn: fanIn);
        _outputs = [.. Widths[1..].Select(width => memory.Allocate(maxRows, width))];
        _gradients = [.. Widths[1..].Select(width => memory.Allocate(maxRows, width))];
    }

    /// <summary>8F, 4F, 2F, F.</summary>
    public int[] Widths { get; }

    public Parameter[] Weights { get; }

    public Parameter[] Biases { get; }

    /// <inheritdoc/>
    public override Parameter Output { get; }

    /// <summary>Logits from the values of the first hidden layer, for scoring; no bias.</summary>
    public void ForwardFromHidden(Tensor hidden, Tensor second, Tensor third, Tensor logits)
    {
        Backend.LinearForward(hidden, Weights[1], Biases[1], Activation.Relu, second);
        Backend.LinearForward(second, Weights[2], Biases[2], Activation.Relu, third);
        Backend.LinearForward(third, Output, null, Activation.Identity, logits);
    }

    /// <inheritdoc/>
    protected override void Read(ReadOnlySpan<int> users, ReadOnlySpan<int> items, NcfOptimizer optimizer, Span<float> input)
    {
        Users.Read(users, optimizer, input, 0, Widths[0]);
        Items.Read(items, optimizer, input, Users.Width, Widths[0]);
    }

    /// <inheritdoc/>
    protected override void TakeGradient(ReadOnlySpan<int> users, ReadOnlySpan<int> items, Span<float> gradient)
    {
        Users.TakeGradient(users, gradient, 0, Widths[0]);
        Items.TakeGradient(items, gradient, Users.Width, Widths[0]);
    }

    /// <inheritdoc/>
    protected override void Forward(Tensor x, Parameter? bias, Tensor logits)
    {
        for (int l = 0; l < 3; l++)
        {
            var y = _outputs[l].Top(x.Rows);
            Backend.LinearForward(x, Weights[l], Biases[l], Activation.Relu, y);
            x = y;
        }
        Backend.LinearForward(x, Output, bias, Activation.Identity, logits);
    }

    /// <inheritdoc/>
    protected override void Backward(Tensor x, Parameter? bias, Tensor dLogits, Tensor dx)
    {
        int rows = x.Rows;
        foreach (var gradient in _gradients) Backend.Fill(gradient.Top(rows), 0);
        Backend.LinearBackward(_outputs[2].Top(rows), Output, bias, dLogits, _gradients[2].Top(rows));
        for (int l = 2; l >= 0; l--)
        {
            var dy = _gradients[l].Top(rows);
            Backend.ActivationBackward(Activation.Relu, _outputs[l].Top(rows), dy);
            Backend.LinearBackward(l > 0 ? _outputs[l - 1].Top(rows) : x, Weights[l], Biases[l], dy,
                l > 0 ? _gradients[l - 1].Top(rows) : dx);
        }
    }
}
