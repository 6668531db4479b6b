using System.Numerics.Tensors;
using ManualVae.Compute;
using ManualVae.Data;
using Tensor = ManualVae.Compute.Tensor;

namespace ManualVae.Models.Baselines;

/// <summary>
/// Scores all items for a user with fitted paths. The MLP's first layer is linear in [p_u, q_i], so each item's
/// share of it is computed once.
/// </summary>
internal sealed class NcfScoring
{
    private const int Chunk = 1024; // items at a time: the same for any number of users, so the bits are

    private readonly IBackend _backend;
    private readonly GmfPath? _gmf;
    private readonly MlpPath? _mlp;
    private readonly float[] _product = [], _itemHidden = [], _firstWeights = [], _firstBias = [], _userHidden = [], _hidden = [];
    private readonly float _bias;
    private readonly Tensor _hiddenTensor, _second, _third, _logits;

    public NcfScoring(MemoryScope memory, int items, GmfPath? gmf, MlpPath? mlp, Parameter bias)
    {
        (_backend, _gmf, _mlp) = (memory.Backend, gmf, mlp);
        _bias = _backend.Floats(bias.Value)[0];
        if (gmf is not null) _product = _backend.Floats(gmf.Output.Value);
        if (mlp is null) return;
        (_firstWeights, _firstBias) = (_backend.Floats(mlp.Weights[0].Value), _backend.Floats(mlp.Biases[0].Value));
        int width = mlp.Widths[1], chunk = Math.Min(Chunk, Math.Max(1, items));
        (_userHidden, _hidden) = (new float[width], new float[chunk * width]);
        _itemHidden = new float[checked(items * width)];
        Cores.For(0, items, item =>
            AddFirstLayer(mlp.Items.Row(item), width, _itemHidden.AsSpan(item * width, width)));
        (_hiddenTensor, _second) = (memory.Allocate(chunk, width), memory.Allocate(chunk, mlp.Widths[2]));
        (_third, _logits) = (memory.Allocate(chunk, mlp.Widths[3]), memory.Allocate(chunk, 1));
    }

    public void Score(int user, Span<float> scores)
    {
        scores.Fill(_bias);
        if (_gmf is { } gmf) AddProducts(gmf, user, scores);
        if (_mlp is { } mlp)
            for (int first = 0; first < scores.Length; first += Chunk)
                AddMlp(mlp, user, first, scores.Slice(first, Math.Min(Chunk, scores.Length - first)));
    }

    private void AddProducts(GmfPath gmf, int user, Span<float> scores)
    {
        Span<float> weighted = new float[_product.Length];
        TensorPrimitives.Multiply(gmf.Users.Row(user), _product, weighted);
        for (int item = 0; item < scores.Length; item++)
            scores[item] += TensorPrimitives.Dot<float>(weighted, gmf.Items.Row(item));
    }

    private void AddMlp(MlpPath mlp, int user, int first, Span<float> scores)
    {
        int width = _userHidden.Length, count = scores.Length;
        if (first == 0)
        {
            _firstBias.CopyTo(_userHidden, 0);
            AddFirstLayer(mlp.Users.Row(user), 0, _userHidden);
        }
        for (int i = 0; i < count; i++)
        {
            var hidden = _hidden.AsSpan(i * width, width);
            TensorPrimitives.Add(_userHidden, _itemHidden.AsSpan((first + i) * width, width), hidden);
            TensorPrimitives.Max(hidden, 0f, hidden);
        }
        _backend.Upload(_hidden.AsSpan(0, count * width), _hiddenTensor.Top(count));
        mlp.ForwardFromHidden(_hiddenTensor.Top(count), _second.Top(count), _third.Top(count), _logits.Top(count));
        Span<float> logits = stackalloc float[Chunk];
        _backend.Download(_logits.Top(count), logits[..count]);
        TensorPrimitives.Add(scores, logits[..count], scores);
    }

    // sum += the first layer's weights for half of its input, times that half.
    private void AddFirstLayer(ReadOnlySpan<float> half, int column, Span<float> sum)
    {
        for (int o = 0; o < sum.Length; o++)
            sum[o] += TensorPrimitives.Dot(_firstWeights.AsSpan(o * 2 * half.Length + column, half.Length), half);
    }
}
