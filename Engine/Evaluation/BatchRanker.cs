using ManualVae.Data;
using ManualVae.Models;

namespace ManualVae.Evaluation;

/// <summary>
/// Ranks the users of a split batch by batch. Where the k-th and the next score are equal, the list cuts a tie, and the user's
/// scores are taken once more to see all of it; models whose scores differ never pay for that.
/// </summary>
/// <param name="model">Who ranks.</param>
/// <param name="split">Whom.</param>
/// <param name="k">Ranks that count; 0 where no metric needs lists.</param>
/// <param name="needsScores">Every item's score is asked for as well.</param>
internal sealed class BatchRanker(IRecommender model, EvaluationSplit split, int k, bool needsScores)
{
    private readonly int _depth = k == 0 ? 0 : Math.Min(k + 1, model.ItemCount);
    private int[] _items = [];
    private float[] _best = [], _scores = [];
    private int _firstRow, _firstScored;

    /// <summary>Ranks the rows [first, first + count).</summary>
    /// <param name="first">The first row.</param>
    /// <param name="count">How many.</param>
    /// <param name="evaluated">Those of them that will be asked for.</param>
    public void Load(int first, int count, ReadOnlySpan<int> evaluated)
    {
        _firstRow = first;
        if (_depth > 0)
        {
            Array.Resize(ref _items, Math.Max(_items.Length, count * _depth));
            Array.Resize(ref _best, _items.Length);
            model.Rank(split.FoldIn, first, count, _depth,
                _items.AsSpan(0, count * _depth), _best.AsSpan(0, count * _depth), split.Excluded);
        }
        if (needsScores)
        {
            Score(first, count);
            return;
        }
        int firstCut = -1, lastCut = -1;
        foreach (int row in evaluated)
            if (CutsTie(row)) (firstCut, lastCut) = (firstCut < 0 ? row : firstCut, row);
        if (firstCut >= 0) Score(firstCut, lastCut - firstCut + 1);
    }

    /// <summary>The ranking of a row that was loaded.</summary>
    public UserRanking Ranking(int row)
    {
        var heldOut = split.HeldOut.RowColumns(row);
        if (CutsTie(row)) return UserRanking.OfScores(k, Scores(row), split.Known.RowColumns(row), heldOut);
        int start = (row - _firstRow) * _depth, length = Math.Min(k, Listed(row));
        return UserRanking.Of(_items.AsSpan(start, length), _best.AsSpan(start, length), heldOut);
    }

    /// <summary>The scores of a row that was loaded, where they are needed.</summary>
    public ReadOnlySpan<float> Scores(int row) =>
        _scores.AsSpan((row - _firstScored) * model.ItemCount, model.ItemCount);

    private bool CutsTie(int row)
    {
        int last = (row - _firstRow) * _depth + k - 1;
        return k > 0 && Listed(row) > k && UserRanking.Equal(_best[last], _best[last + 1]);
    }

    // Length of the list without its padding.
    private int Listed(int row) =>
        _items.AsSpan((row - _firstRow) * _depth, _depth).IndexOf(-1) is >= 0 and var end ? end : _depth;

    private void Score(int first, int count)
    {
        _firstScored = first;
        Array.Resize(ref _scores, Math.Max(_scores.Length, count * model.ItemCount));
        model.Score(split.FoldIn, first, count, _scores.AsSpan(0, count * model.ItemCount));
    }
}
