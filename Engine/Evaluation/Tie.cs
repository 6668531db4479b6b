namespace ManualVae.Evaluation;

/// <summary>
/// A stretch of equal scores in a ranking, of one item where the score stands alone. Every order within it is equally likely, and
/// a metric is its expected value over them, so that it does not depend on the numbers of the items.
/// </summary>
/// <param name="First">Rank of its first item, from 0.</param>
/// <param name="Length">Number of its items, 1 or more.</param>
/// <param name="Hits">How many of them are held out.</param>
internal readonly record struct Tie(int First, int Length, int Hits)
{
    /// <summary>How many of its ranks lie in the top K.</summary>
    public int Within(int cutoff) => Math.Clamp(cutoff - First, 0, Length);
}
