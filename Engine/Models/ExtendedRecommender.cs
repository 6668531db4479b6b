using System.Buffers;
using System.Runtime.CompilerServices;
using ManualVae.Data;

namespace ManualVae.Models;

/// <summary>
/// A model over more items than it was trained on: its own come first, the further ones are unknown to it. It is not shown clicks
/// on them and never ranks them: they score -infinity. The model stays its owner's.
/// </summary>
/// <param name="model">Who scores.</param>
/// <param name="itemCount">Number of items, known and unknown.</param>
public sealed class ExtendedRecommender(IRecommender model, int itemCount) : IRecommender
{
    private readonly ConditionalWeakTable<CsrMatrix, CsrMatrix> _own = [];

    /// <inheritdoc/>
    public string Name => model.Name;

    /// <inheritdoc/>
    public int ItemCount => itemCount;

    /// <inheritdoc/>
    public int BatchSize => model.BatchSize;

    /// <inheritdoc/>
    public void Score(CsrMatrix foldIn, int firstRow, int rows, Span<float> scores)
    {
        int known = model.ItemCount;
        float[] own = ArrayPool<float>.Shared.Rent(rows * known);
        model.Score(Own(foldIn), firstRow, rows, own.AsSpan(0, rows * known));
        scores.Fill(float.NegativeInfinity);
        for (int row = 0; row < rows; row++) own.AsSpan(row * known, known).CopyTo(scores[(row * itemCount)..]);
        ArrayPool<float>.Shared.Return(own);
    }

    /// <inheritdoc/>
    public void Rank(CsrMatrix foldIn, int firstRow, int rows, int k, Span<int> items, Span<float> scores,
        CsrMatrix? excluded = null) =>
        model.Rank(Own(foldIn), firstRow, rows, k, items, scores, excluded is null ? null : Own(excluded));

    /// <inheritdoc/>
    public void Dispose() { }

    // The clicks on the model's own items; a matrix is ranked in many batches and cut once.
    private CsrMatrix Own(CsrMatrix clicks) => _own.GetValue(clicks, all =>
        all.MapColumns(model.ItemCount, [.. Enumerable.Range(0, all.Columns).Select(c => c < model.ItemCount ? c : -1)]));
}
