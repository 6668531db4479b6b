using ManualVae.Data;

namespace ManualVae.Models;

/// <summary>A model that ranks some items only: all others score -infinity. The model itself stays its owner's.</summary>
/// <param name="model">Who scores.</param>
/// <param name="ranked">Marks the items that are ranked.</param>
public sealed class RestrictedRecommender(IRecommender model, bool[] ranked) : IRecommender
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
        {
            var own = scores.Slice(row * ItemCount, ItemCount);
            for (int item = 0; item < own.Length; item++)
                if (!ranked[item]) own[item] = float.NegativeInfinity;
        }
    }

    /// <inheritdoc/>
    public void Dispose() { }
}
