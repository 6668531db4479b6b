namespace ManualVae.Evaluation;

/// <summary>Users with alike numbers of clicks.</summary>
/// <param name="Least">Fewest clicks of any of them.</param>
/// <param name="Most">Most clicks of any of them.</param>
/// <param name="Users">Their positions, increasing.</param>
public sealed record UserGroup(int Least, int Most, int[] Users)
{
    /// <summary>The ends: <c>3 to 14</c>, or one number.</summary>
    public string Name => Least == Most ? $"{Least}" : $"{Least} to {Most}";

    /// <summary>
    /// Users in groups of as equal size as can be by their number of clicks, the least active first (Liang et al. 2018, figure 3:
    /// fifths). Users with the same number of clicks stay together, so that a user's own number says which group is theirs: limit
    /// g of <paramref name="groups"/> lies between two different numbers, at the place nearest to g / groups of all users, the
    /// lower of two equally near. Where limits coincide there are fewer groups; none is empty.
    /// </summary>
    /// <param name="clicks">Clicks of each user.</param>
    /// <param name="groups">How many groups, 1 or more.</param>
    public static IReadOnlyList<UserGroup> OfEqualSize(IReadOnlyList<int> clicks, int groups)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(groups, 1);
        int n = clicks.Count;
        int[] byClicks = [.. Enumerable.Range(0, n).OrderBy(user => clicks[user])];
        int[] places = [.. Enumerable.Range(1, Math.Max(0, n - 1)).Where(p => clicks[byClicks[p - 1]] < clicks[byClicks[p]])];
        var limits = places.Length == 0 ? [] : Enumerable.Range(1, groups - 1)
            .Select(g => places.MinBy(place => Math.Abs((long)place * groups - (long)g * n))).Distinct();
        int[] ends = [0, .. limits, n];
        return n == 0 ? [] : [.. ends.Zip(ends.Skip(1), (from, to) =>
            new UserGroup(clicks[byClicks[from]], clicks[byClicks[to - 1]], [.. byClicks[from..to].Order()]))];
    }
}
