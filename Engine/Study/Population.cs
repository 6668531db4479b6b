using ManualVae.Compute;
using ManualVae.Data;
using static ManualVae.Data.InputException;

namespace ManualVae.Study;

/// <summary>The users of a study: rows of a click matrix, none of them empty.</summary>
/// <param name="Clicks">All users' clicks.</param>
/// <param name="Users">The chosen rows, increasing.</param>
public sealed record Population(CsrMatrix Clicks, int[] Users)
{
    /// <summary>Number of users.</summary>
    public int Count => Users.Length;

    /// <summary>The items of the i-th chosen user.</summary>
    public ReadOnlySpan<int> Items(int i) => Clicks.RowColumns(Users[i]);

    /// <summary>Number of items that the i-th and the j-th chosen user have in common.</summary>
    public int CountCommon(int i, int j) => UserPair.CountCommon(Items(i), Items(j));

    /// <summary>Jaccard overlap of the clicks of the i-th and the j-th chosen user.</summary>
    public double Jaccard(int i, int j)
    {
        int common = CountCommon(i, j);
        return (double)common / (Items(i).Length + Items(j).Length - common);
    }

    /// <summary>Draws users with clicks, without replacement. A pure function of the seed.</summary>
    /// <param name="clicks">The matrix.</param>
    /// <param name="count">Number of users.</param>
    /// <param name="seed">Seed of the draw.</param>
    /// <exception cref="InputException">The number is below 1 or above the number of users with clicks.</exception>
    public static Population Sample(CsrMatrix clicks, int count, ulong seed)
    {
        int[] users = [.. Enumerable.Range(0, clicks.Rows).Where(user => clicks.RowLength(user) > 0)];
        Check.AtLeast(1, count, name: nameof(Users));
        if (count > users.Length)
            throw About($"{Setting(nameof(Users))} {count}: only {users.Length} users have clicks; give at most that many.");
        StudyDraw.Choose(users, count, new(seed, StudyDraw.Users, RandomPurpose.Study));
        Array.Sort(users, 0, count);
        return new(clicks, users[..count]);
    }
}
