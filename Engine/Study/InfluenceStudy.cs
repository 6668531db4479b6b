using System.Text.Json.Serialization;
using ManualVae.Compute;
using ManualVae.Data;
using ManualVae.Models;
using static ManualVae.Data.InputException;

namespace ManualVae.Study;

/// <summary>Which parameters an influence is measured over.</summary>
public enum InfluencePart
{
    /// <summary>The decoder: the effect of a step on v on u's reconstruction, with u's posterior fixed.</summary>
    Decoder,
    /// <summary>All parameters and all parts of the loss.</summary>
    All,
}

/// <summary>Settings of <see cref="InfluenceStudy"/>.</summary>
public sealed record InfluenceOptions : IStudyOptions
{
    /// <summary>decoder, or all: all parameters and all parts of the loss.</summary>
    public InfluencePart Part { get; init; } = InfluencePart.Decoder;

    /// <summary>Weights of the loss's parts, for <see cref="InfluencePart.All"/>.</summary>
    public Objective Objective { get; init; } = new(0.2);

    /// <summary>Draws of noise and masks; a user's gradient is the mean over them.</summary>
    public int Draws { get; init; } = 2;

    /// <summary>Clusters of users by influence.</summary>
    public int Clusters { get; init; } = 4;

    /// <summary>Mask the input as training does.</summary>
    public bool Masked { get; init; }

    /// <summary>Seed of masks and noise.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Refuses options outside their ranges.</summary>
    /// <exception cref="InputException">Names the option and its range.</exception>
    public void Validate()
    {
        Check.AtLeast(1, Draws);
        Check.AtLeast(1, Clusters);
    }

    /// <inheritdoc/>
    public IStudyOptions FittedTo(int users) => this with { Clusters = Math.Min(Math.Max(1, users / 2), Clusters) };
}

/// <summary>The user-by-user matrix of inner products of gradients, with summaries.</summary>
/// <param name="Users">Number of users.</param>
/// <param name="Matrix">&lt;g_u, g_v&gt;, users x users, symmetric.</param>
/// <param name="PositiveShare">Share of ordered pairs u != v whose inner product is positive: v helps u to first order.</param>
/// <param name="MeanCosine">Mean cosine over pairs u != v.</param>
/// <param name="SignStability">Share of pairs whose sign is the same under another draw of noise and masks.</param>
/// <param name="Cluster">Cluster of each user; the largest cluster is 0.</param>
/// <param name="WithinCosine">Mean cosine of pairs within a cluster; NaN if every cluster is one user.</param>
/// <param name="BetweenCosine">Mean cosine of pairs of different clusters; NaN with one cluster.</param>
public sealed record InfluenceResult(
    int Users, [property: JsonIgnore] double[] Matrix, double PositiveShare, double MeanCosine, double SignStability,
    int[] Cluster, double WithinCosine, double BetweenCosine)
{
    /// <summary>Cosine of two users' gradients; 0 if one of them is zero.</summary>
    public double Cosine(int u, int v)
    {
        double norms = Matrix[(long)u * Users + u] * Matrix[(long)v * Users + v];
        return norms > 0 ? Matrix[(long)u * Users + v] / Math.Sqrt(norms) : 0;
    }
}

/// <summary>
/// Mutual influence of users: to first order a gradient step on v changes u's loss by -step &lt;g_u, g_v&gt;. The inner products
/// come from the outer-product structure of the layers, never from written-out gradients. Theorem 2.3 of arXiv 2511.06781 derives
/// their sign from latent distance.
/// </summary>
public static class InfluenceStudy
{
    /// <summary>Measures the population. All its users must fit in one batch of the model.</summary>
    /// <exception cref="InputException">More users than the model's batch, or more clusters than users.</exception>
    public static InfluenceResult Run(Autoencoder model, Population population, InfluenceOptions options)
    {
        int users = population.Count;
        options.Validate();
        Check.AtLeast(2, users, ", influence is between users", nameof(Population.Users));
        if (options.Clusters > users)
            throw About($"{Setting(nameof(options.Clusters))} {options.Clusters}: give 1 to {users}, the number of users.");
        long bytes = 2L * sizeof(double) * users * users;
        HostMemory.Require(bytes, $"The influence of {users} users needs about {HostMemory.Mebibytes(bytes)}",
            "give fewer users");
        double[] matrix = Gram(model, population, options, 0), again = Gram(model, population, options, options.Draws);
        var result = new InfluenceResult(users, matrix, 0, 0, 0, [], 0, 0);
        int[] clusters = KernelKMeans.Run(users, result.Cosine, options.Clusters);
        double within = 0, between = 0, inner = 0, positive = 0, stable = 0, pairs = (double)users * (users - 1);
        for (int u = 0; u < users; u++)
            for (int v = 0; v < users; v++)
            {
                if (u == v) continue;
                bool helps = matrix[(long)u * users + v] > 0, together = clusters[u] == clusters[v];
                if (helps) positive++;
                if (helps == again[(long)u * users + v] > 0) stable++;
                if (together) inner++;
                if (together) within += result.Cosine(u, v);
                else between += result.Cosine(u, v);
            }
        return new(users, matrix, positive / pairs, (within + between) / pairs, stable / pairs, clusters, within / inner,
            between / (pairs - inner));
    }

    /// <summary>Inner products of the mean gradients over the draws from first on; each is a mean over pairs of draws.</summary>
    private static double[] Gram(Autoencoder model, Population population, InfluenceOptions options, int first)
    {
        IReadOnlyList<GradientBlock>[] draws =
            [.. Enumerable.Range(first, options.Draws).Select(draw => Draw(model, population, options, draw))];
        var gram = new double[(long)population.Count * population.Count];
        double scale = 1.0 / ((double)options.Draws * options.Draws);
        for (int block = 0; block < draws[0].Count; block++)
            foreach (var left in draws)
                foreach (var right in draws) left[block].AddGram(gram, right[block], scale);
        for (int u = 0; u < population.Count; u++) // rounding must not break the symmetry
            for (int v = 0; v < u; v++) gram[(long)v * population.Count + u] = gram[(long)u * population.Count + v];
        return gram;
    }

    private static IReadOnlyList<GradientBlock> Draw(Autoencoder model, Population population, InfluenceOptions options, int draw)
    {
        var mask = options.Masked ? StudyDraw.Mask(model, options.Seed, draw) : model.CleanInput;
        if (options.Part == InfluencePart.All)
        {
            using var batch = GradientStudy.Load(model, population);
            var noise = new RandomKey(options.Seed, (uint)draw, RandomPurpose.LatentNoise);
            return PerUserGradients.Compute(model, batch, mask, noise, options.Objective).Blocks;
        }
        var posteriors = PosteriorEncoder.Encode(model, population, mask);
        int users = population.Count, latent = posteriors.Latent;
        var z = new double[users * latent];
        Cores.For(0, users, u =>
        {
            var noise = new double[latent];
            Posteriors.Noise(u, draw, options.Seed, noise);
            posteriors.Sample(u, noise, z.AsSpan(u * latent, latent));
        });
        using var probe = new DecoderProbe(model, population);
        return probe.At([.. Enumerable.Range(0, users)], z).Layers;
    }
}
