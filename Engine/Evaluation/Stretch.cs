namespace ManualVae.Evaluation;

/// <summary>Stretches of a ranking by counts, such as the most clicked fifth of the items.</summary>
internal static class Stretch
{
    /// <summary>
    /// How much of each element lies in the stretch. Elements of equal count at an end of it lie in it in equal parts, so their
    /// numbers do not matter.
    /// </summary>
    /// <param name="counts">A count an element.</param>
    /// <param name="order">The elements, the largest count first.</param>
    /// <param name="from">Where it begins, as a share of the elements.</param>
    /// <param name="to">Where it ends.</param>
    public static double[] Of(int[] counts, int[] order, double from, double to)
    {
        var shares = new double[order.Length];
        for (int first = 0, end; first < order.Length; first = end)
        {
            for (end = first + 1; end < order.Length && counts[order[end]] == counts[order[first]];) end++;
            double inside = Math.Max(0, Math.Min(end, to * order.Length) - Math.Max(first, from * order.Length));
            foreach (int element in order.AsSpan(first, end - first)) shares[element] = inside / (end - first);
        }
        return shares;
    }
}
