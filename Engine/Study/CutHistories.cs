using ManualVae.Compute;
using ManualVae.Data;
using static ManualVae.Data.InputException;

namespace ManualVae.Study;

/// <summary>
/// Histories of several lengths, cut from the same users: cohorts that differ in the number of clicks and not in the people. A
/// user's cuts are nested random subsets of the user's clicks.
/// </summary>
public sealed class CutHistories
{
    /// <summary>So many users must have the clicks of the longest cut, or all if there are fewer.</summary>
    public const int FewestSources = 30;

    private CutHistories(int[] sizes, int[] sources, Population population) =>
        (Sizes, Sources, Population) = (sizes, sources, population);

    /// <summary>Clicks of each cohort's histories, increasing.</summary>
    public IReadOnlyList<int> Sizes { get; }

    /// <summary>Rows of the click matrix whose histories are cut, increasing.</summary>
    public IReadOnlyList<int> Sources { get; }

    /// <summary>All histories, at <see cref="Row"/>: cohort after cohort, and the full ones last.</summary>
    public Population Population { get; }

    /// <summary>Index in the population of a source's history in a cohort.</summary>
    /// <param name="cohort">Index of a size; the number of sizes for the full history.</param>
    /// <param name="source">Index of a source.</param>
    public int Row(int cohort, int source) => cohort * Sources.Count + source;

    /// <summary>
    /// The sizes that can be cut: each at most the number of clicks that <see cref="FewestSources"/> users have; fewer sizes
    /// where two become equal.
    /// </summary>
    public static int[] Attainable(Population users, IReadOnlyList<int> sizes)
    {
        int[] lengths = [.. Enumerable.Range(0, users.Count).Select(u => users.Items(u).Length).OrderDescending()];
        int most = lengths[Math.Min(FewestSources, lengths.Length) - 1];
        return [.. sizes.Select(size => Math.Min(size, most)).Distinct()];
    }

    /// <summary>Chooses users at random among those with enough clicks, and cuts their histories.</summary>
    /// <param name="users">Whom to choose from.</param>
    /// <param name="sizes">Clicks of each cohort, increasing.</param>
    /// <param name="most">Number of users, or all that have the clicks.</param>
    /// <param name="seed">Seed of users and cuts.</param>
    /// <exception cref="InputException">Histories are too short for two sizes, or there are fewer than two users.</exception>
    public static CutHistories Of(Population users, IReadOnlyList<int> sizes, int most, ulong seed)
    {
        Check.AtLeast(2, users.Count, ", help is between users", nameof(Population.Users));
        int[] cut = Attainable(users, sizes);
        if (cut.Length < 2)
        {
            string asked = string.Join(',', sizes);
            int fewest = Math.Min(FewestSources, users.Count);
            throw About(
                $"{Setting("Sizes")} {asked}: no {fewest} users have more than {cut[0]} clicks; give two sizes up to that.");
        }
        var key = new RandomKey(seed, StudyDraw.Cohorts, RandomPurpose.Study);
        int[] sources = [.. users.Users.Where(user => users.Clicks.RowLength(user) >= cut[^1])];
        int count = Math.Min(most, sources.Length);
        StudyDraw.Choose(sources, count, key);
        Array.Sort(sources, 0, count);
        sources = sources[..count];
        var pairs = new List<(int, int)>();
        for (int i = 0; i < count; i++)
        {
            int[] items = users.Clicks.RowColumns(sources[i]).ToArray();
            // A user's own shuffle: the first clicks of it are the cuts. Stream 0 has drawn the sources.
            StudyDraw.Choose(items, items.Length - 1, key, (uint)sources[i] + 1);
            for (int c = 0; c <= cut.Length; c++)
                pairs.AddRange(items[..(c < cut.Length ? cut[c] : items.Length)].Select(item => (c * count + i, item)));
        }
        int rows = (cut.Length + 1) * count;
        var clicks = CsrMatrix.FromPairs(rows, users.Clicks.Columns, pairs);
        return new(cut, sources, new(clicks, [.. Enumerable.Range(0, rows)]));
    }
}
