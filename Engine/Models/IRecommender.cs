using ManualVae.Data;

namespace ManualVae.Models;

/// <summary>
/// Anything that scores items for users: a VAE or a baseline. A user is a row of a fold-in matrix; models with user embeddings
/// (weak generalisation only) take the row number as the user.
/// </summary>
public interface IRecommender : IDisposable
{
    /// <summary>Name as in <c>--model</c>.</summary>
    string Name { get; }

    /// <summary>Number of items scored.</summary>
    int ItemCount { get; }

    /// <summary>Users best scored at once.</summary>
    int BatchSize { get; }

    /// <summary>
    /// Scores every item for rows [firstRow, firstRow + rows) of <paramref name="foldIn"/>: rows x ItemCount, larger is better.
    /// Items of the fold-in are scored like any other.
    /// </summary>
    void Score(CsrMatrix foldIn, int firstRow, int rows, Span<float> scores);

    /// <summary>
    /// The k best items of each row that its fold-in does not hold, best first (rows x k each); equal scores rank the lower item
    /// first; where fewer remain, item -1 and score -infinity. Models whose backend fuses scoring with ranking override this.
    /// <paramref name="excluded"/>: what is not ranked instead of the fold-in, in the same rows.
    /// </summary>
    void Rank(CsrMatrix foldIn, int firstRow, int rows, int k, Span<int> items, Span<float> scores, CsrMatrix? excluded = null) =>
        Ranking.ByScore(this, foldIn, firstRow, rows, k, items, scores, excluded);
}
