using System.Buffers;
using ManualVae.Compute;
using ManualVae.Data;

namespace ManualVae.Models;

/// <summary>Ranks by a model's scores in host memory: what <see cref="IRecommender.Rank"/> does unless a model knows better.</summary>
public static class Ranking
{
    /// <summary>Scores the rows in batches of <see cref="IRecommender.BatchSize"/> and selects each row's k best on all cores.</summary>
    /// <inheritdoc cref="IRecommender.Rank"/>
    public static void ByScore(
        IRecommender model, CsrMatrix foldIn, int firstRow, int rows, int k, Span<int> items, Span<float> scores,
        CsrMatrix? excluded = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(k);
        if (firstRow < 0 || rows < 0 || firstRow + rows > foldIn.Rows)
            throw new ArgumentOutOfRangeException(nameof(rows), $"Rows {firstRow} to {firstRow + rows} of {foldIn.Rows}.");
        var known = excluded ?? foldIn;
        if (known.Rows != foldIn.Rows) throw new ArgumentException($"The excluded rows are {known.Rows}, the fold-in's {foldIn.Rows}.");
        if (items.Length != rows * k || scores.Length != rows * k)
            throw new ArgumentException($"Got room for {items.Length} items and {scores.Length} scores, expected {rows} x {k}.");

        int itemCount = model.ItemCount, batch = Math.Max(1, Math.Min(rows, model.BatchSize));
        var all = ArrayPool<float>.Shared.Rent(batch * itemCount);
        var best = ArrayPool<int>.Shared.Rent(batch * k);
        var bestScores = ArrayPool<float>.Shared.Rent(batch * k);
        for (int done = 0; done < rows; done += batch)
        {
            int first = firstRow + done, count = Math.Min(batch, rows - done);
            model.Score(foldIn, first, count, all.AsSpan(0, count * itemCount));
            Parallel.For(0, count, row => TopK.Select(
                all.AsSpan(row * itemCount, itemCount), known.RowColumns(first + row),
                best.AsSpan(row * k, k), bestScores.AsSpan(row * k, k)));
            best.AsSpan(0, count * k).CopyTo(items[(done * k)..]);
            bestScores.AsSpan(0, count * k).CopyTo(scores[(done * k)..]);
        }
        ArrayPool<float>.Shared.Return(all);
        ArrayPool<int>.Shared.Return(best);
        ArrayPool<float>.Shared.Return(bestScores);
    }
}
