using System.Numerics.Tensors;
using ManualVae.Compute;
using ManualVae.Data;

namespace ManualVae.Models.Baselines;

/// <summary>Settings of <see cref="Elsa"/>; the defaults did best on the validation part of ml-1m-strong.</summary>
/// <param name="Factors">Length d of an item's vector, 1 or more: memory is items x d.</param>
/// <param name="Epochs">Passes over the users, 1 or more.</param>
/// <param name="BatchSize">Users a batch.</param>
/// <param name="LearningRate">Adam's at the start; it falls to 0 in a line.</param>
/// <param name="Seed">Seed of the start and of the order of users.</param>
public sealed record ElsaSettings(
    int Factors = 256, int Epochs = 20, int BatchSize = 500, double LearningRate = 0.03, ulong Seed = 1);

/// <summary>
/// ELSA (Vancura, Alves, Kasalicky, Kordik 2022, "Scalable Linear Shallow Autoencoder for Collaborative Filtering"): EASE's
/// matrix as A A' - I with rows of A of length 1, for catalogues whose items x items matrix no memory holds. Scores are
/// x (A A' - I). Trained by Adam on <see cref="ElsaLoss"/>: the gradient of a row is projected onto the tangent of its sphere,
/// and the row scaled back to length 1.
/// </summary>
public static class Elsa
{
    /// <summary>Trains for the given number of epochs. Memory: 4 x items x d numbers and what a batch takes.</summary>
    /// <exception cref="InputException">A setting is out of range, or memory cannot hold the model.</exception>
    public static ElsaModel Fit(CsrMatrix train, ElsaSettings settings, FitMonitor monitor = default)
    {
        if (settings.Factors < 1 || settings.Epochs < 1 || settings.BatchSize < 1)
            throw new InputException("elsa: factors, epochs and batch size must be 1 or more.");
        if (!(settings.LearningRate > 0)) throw new InputException("elsa: the learning rate must be above 0.");
        int d = settings.Factors, items = train.Columns, batch = Math.Clamp(settings.BatchSize, 1, Math.Max(1, train.Rows));
        monitor.Needs("elsa", 4L * sizeof(float) * items * d + ElsaLoss.Bytes(train, d, batch));
        if ((long)items * d > Array.MaxLength)
            throw new InputException($"elsa: {items} vectors of {d} factors are more than an array can hold; take at most "
                + $"{Array.MaxLength / items} factors.");
        var vectors = new float[items * d];
        var (gradient, first, second) = (new float[items * d], new float[items * d], new float[items * d]);
        var start = new RandomKey(settings.Seed, 0, RandomPurpose.Initialisation);
        Cores.For(0, items, item =>
        {
            var row = vectors.AsSpan(item * d, d);
            for (int f = 0; f < d; f++) row[f] = (float)CounterRandom.Normal(start, (uint)item, (uint)f);
            ToLengthOne(row);
        });
        using var loss = new ElsaLoss(train, d, batch);
        int[] order = [.. Enumerable.Range(0, train.Rows)];
        long steps = settings.Epochs * (long)((train.Rows + batch - 1) / batch), done = 0;
        for (int epoch = 1; epoch <= settings.Epochs; epoch++)
        {
            CounterRandom.Shuffle(new RandomKey(settings.Seed, (uint)epoch, RandomPurpose.Shuffle), order);
            double sum = 0;
            for (int from = 0; from < order.Length; from += batch)
            {
                monitor.Check();
                int[] users = order[from..Math.Min(order.Length, from + batch)];
                sum += users.Length * loss.Backward(vectors, users, gradient);
                var step = new AdamStep(settings.LearningRate * (steps - done) / steps, ++done);
                Cores.For(0, items, item =>
                {
                    Span<float> row = vectors.AsSpan(item * d, d), slope = gradient.AsSpan(item * d, d);
                    ToTangent(row, slope);
                    EmbeddingTable.Adam(step, slope, row, first.AsSpan(item * d, d), second.AsSpan(item * d, d));
                    ToLengthOne(row);
                });
            }
            monitor.Pass($"elsa: epoch {epoch} of {settings.Epochs}, loss {sum / Math.Max(1, order.Length):F4}");
        }
        return new(vectors, d);
    }

    /// <summary>What is left of a gradient when the length of the row is held.</summary>
    internal static void ToTangent(ReadOnlySpan<float> row, Span<float> gradient) =>
        TensorPrimitives.MultiplyAdd(row, -TensorPrimitives.Dot(row, gradient), gradient, gradient);

    private static void ToLengthOne(Span<float> row) => TensorPrimitives.Divide(row, TensorPrimitives.Norm<float>(row), row);
}
