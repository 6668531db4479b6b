using System.Buffers;
using ManualVae.Data;

namespace ManualVae.Models;

/// <summary>
/// Anything that scores items for users: a VAE or a baseline. A user is a row of a fold-in matrix; models with user embeddings
/// (weak generalisation only) take the row number as the user.
/// </summary>
/// <remarks>
/// Threads: the baselines only read when they score, so any number of threads may call <see cref="Score"/> and <see cref="Rank"/>
/// at once. Models that compute on a backend (<see cref="Autoencoder"/>, <see cref="Baselines.Cdae"/>,
/// <see cref="Baselines.Ncf"/>) take one caller at a time (<see cref="TakesOneCaller"/>). A model that is being
/// disposed of may not be called.
/// </remarks>
public interface IRecommender : IDisposable
{
    /// <summary>Name of the kind of model: <c>multvae</c>, <c>ease</c>, ...</summary>
    string Name { get; }

    /// <summary>Number of items scored.</summary>
    int ItemCount { get; }

    /// <summary>Users best scored at once.</summary>
    int BatchSize { get; }

    /// <summary>True if one thread at a time may score; a second one gets <see cref="InvalidOperationException"/>.</summary>
    bool TakesOneCaller => false;

    /// <summary>True if it knows its training users only: row r of the fold-in is training user r.</summary>
    bool KnowsTrainingUsersOnly => false;

    /// <summary>
    /// Scores every item for rows [firstRow, firstRow + rows) of <paramref name="foldIn"/>: rows x ItemCount, larger is better.
    /// Items of the fold-in are scored like any other.
    /// </summary>
    void Score(CsrMatrix foldIn, int firstRow, int rows, Span<float> scores);

    /// <summary>
    /// The k best items of each row that its fold-in does not hold, best first (rows x k each); equal scores rank the lower item
    /// first; if fewer remain, item -1 and score -infinity. Models whose backend fuses scoring with ranking override this.
    /// <paramref name="excluded"/>: what is not ranked instead of the fold-in, in the same rows.
    /// </summary>
    void Rank(CsrMatrix foldIn, int firstRow, int rows, int k, Span<int> items, Span<float> scores, CsrMatrix? excluded = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(k);
        if (firstRow < 0 || rows < 0 || firstRow + rows > foldIn.Rows)
            throw new ArgumentOutOfRangeException(nameof(rows), $"Rows {firstRow} to {firstRow + rows} of {foldIn.Rows}.");
        excluded ??= foldIn;
        if (excluded.Rows != foldIn.Rows)
            throw new ArgumentException($"The excluded rows are {excluded.Rows}, the fold-in's {foldIn.Rows}.");
        if (items.Length != rows * k || scores.Length != rows * k)
            throw new ArgumentException($"Got room for {items.Length} items and {scores.Length} scores, expected {rows} x {k}.");
        int batch = Math.Clamp(Math.Min(rows, BatchSize), 1, Ranking.RowsAtOnce(ItemCount));
        var all = ArrayPool<float>.Shared.Rent(batch * ItemCount);
        for (int done = 0; done < rows; done += batch)
        {
            int first = firstRow + done, count = Math.Min(batch, rows - done);
            Score(foldIn, first, count, all.AsSpan(0, count * ItemCount));
            Ranking.Select(all, excluded, first, k, items.Slice(done * k, count * k), scores.Slice(done * k, count * k));
        }
        ArrayPool<float>.Shared.Return(all);
    }
}
