using ManualVae.Compute;
using ManualVae.Data;

namespace ManualVae.Study;

/// <summary>
/// Users beside themselves with a share of their clicks taken away. With kept clicks s and removed ones d they are nearer than
/// two users of real data: every s/d occurs.
/// </summary>
internal sealed class NearDuplicates
{
    private NearDuplicates(Population users, UserPair[] pairs, int[] owners, double[] cuts) =>
        (Users, Pairs, Owners, Cuts) = (users, pairs, owners, cuts);

    /// <summary>The full history of pair i in row 2i, the cut one in row 2i + 1.</summary>
    public Population Users { get; }

    /// <summary>The pairs: u in full, v cut.</summary>
    public UserPair[] Pairs { get; }

    /// <summary>Of each pair the user, by the index in the population it comes from.</summary>
    public int[] Owners { get; }

    /// <summary>Of each pair the share that was asked for.</summary>
    public double[] Cuts { get; }

    /// <summary>Cuts histories at random. A larger cut of a user removes the clicks of its smaller cuts too.</summary>
    /// <param name="population">The users; those with a single click are left out.</param>
    /// <param name="cuts">Shares of the clicks to remove, in [0, 1). At least one click goes and one stays.</param>
    /// <param name="each">Users for each share, the same for all; all there are if that is fewer.</param>
    /// <param name="seed">Seed of the users and of what is removed.</param>
    public static NearDuplicates Of(Population population, IReadOnlyList<double> cuts, int each, ulong seed)
    {
        int[] users = [.. Enumerable.Range(0, population.Count).Where(user => population.Items(user).Length > 1)];
        each = Math.Min(each, users.Length);
        StudyDraw.Choose(users, each, new(seed, StudyDraw.Duplicates, RandomPurpose.Study));
        Array.Sort(users, 0, each);
        var (offsets, columns) = (new List<long> { 0 }, new List<int>());
        var (pairs, owners, shares) = (new List<UserPair>(), new List<int>(), new List<double>());
        foreach (double cut in cuts)
            foreach (int user in users[..each])
            {
                var items = population.Items(user);
                int removed = Math.Clamp((int)Math.Round(cut * items.Length), 1, items.Length - 1);
                Add(items);
                Add(Kept(items, removed, population.Users[user], seed));
                pairs.Add(new(2 * pairs.Count, 2 * pairs.Count + 1, items.Length - removed, removed, 0, PairKind.Local, 1));
                owners.Add(user);
                shares.Add(cut);
            }
        var clicks = new CsrMatrix(population.Clicks.Columns, [.. offsets], [.. columns]);
        return new(new(clicks, [.. Enumerable.Range(0, clicks.Rows)]), [.. pairs], [.. owners], [.. shares]);

        void Add(ReadOnlySpan<int> items)
        {
            columns.AddRange(items);
            offsets.Add(columns.Count);
        }
    }

    private static int[] Kept(ReadOnlySpan<int> items, int removed, int user, ulong seed)
    {
        int[] order = items.ToArray();
        StudyDraw.Choose(order, removed, new(seed, StudyDraw.Cuts, RandomPurpose.Study), (uint)user);
        Array.Sort(order, removed, order.Length - removed);
        return order[removed..];
    }
}
