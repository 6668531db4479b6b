using ManualVae.Data;
using ManualVae.Models;
using static ManualVae.Data.InputException;

namespace ManualVae.Study;

/// <summary>Settings of <see cref="NeighbourStudy"/>.</summary>
public sealed record NeighbourOptions : IStudyOptions
{
    /// <summary>k of the neighbourhoods.</summary>
    public int Neighbours { get; init; } = 20;

    /// <summary>Share of the users in each cohort by activity: few clicks, middle, many clicks.</summary>
    public double CohortShare { get; init; } = 0.2;

    /// <summary>Lay the users out on a map.</summary>
    public bool Map { get; init; } = true;

    /// <summary>Perplexity of the map (t-SNE).</summary>
    public double Perplexity { get; init; } = 30;

    /// <summary>Seed of the map.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Refuses options outside their ranges.</summary>
    /// <exception cref="InputException">Names the option and its range.</exception>
    public void Validate()
    {
        Check.AtLeast(1, Neighbours);
        if (!(CohortShare > 0 && CohortShare <= 1.0 / 3))
            throw About($"{Setting(nameof(CohortShare))} {CohortShare}: give a share above 0 and at most 1/3.");
        if (!(Perplexity >= 1)) throw About($"{Setting(nameof(Perplexity))} {Perplexity}: give at least 1.");
    }

    /// <inheritdoc/>
    public IStudyOptions FittedTo(int users) => this with
    {
        Neighbours = NearestUsers.AtMost(Neighbours, users),
        Map = Map && users > 3,
        Perplexity = Math.Min(Math.Max(1, (users - 1) / 3), Perplexity),
    };
}

/// <summary>What the neighbour study measured of one model.</summary>
/// <param name="Users">Users measured.</param>
/// <param name="Overlap">Mean Jaccard overlap of the k nearest by W2 and the k nearest by clicks.</param>
/// <param name="ChanceOverlap">Expected overlap of two random sets of k users.</param>
/// <param name="LocalShare">Share of latent neighbours that are among the k nearest by clicks.</param>
/// <param name="GlobalShare">Share of latent neighbours that are not, but have an item in common.</param>
/// <param name="UnrelatedShare">Share of latent neighbours without an item in common.</param>
/// <param name="RankCorrelation">Mean over users of Spearman's correlation of W2 with -Jaccard over all others.</param>
/// <param name="Cohort">Cohort of each user: 0 few clicks, 1 middle, 2 many clicks, -1 no cohort.</param>
/// <param name="CohortClicks">Mean number of clicks of each cohort.</param>
/// <param name="CentroidDistances">Distances of the cohorts' mean mu over the mean W2: few-middle, middle-many, few-many.</param>
/// <param name="Purity">Among the cohorts' users: share of a user's k nearest in its own cohort; 1/3 is chance.</param>
/// <param name="Map">x, y of each user by t-SNE of mu; empty if no map was asked for.</param>
public sealed record NeighbourResult(
    int Users, Interval Overlap, double ChanceOverlap, Interval LocalShare, Interval GlobalShare, Interval UnrelatedShare,
    Interval RankCorrelation, int[] Cohort, double[] CohortClicks, double[] CentroidDistances, Interval Purity, double[] Map);

/// <summary>The nearest users in latent space (W2), compared with those by clicks (Jaccard), and cohorts by activity.</summary>
public static class NeighbourStudy
{
    /// <summary>Measures a population under the clean input.</summary>
    /// <exception cref="InputException">Too few users for k, or too many for a map.</exception>
    public static NeighbourResult Run(Autoencoder model, Population population, NeighbourOptions options)
    {
        int users = population.Count, k = options.Neighbours;
        options.Validate();
        Check.AtLeast(3, users, ", one for each cohort", nameof(Population.Users));
        NearestUsers.Require(k, population);
        var posteriors = PosteriorEncoder.Encode(model, population);
        int[][] latent = NearestUsers.ByDistance(posteriors, k), clicks = NearestUsers.ByClicks(population, k);
        var (overlap, local, global, unrelated, rank) =
            (new double[users], new double[users], new double[users], new double[users], new double[users]);
        Cores.For(0, users, u =>
        {
            overlap[u] = NearestUsers.Jaccard(latent[u], clicks[u]);
            foreach (int v in latent[u])
                if (clicks[u].Contains(v)) local[u] += 1.0 / k;
                else if (population.CountCommon(u, v) > 0) global[u] += 1.0 / k;
                else unrelated[u] += 1.0 / k;
            int[] others = [.. Enumerable.Range(0, users).Where(v => v != u)];
            rank[u] = Estimates.Spearman(
                [.. others.Select(v => posteriors.Distance(u, v))], [.. others.Select(v => -population.Jaccard(u, v))]);
        });
        int[] cohort = Cohorts(population, options.CohortShare);
        Interval Mean(double[] values) => Estimates.Mean(values, options.Seed);
        return new(users, Mean(overlap), Chance(users, k), Mean(local), Mean(global), Mean(unrelated), Mean(rank), cohort,
            [.. Enumerable.Range(0, 3).Select(c =>
                Enumerable.Range(0, users).Where(u => cohort[u] == c).Average(u => population.Items(u).Length))],
            CentroidDistances(posteriors, cohort), Mean(Purity(posteriors, cohort, k)),
            options.Map ? TSne.Layout(posteriors.Means, posteriors.Latent, options.Perplexity, seed: options.Seed) : []);
    }

    /// <summary>Cohorts by number of clicks, ties by index: the lowest, the middle and the highest share.</summary>
    private static int[] Cohorts(Population population, double share)
    {
        int users = population.Count, size = Math.Max(1, (int)(share * users));
        int[] order = [.. Enumerable.Range(0, users).OrderBy(u => population.Items(u).Length).ThenBy(u => u)];
        int[] cohort = new int[users];
        Array.Fill(cohort, -1);
        for (int i = 0; i < size; i++)
            (cohort[order[i]], cohort[order[(users - size) / 2 + i]], cohort[order[users - size + i]]) = (0, 1, 2);
        return cohort;
    }

    private static double[] CentroidDistances(Posteriors posteriors, int[] cohort)
    {
        double[][] centroids = [new double[posteriors.Latent], new double[posteriors.Latent], new double[posteriors.Latent]];
        int count = cohort.Count(c => c == 0); // cohorts are equally large
        for (int u = 0; u < cohort.Length; u++)
            for (int k = 0; k < posteriors.Latent && cohort[u] >= 0; k++)
                centroids[cohort[u]][k] += posteriors.Mean(u)[k] / count;
        double scale = posteriors.MeanDistance();
        return [.. new[] { (0, 1), (1, 2), (0, 2) }
            .Select(p => Wasserstein.MeanDistance(centroids[p.Item1], centroids[p.Item2]) / scale)];
    }

    private static double[] Purity(Posteriors posteriors, int[] cohort, int k)
    {
        int[] members = [.. Enumerable.Range(0, cohort.Length).Where(u => cohort[u] >= 0)];
        var (means, sigmas) = (new double[members.Length * posteriors.Latent], new double[members.Length * posteriors.Latent]);
        for (int i = 0; i < members.Length; i++)
        {
            posteriors.Mean(members[i]).CopyTo(means.AsSpan(i * posteriors.Latent));
            posteriors.Sigma(members[i]).CopyTo(sigmas.AsSpan(i * posteriors.Latent));
        }
        var nearest = NearestUsers.ByDistance(new Posteriors(posteriors.Latent, means, sigmas), Math.Min(k, members.Length - 1));
        return [.. members.Select((u, i) =>
            nearest[i].Length == 0 ? 1 : nearest[i].Average(j => cohort[members[j]] == cohort[u] ? 1.0 : 0))];
    }

    /// <summary>Expected Jaccard overlap of two random sets of k among n - 1 others (mean of the hypergeometric law).</summary>
    private static double Chance(int users, int k)
    {
        double common = (double)k * k / (users - 1);
        return common / (2 * k - common);
    }
}
