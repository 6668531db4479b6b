using ManualVae.Data;

namespace ManualVae.Study;

/// <summary>Clusters users by their similarities: kernel k-means with a deterministic start.</summary>
public static class KernelKMeans
{
    /// <summary>
    /// The first seed is the user most similar to all others. Each further seed is the user least similar to the seeds so far.
    /// Users then move to the nearest cluster mean until no user moves.
    /// </summary>
    /// <param name="users">Number of users.</param>
    /// <param name="similarity">Similarity of two users; 1 for a user and itself.</param>
    /// <param name="clusters">Number of clusters.</param>
    /// <returns>Cluster of each user; 0 is the largest cluster.</returns>
    public static int[] Run(int users, Func<int, int, double> similarity, int clusters)
    {
        int[] all = [.. Enumerable.Range(0, users)];
        var seeds = new List<int> { all.MaxBy(u => all.Sum(v => similarity(u, v))) };
        while (seeds.Count < clusters)
            seeds.Add(all.Where(u => !seeds.Contains(u)).MinBy(u => seeds.Max(s => similarity(u, s))));
        int[] assigned = [.. all.Select(u => seeds.IndexOf(seeds.MaxBy(s => u == s ? double.MaxValue : similarity(u, s))))];
        for (int round = 0; round < 50; round++)
        {
            // ||x_u - m_c||^2 = 1 - 2 mean_v s(u, v) + mean_vw s(v, w), v and w in cluster c.
            var (toCluster, size, self) = (new double[users, clusters], new int[clusters], new double[clusters]);
            foreach (int cluster in assigned) size[cluster]++;
            Cores.For(0, users, u =>
            {
                for (int v = 0; v < users; v++) toCluster[u, assigned[v]] += similarity(u, v) / size[assigned[v]];
            });
            for (int u = 0; u < users; u++) self[assigned[u]] += toCluster[u, assigned[u]] / size[assigned[u]];
            int[] next = [.. all.Select(u => Enumerable.Range(0, clusters)
                .MinBy(c => size[c] == 0 ? double.MaxValue : self[c] - 2 * toCluster[u, c]))];
            if (next.AsSpan().SequenceEqual(assigned)) break;
            assigned = next;
        }
        int[] order = [.. Enumerable.Range(0, clusters).OrderByDescending(c => assigned.Count(a => a == c)).ThenBy(c => c)];
        return [.. assigned.Select(c => Array.IndexOf(order, c))];
    }
}
