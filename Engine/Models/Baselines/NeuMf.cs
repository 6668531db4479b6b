using System.Numerics.Tensors;
using ManualVae.Compute;
using ManualVae.Data;

namespace ManualVae.Models.Baselines;

/// <summary>Settings of <see cref="NeuMf"/>; the defaults are those of He et al. 2017 for 8 predictive factors.</summary>
/// <param name="Factors">F, predictive factors: the MLP's widths are 8F (its input), 4F, 2F, F.</param>
/// <param name="Epochs">Passes over the clicks.</param>
/// <param name="BatchSize">Clicks and negatives a batch.</param>
/// <param name="LearningRate">Adam's.</param>
/// <param name="Negatives">Negatives drawn for each click, anew in each epoch.</param>
/// <param name="Seed">Seed of the start, the order and the negatives.</param>
public sealed record NeuMfSettings(
    int Factors = 8, int Epochs = 20, int BatchSize = 256, double LearningRate = 1e-3, int Negatives = 4, ulong Seed = 1);

/// <summary>
/// Neural matrix factorisation (He et al. 2017, eq. 12), without pre-training: logit = w.[p_u * q_i, MLP(p'_u, q'_i)] + b with
/// separate vectors for the product and the MLP (ReLU), trained on clicks and sampled negatives by the logistic loss. It has a
/// vector for each training user, so it only scores training users: row r of the fold-in is training user r. Click values are
/// ignored.
/// </summary>
/// <remarks>Deviation: the Adam moments of a user or item rest while it is in no batch (the original decays them).</remarks>
public sealed class NeuMf : IBaseline
{
    private float[] _itemHidden = []; // what each item adds to the first hidden layer, items x 4F; made when training has ended

    internal NeuMf(NeuMfSettings settings, int users, int items)
    {
        (Factors, UserCount, ItemCount) = (settings.Factors, users, items);
        int f = Factors;
        Widths = [8 * f, 4 * f, 2 * f, f];
        uint number = 0;
        float[] Draw(int rows, int columns, double deviation, double limit)
        {
            var values = new float[rows * columns];
            var key = new RandomKey(settings.Seed, 0, RandomPurpose.Initialisation);
            for (int i = 0; i < values.Length; i++)
                values[i] = (float)(deviation > 0
                    ? deviation * CounterRandom.Normal(key, number, (uint)i)
                    : limit * (2 * CounterRandom.Uniform(key, number, (uint)i) - 1));
            number++;
            return values;
        }
        (UserProduct, ItemProduct) = (Draw(users, f, 0.01, 0), Draw(items, f, 0.01, 0));
        (UserDeep, ItemDeep) = (Draw(users, 4 * f, 0.01, 0), Draw(items, 4 * f, 0.01, 0));
        Weights = [.. Enumerable.Range(0, 3).Select(l =>
            Draw(Widths[l + 1], Widths[l], 0, Math.Sqrt(6.0 / (Widths[l] + Widths[l + 1]))))];
        Biases = [.. Enumerable.Range(0, 3).Select(l => new float[Widths[l + 1]])];
        Output = Draw(1, 2 * f + 1, 0, Math.Sqrt(3.0 / (2 * f)));
        Output[^1] = 0;
    }

    /// <summary>The model of a <see cref="State"/>.</summary>
    internal static NeuMf Restore(IReadOnlyList<Array> state, NeuMfSettings settings)
    {
        if (settings.Factors < 1 || state[^1].LongLength != 2L * settings.Factors + 1)
            throw new ArgumentException($"{state[^1].LongLength} output weights for {settings.Factors} factors.", nameof(state));
        var model = new NeuMf(settings, state[0].Length / settings.Factors, state[1].Length / settings.Factors);
        foreach (var (values, kept) in model.State.Zip(state)) kept.CopyTo(values, 0);
        model.PrepareScoring();
        return model;
    }

    /// <inheritdoc/>
    public string Name => "neumf";

    /// <inheritdoc/>
    public int ItemCount { get; }

    /// <inheritdoc/>
    public int BatchSize => 64;

    /// <inheritdoc/>
    public bool KnowsTrainingUsersOnly => true;

    internal int Factors { get; }
    internal int UserCount { get; }
    internal int[] Widths { get; }         // 8F, 4F, 2F, F
    internal float[] UserProduct { get; }  // p, users x F
    internal float[] ItemProduct { get; }  // q, items x F
    internal float[] UserDeep { get; }     // p', users x 4F
    internal float[] ItemDeep { get; }     // q', items x 4F
    internal float[][] Weights { get; }    // [l]: Widths[l + 1] x Widths[l]
    internal float[][] Biases { get; }
    internal float[] Output { get; }       // F weights of the product, F of the MLP, the bias

    /// <inheritdoc/>
    public IReadOnlyList<Array> State => [UserProduct, ItemProduct, UserDeep, ItemDeep, .. Weights, .. Biases, Output];

    /// <inheritdoc/>
    public void Score(CsrMatrix foldIn, int firstRow, int rows, Span<float> scores)
    {
        if (foldIn.Rows != UserCount)
            throw new InputException(
                $"neumf: knows its {UserCount} training users only and cannot score {foldIn.Rows} others; "
                + "use a weak split, or another model.");
        Rows.ForEach(scores, rows, ItemCount, (row, values) => ScoreUser(firstRow + row, values));
    }

    /// <inheritdoc/>
    public void Dispose() { }

    internal void PrepareScoring()
    {
        int half = 4 * Factors, width = Widths[1];
        _itemHidden = new float[ItemCount * width];
        Parallel.For(0, ItemCount, item =>
        {
            for (int o = 0; o < width; o++)
                _itemHidden[item * width + o] = TensorPrimitives.Dot<float>(
                    Weights[0].AsSpan(o * 2 * half + half, half), ItemDeep.AsSpan(item * half, half));
        });
    }

    private void ScoreUser(int user, Span<float> scores)
    {
        int f = Factors, half = 4 * f;
        var (userHidden, product) = (new float[Widths[1]], new float[f]);
        float[][] layers = [new float[Widths[1]], new float[Widths[2]], new float[Widths[3]]];
        for (int o = 0; o < userHidden.Length; o++)
            userHidden[o] = Biases[0][o]
                + TensorPrimitives.Dot<float>(Weights[0].AsSpan(o * 2 * half, half), UserDeep.AsSpan(user * half, half));
        TensorPrimitives.Multiply(UserProduct.AsSpan(user * f, f), Output.AsSpan(0, f), product);
        for (int item = 0; item < scores.Length; item++)
        {
            TensorPrimitives.Add(userHidden, _itemHidden.AsSpan(item * userHidden.Length, userHidden.Length), layers[0]);
            TensorPrimitives.Max(layers[0], 0f, layers[0]);
            for (int l = 1; l < 3; l++) Layer(l, layers[l - 1], layers[l]);
            scores[item] = TensorPrimitives.Dot<float>(product, ItemProduct.AsSpan(item * f, f))
                + TensorPrimitives.Dot<float>(Output.AsSpan(f, f), layers[2]) + Output[^1];
        }
    }

    /// <summary>y = max(0, W_l x + b_l).</summary>
    internal void Layer(int l, ReadOnlySpan<float> x, Span<float> y)
    {
        for (int o = 0; o < y.Length; o++)
            y[o] = Math.Max(0, TensorPrimitives.Dot(Weights[l].AsSpan(o * x.Length, x.Length), x) + Biases[l][o]);
    }
}
