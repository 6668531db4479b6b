using ManualVae.Data;

namespace ManualVae.Models;

/// <summary>
/// A model for people, of whom some have no clicks: they get the most popular items, where most models would score all items
/// alike and rank the first columns. Both models stay their owner's.
/// </summary>
/// <param name="model">Ranks for everybody with clicks.</param>
/// <param name="popularity">Ranks for the others.</param>
public sealed class ColdStartRecommender(IRecommender model, IRecommender popularity) : IRecommender
{
    /// <inheritdoc/>
    public string Name => model.Name;

    /// <inheritdoc/>
    public int ItemCount => model.ItemCount;

    /// <inheritdoc/>
    public int BatchSize => model.BatchSize;

    /// <inheritdoc/>
    public void Score(CsrMatrix foldIn, int firstRow, int rows, Span<float> scores)
    {
        model.Score(foldIn, firstRow, rows, scores);
        for (int row = 0; row < rows; row++)
            if (foldIn.RowLength(firstRow + row) == 0)
                popularity.Score(foldIn, firstRow + row, 1, scores.Slice(row * ItemCount, ItemCount));
    }

    /// <inheritdoc/>
    public void Rank(CsrMatrix foldIn, int firstRow, int rows, int k, Span<int> items, Span<float> scores,
        CsrMatrix? excluded = null)
    {
        model.Rank(foldIn, firstRow, rows, k, items, scores, excluded);
        for (int row = 0; row < rows; row++)
            if (foldIn.RowLength(firstRow + row) == 0)
                popularity.Rank(foldIn, firstRow + row, 1, k, items.Slice(row * k, k), scores.Slice(row * k, k), excluded);
    }

    /// <inheritdoc/>
    public void Dispose() { }
}
