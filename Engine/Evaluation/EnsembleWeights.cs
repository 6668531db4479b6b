using System.Numerics.Tensors;
using ManualVae.Compute;
using ManualVae.Data;
using ManualVae.Models;

namespace ManualVae.Evaluation;

/// <summary>
/// Chooses the weights of an <see cref="Ensemble"/> on validation: ensemble selection from a library of models (Caruana et al.
/// 2004). Beginning with nothing, the model that makes the mean best is added again and again; a model's weight is the share of
/// rounds that chose it, so one that never helps has weight 0.
/// </summary>
public static class EnsembleWeights
{
    /// <summary>Rounds, so that weights are multiples of 1/20.</summary>
    public const int Rounds = 20;

    private const long MostBytes = 1L << 30;

    /// <summary>The weights, which add up to 1, and the metric's value with them on the users they were chosen on.</summary>
    /// <param name="models">The models, over the same items.</param>
    /// <param name="validation">The validation part. Where the scores of all its users need more than a gibibyte, the first users
    /// decide.</param>
    /// <param name="metric">What to make largest.</param>
    /// <param name="cancellation">Watched between evaluations.</param>
    /// <exception cref="InputException">Memory cannot hold the scores.</exception>
    public static (double[] Weights, double Value) Choose(IReadOnlyList<IRecommender> models, EvaluationSplit validation,
        Metric metric, CancellationToken cancellation = default)
    {
        int items = models[0].ItemCount;
        int users = (int)Math.Min(validation.FoldIn.Rows, Math.Max(1, MostBytes / sizeof(float) / items / (models.Count + 2)));
        long bytes = (long)users * items * sizeof(float) * (models.Count + 2);
        HostMemory.Require(bytes, $"Choosing the weights needs about {HostMemory.Mebibytes(bytes)}",
            "give the weights, or fewer models");
        var part = Head(validation, users);
        float[][] scores = [.. models.Select(model => Scores(model, validation.FoldIn, users))];
        var sum = new float[(long)users * items];
        var trial = new TrialScores(items, new float[sum.Length]);
        var chosen = new int[models.Count];
        double value = double.NegativeInfinity;
        for (int round = 1; round <= Rounds; round++)
        {
            int best = -1;
            double bestValue = double.NegativeInfinity;
            for (int m = 0; m < models.Count; m++)
            {
                cancellation.ThrowIfCancellationRequested();
                TensorPrimitives.Add(sum, scores[m], trial.Values);
                double found = Evaluator.Evaluate(trial, part, [metric], cancellation: cancellation).Metrics[0].Mean;
                if (found > bestValue) (best, bestValue) = (m, found);
            }
            TensorPrimitives.Add(sum, scores[best], sum);
            chosen[best]++;
            value = bestValue;
        }
        return ([.. chosen.Select(count => (double)count / Rounds)], value);
    }

    private static float[] Scores(IRecommender model, CsrMatrix foldIn, int users)
    {
        int items = model.ItemCount;
        var scores = new float[(long)users * items];
        for (int first = 0; first < users; first += model.BatchSize)
        {
            int count = Math.Min(model.BatchSize, users - first);
            var batch = scores.AsSpan(first * items, count * items);
            model.Score(foldIn, first, count, batch);
            for (int row = 0; row < count; row++) Ensemble.Standardise(batch.Slice(row * items, items));
        }
        return scores;
    }

    private static EvaluationSplit Head(EvaluationSplit part, int users)
    {
        int[] rows = [.. Enumerable.Range(0, users)];
        return part with
        {
            FoldIn = part.FoldIn.SelectRows(rows),
            HeldOut = part.HeldOut.SelectRows(rows),
            Candidates = part.Candidates?.SelectRows(rows),
            Excluded = part.Excluded?.SelectRows(rows),
        };
    }

    // Scores that were computed before.
    private sealed class TrialScores(int items, float[] values) : IRecommender
    {
        public float[] Values => values;

        public string Name => "ensemble";

        public int ItemCount => items;

        public int BatchSize => 256;

        public void Score(CsrMatrix foldIn, int firstRow, int rows, Span<float> scores) =>
            values.AsSpan(firstRow * items, rows * items).CopyTo(scores);

        public void Dispose() { }
    }
}
