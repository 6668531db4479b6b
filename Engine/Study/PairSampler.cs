using ManualVae.Compute;
using ManualVae.Data;
using ManualVae.Evaluation;

namespace ManualVae.Study;

/// <summary>Samples pairs evenly over strata of latent distance and kind; weights correct for the stratification.</summary>
public static class PairSampler
{
    /// <summary>Number of distance strata (quantiles of the pool).</summary>
    public const int DistanceStrata = 10;

    /// <summary>
    /// Draws a pool of random pairs and divides it into strata: deciles of distance for each kind. Takes pairs from all strata in
    /// turn until there are enough; strata that run out are skipped.
    /// </summary>
    /// <param name="population">The users.</param>
    /// <param name="distance">Latent distance of two of them.</param>
    /// <param name="count">Number of pairs.</param>
    /// <param name="seed">Seed of the draw.</param>
    /// <exception cref="InputException">No pairs asked for, or more than there are.</exception>
    public static UserPair[] Sample(Population population, Func<int, int, double> distance, int count, ulong seed)
    {
        Require(count, population);
        long all = (long)population.Count * (population.Count - 1);
        var pool = Pool(population, distance, (int)Math.Min(all, 50L * count), seed);
        var l1 = pool.Where(pair => pair.Overlap > 0).Select(pair => (double)pair.L1).ToArray();
        double near = Quantiles.Of(l1, 0.25);
        double[] edges = [.. Enumerable.Range(1, DistanceStrata - 1)
            .Select(i => Quantiles.Of(pool.Select(pair => pair.Distance), (double)i / DistanceStrata))];
        var strata = new List<UserPair>[DistanceStrata * 3];
        for (int i = 0; i < strata.Length; i++) strata[i] = [];
        foreach (var pair in pool)
        {
            var kind = pair.Overlap == 0 ? PairKind.Unrelated : pair.L1 <= near ? PairKind.Local : PairKind.Global;
            strata[edges.Count(edge => pair.Distance > edge) * 3 + (int)kind].Add(pair with { Kind = kind });
        }
        var taken = new int[strata.Length];
        for (int left = count; left > 0;)
            for (int i = 0; i < strata.Length && left > 0; i++)
                if (taken[i] < strata[i].Count)
                {
                    taken[i]++;
                    left--;
                }
        // The pool is in random order, so the first pairs of a stratum are a random sample of it.
        return [.. strata.SelectMany((stratum, i) => stratum.Take(taken[i]).Select(pair => pair with
        {
            Weight = (double)stratum.Count / taken[i] * all / pool.Count,
        }))];
    }

    /// <summary>Draws random ordered pairs, without replacement; their distance is left at 0.</summary>
    /// <exception cref="InputException">No pairs asked for, or more than there are.</exception>
    internal static UserPair[] Uniform(Population population, int count, ulong seed)
    {
        Require(count, population);
        return [.. Pool(population, (_, _) => 0, count, seed)];
    }

    /// <summary>Refuses a number of pairs that a population does not have.</summary>
    /// <exception cref="InputException">None asked for, or more than there are.</exception>
    public static void Require(int count, Population population)
    {
        long users = population.Count, all = users * (users - 1);
        var name = InputException.Setting("Pairs");
        Check.AtLeast(2, population.Count, ", a pair needs them", nameof(Population.Users));
        Check.AtLeast(1, count, name: name.Property);
        if (count > all)
            throw InputException.About(
                $"{name} {count}: the {users} users have only {all} ordered pairs; give fewer pairs or more users.");
    }

    /// <summary>A number of pairs that so many users have.</summary>
    internal static int AtMost(int pairs, int users) => (int)Math.Min(Math.Max(2, (long)users * (users - 1)), pairs);

    private static List<UserPair> Pool(Population population, Func<int, int, double> distance, int size, ulong seed)
    {
        var key = new RandomKey(seed, StudyDraw.Pairs, RandomPurpose.Study);
        var seen = new HashSet<(int, int)>();
        long all = (long)population.Count * (population.Count - 1);
        var pairs = new List<(int U, int V)>(size);
        if (2L * size > all) // most of them: shuffle the whole list
        {
            for (int u = 0; u < population.Count; u++)
                for (int v = 0; v < population.Count; v++)
                    if (u != v) pairs.Add((u, v));
            StudyDraw.Choose(pairs, size, key);
            pairs.RemoveRange(size, pairs.Count - size);
        }
        for (uint draw = 0; pairs.Count < size; draw++)
        {
            int u = CounterRandom.Below(key, 1, 2 * draw, population.Count);
            int v = CounterRandom.Below(key, 1, 2 * draw + 1, population.Count);
            if (u != v && seen.Add((u, v))) pairs.Add((u, v));
        }
        var result = new UserPair[size];
        Cores.For(0, size, i =>
        {
            var (u, v) = pairs[i];
            int common = population.CountCommon(u, v), l1 = population.Items(u).Length + population.Items(v).Length - 2 * common;
            result[i] = new(u, v, common, l1, distance(u, v), default, 1);
        });
        return [.. result];
    }
}
