using ManualVae.Compute;

namespace ManualVae.Evaluation;

/// <summary>
/// One user's best items in order, with their ties. The last tie is whole: it may reach beyond the ranks asked for.
/// </summary>
/// <param name="Items">Best first.</param>
/// <param name="Ties">They cover the items from the first to the last.</param>
internal sealed record UserRanking(int[] Items, Tie[] Ties)
{
    /// <summary>The ranking of a list that cuts no tie.</summary>
    /// <param name="items">Best first.</param>
    /// <param name="scores">Their scores.</param>
    /// <param name="heldOut">The user's held-out items, increasing.</param>
    public static UserRanking Of(ReadOnlySpan<int> items, ReadOnlySpan<float> scores, ReadOnlySpan<int> heldOut)
    {
        var ties = new List<Tie>(items.Length);
        for (int first = 0, end; first < items.Length; first = end)
        {
            int hits = 0;
            for (end = first; end < items.Length && Equal(scores[end], scores[first]); end++)
                if (heldOut.BinarySearch(items[end]) >= 0) hits++;
            ties.Add(new(first, end - first, hits));
        }
        return new(items.ToArray(), [.. ties]);
    }

    /// <summary>The ranking of the first k items and of all that equal the k-th.</summary>
    /// <param name="k">1 or more; at least so many items are not excluded.</param>
    /// <param name="scores">One score an item.</param>
    /// <param name="excluded">Items that are not ranked, increasing.</param>
    /// <param name="heldOut">The user's held-out items, increasing.</param>
    public static UserRanking OfScores(
        int k, ReadOnlySpan<float> scores, ReadOnlySpan<int> excluded, ReadOnlySpan<int> heldOut)
    {
        var (best, bestScores) = (new int[k], new float[k]);
        TopK.Select(scores, excluded, best, bestScores);
        float last = bestScores[^1];
        var items = new List<int>(best.AsSpan(0, Array.FindIndex(bestScores, score => Equal(score, last))).ToArray());
        for (int item = 0; item < scores.Length; item++)
            if (Equal(scores[item], last) && excluded.BinarySearch(item) < 0) items.Add(item);
        float[] itemScores = new float[items.Count];
        for (int i = 0; i < itemScores.Length; i++) itemScores[i] = scores[items[i]];
        return Of([.. items], itemScores, heldOut);
    }

    /// <summary>True for scores that rank alike: NaN equals NaN, 0 equals -0.</summary>
    public static bool Equal(float a, float b) => a.CompareTo(b) == 0;
}
