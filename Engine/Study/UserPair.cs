namespace ManualVae.Study;

/// <summary>An ordered pair of users of a population: the effect on u of a step on v.</summary>
/// <param name="U">Index of u in the population.</param>
/// <param name="V">Index of v.</param>
/// <param name="Overlap">Items in common, s.</param>
/// <param name="L1">||x_u - x_v||_1, d.</param>
/// <param name="Distance">W2 between their posteriors.</param>
/// <param name="Kind">Local, global or unrelated.</param>
/// <param name="Weight">Number of pairs of the population that this pair represents.</param>
public readonly record struct UserPair(int U, int V, int Overlap, int L1, double Distance, PairKind Kind, double Weight)
{
    /// <summary>|S_u and S_v| / |S_u or S_v|.</summary>
    public double Jaccard => Overlap == 0 ? 0 : (double)Overlap / (Overlap + L1);

    /// <summary>Number of items in both of two increasing lists.</summary>
    public static int CountCommon(ReadOnlySpan<int> a, ReadOnlySpan<int> b)
    {
        int common = 0;
        for (int i = 0, j = 0; i < a.Length && j < b.Length;)
        {
            int order = a[i].CompareTo(b[j]);
            if (order == 0) common++;
            if (order <= 0) i++;
            if (order >= 0) j++;
        }
        return common;
    }
}
