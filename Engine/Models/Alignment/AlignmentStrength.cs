namespace ManualVae.Models.Alignment;

/// <summary>
/// How strongly each item is aligned, the diagonal of D_R (Monteil et al. 2024, eq. 6): d_j = beta (p - n_j) / p for items of n_j
/// clicks up to p, else 0; p is the 10th percentile of clicks an item, at least 1 (as the released code).
/// </summary>
public static class AlignmentStrength
{
    /// <summary>d_j of each item.</summary>
    /// <param name="clicks">Clicks of each item.</param>
    /// <param name="beta">Strength for an item without clicks.</param>
    public static double[] Of(int[] clicks, double beta)
    {
        var sorted = (int[])clicks.Clone();
        Array.Sort(sorted);
        double at = 0.1 * (sorted.Length - 1);
        int below = (int)at, above = Math.Min(below + 1, sorted.Length - 1);
        double p = Math.Max(1, sorted[below] + (at - below) * (sorted[above] - sorted[below])); // as numpy.percentile
        return Array.ConvertAll(clicks, n => n <= p ? beta / p * (p - n) : 0);
    }
}
