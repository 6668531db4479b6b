using System.Numerics.Tensors;
using ManualVae.Compute;
using ManualVae.Data;

namespace ManualVae.Models;

/// <summary>
/// What a click contributes to an item, by leaving it out: the item's value given the history, less its value given the history
/// without the click. The value is the item's log-probability, log softmax(f)_i, for the multinomial likelihood, whose logits
/// may all rise together; the score itself (a logit or a mean) for everything else. Contributions need not add up to anything.
/// </summary>
internal static class LeaveOneOut
{
    private const int MostEntries = 1 << 24; // clicks or scores of one pass

    /// <summary>
    /// Fills in the contributions. It scores history + 1 histories, in passes of at most <see cref="IRecommender.BatchSize"/>.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="history">The clicks, strictly increasing.</param>
    /// <param name="items">The items.</param>
    /// <param name="contributions">Items x clicks, row-major.</param>
    /// <param name="turn">Runs each pass.</param>
    public static void Contributions(
        IRecommender model, int[] history, int[] items, Span<float> contributions, Action<Action> turn)
    {
        bool logProbability = model is Autoencoder { Likelihood.Kind: LikelihoodKind.Multinomial };
        int most = MostEntries / Math.Max(model.ItemCount, history.Length);
        int batch = Math.Clamp(model.BatchSize, 1, Math.Max(1, most));
        var scores = new float[Math.Min(batch, history.Length + 1) * model.ItemCount];
        var (complete, shortened) = (new double[items.Length], new double[items.Length]);
        // Pass 0 holds the whole history in front of the first shortened ones: "click -1" is left out of it.
        for (int first = -1; first < history.Length; first += batch)
        {
            int rows = Math.Min(batch, history.Length - first);
            var without = Without(history, first, rows, model.ItemCount);
            turn(() => model.Score(without, 0, rows, scores.AsSpan(0, rows * model.ItemCount)));
            for (int row = 0; row < rows; row++)
            {
                int click = first + row;
                Values(scores.AsSpan(row * model.ItemCount, model.ItemCount), items, logProbability,
                    click < 0 ? complete : shortened);
                for (int i = 0; click >= 0 && i < items.Length; i++)
                    contributions[i * history.Length + click] = (float)(complete[i] - shortened[i]);
            }
        }
    }

    private static void Values(ReadOnlySpan<float> scores, int[] items, bool logProbability, double[] values)
    {
        double normaliser = 0;
        if (logProbability)
        {
            double max = TensorPrimitives.Max(scores), sum = 0;
            foreach (float score in scores) sum += Math.Exp(score - max);
            normaliser = max + Math.Log(sum);
        }
        for (int i = 0; i < items.Length; i++) values[i] = scores[items[i]] - normaliser;
    }

    // Row r: the history without click first + r.
    private static CsrMatrix Without(int[] history, int first, int rows, int columns)
    {
        var offsets = new long[rows + 1];
        for (int row = 0; row < rows; row++) offsets[row + 1] = offsets[row] + history.Length - (first + row < 0 ? 0 : 1);
        var entries = new int[offsets[rows]];
        for (int row = 0; row < rows; row++)
        {
            var target = entries.AsSpan((int)offsets[row]);
            int click = first + row;
            if (click < 0) history.CopyTo(target);
            else
            {
                history.AsSpan(0, click).CopyTo(target);
                history.AsSpan(click + 1).CopyTo(target[click..]);
            }
        }
        return new(columns, offsets, entries);
    }
}
