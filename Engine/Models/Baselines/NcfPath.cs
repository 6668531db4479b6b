using ManualVae.Compute;

namespace ManualVae.Models.Baselines;

/// <summary>
/// One of the two ways from a user and an item to a logit (He et al. 2017, section 3): their vectors, what is made of them, and
/// the output weights. NeuMF adds both.
/// </summary>
internal abstract class NcfPath
{
    private readonly IBackend _backend;
    private readonly float[] _input, _inputGradient;
    private readonly Tensor _inputTensor, _dInput;

    /// <summary>A path.</summary>
    /// <param name="memory">Where its tensors live.</param>
    /// <param name="users">Vectors of the users.</param>
    /// <param name="items">Vectors of the items.</param>
    /// <param name="inputs">Width of what goes to the backend: B x inputs.</param>
    /// <param name="maxRows">Largest batch.</param>
    protected NcfPath(MemoryScope memory, EmbeddingTable users, EmbeddingTable items, int inputs, int maxRows)
    {
        (_backend, Users, Items) = (memory.Backend, users, items);
        (_input, _inputGradient) = memory.IsCounting ? ([], []) : (new float[maxRows * inputs], new float[maxRows * inputs]);
        (_inputTensor, _dInput) = (memory.Allocate(maxRows, inputs), memory.Allocate(maxRows, inputs));
    }

    public EmbeddingTable Users { get; }

    public EmbeddingTable Items { get; }

    /// <summary>Output weights [1, F].</summary>
    public abstract Parameter Output { get; }

    /// <summary>logits[B, 1] = w . f(user, item) + bias; bias may be null.</summary>
    public void Forward(ReadOnlySpan<int> users, ReadOnlySpan<int> items, NcfOptimizer optimizer, Parameter? bias, Tensor logits)
    {
        int inputs = _inputTensor.Columns;
        Read(users, items, optimizer, _input);
        _backend.Upload(_input.AsSpan(0, users.Length * inputs), _inputTensor.Top(users.Length));
        Forward(_inputTensor.Top(users.Length), bias, logits);
    }

    /// <summary>Gradients of all parameters and vectors, from that of the logits.</summary>
    public void Backward(ReadOnlySpan<int> users, ReadOnlySpan<int> items, Parameter? bias, Tensor dLogits)
    {
        var (x, dx) = (_inputTensor.Top(users.Length), _dInput.Top(users.Length));
        _backend.Fill(dx, 0);
        Backward(x, bias, dLogits, dx);
        var gradient = _inputGradient.AsSpan(0, users.Length * x.Columns);
        _backend.Download(dx, gradient);
        TakeGradient(users, items, gradient);
    }

    /// <summary>Updates the vectors of the batch.</summary>
    public void Update(NcfOptimizer optimizer)
    {
        Users.Update(optimizer);
        Items.Update(optimizer);
    }

    /// <summary>The batch's inputs from its vectors, B x inputs.</summary>
    protected abstract void Read(ReadOnlySpan<int> users, ReadOnlySpan<int> items, NcfOptimizer optimizer, Span<float> input);

    /// <summary>The vectors' gradients from that of the inputs.</summary>
    protected abstract void TakeGradient(ReadOnlySpan<int> users, ReadOnlySpan<int> items, Span<float> gradient);

    /// <summary>The logits of inputs.</summary>
    protected abstract void Forward(Tensor x, Parameter? bias, Tensor logits);

    /// <summary>Gradients of the parameters; adds to dx.</summary>
    protected abstract void Backward(Tensor x, Parameter? bias, Tensor dLogits, Tensor dx);

    /// <summary>Where it computes.</summary>
    protected IBackend Backend => _backend;
}
