using ManualVae.Data;
using static ManualVae.Data.InputException;

namespace ManualVae.Study;

/// <summary>The k nearest users of each user, nearest first; equal distances take the lower index first.</summary>
public static class NearestUsers
{
    /// <summary>Refuses a number of neighbours that a population does not have.</summary>
    /// <exception cref="InputException">Less than 1, or more than there are other users.</exception>
    public static void Require(int neighbours, Population population)
    {
        int users = population.Count;
        Check.AtLeast(2, users, ", a neighbour is another user", nameof(Population.Users));
        if (neighbours < 1 || neighbours >= users)
            throw About($"{Setting("Neighbours")} {neighbours}: with {users} users give 1 to {users - 1}.");
    }

    /// <summary>A number of neighbours that leaves out half of the users at least: all others are no neighbourhood.</summary>
    internal static int AtMost(int neighbours, int users) => Math.Min(Math.Max(1, (users - 1) / 2), neighbours);

    /// <summary>By W2 between posteriors.</summary>
    public static int[][] ByDistance(Posteriors posteriors, int k) => By(posteriors.Count, k, posteriors.Distance);

    /// <summary>By the Jaccard overlap of clicks, largest first.</summary>
    public static int[][] ByClicks(Population population, int k) => By(population.Count, k, (u, v) => -population.Jaccard(u, v));

    /// <summary>|A and B| / |A or B| of two sets.</summary>
    public static double Jaccard(int[] a, int[] b)
    {
        int common = a.Intersect(b).Count();
        return a.Length + b.Length == 0 ? 1 : (double)common / (a.Length + b.Length - common);
    }

    /// <summary>By any distance.</summary>
    internal static int[][] By(int users, int k, Func<int, int, double> distance)
    {
        var nearest = new int[users][];
        Cores.For(0, users, u =>
        {
            var (keys, order) = (new double[users], new int[users]);
            for (int v = 0; v < users; v++) (keys[v], order[v]) = (v == u ? double.PositiveInfinity : distance(u, v), v);
            Array.Sort(order, (a, b) => keys[a] != keys[b] ? keys[a].CompareTo(keys[b]) : a.CompareTo(b));
            nearest[u] = order[..Math.Min(k, users - 1)];
        });
        return nearest;
    }
}
