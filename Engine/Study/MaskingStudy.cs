using ManualVae.Compute;
using ManualVae.Data;
using ManualVae.Models;
using static ManualVae.Data.InputException;

namespace ManualVae.Study;

/// <summary>Settings of <see cref="MaskingStudy"/>.</summary>
public sealed record MaskingOptions : IStudyOptions
{
    /// <summary>Pairs of users, half near and half far.</summary>
    public int Pairs { get; init; } = 400;

    /// <summary>Mask draws.</summary>
    public int Draws { get; init; } = 10;

    /// <summary>Probabilities that a click is dropped.</summary>
    public IReadOnlyList<double> Rates { get; init; } = [0, 0.25, 0.5, 0.75];

    /// <summary>k of the neighbourhoods.</summary>
    public int Neighbours { get; init; } = 20;

    /// <summary>Seed of pairs and masks.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Refuses options outside their ranges.</summary>
    /// <exception cref="InputException">Names the option and its range.</exception>
    public void Validate()
    {
        Check.AtLeast(2, Pairs, ", half near and half far");
        Check.AtLeast(2, Draws);
        Check.AtLeast(1, Neighbours);
        foreach (double rate in Rates)
            if (!(rate >= 0 && rate < 1)) throw About($"{Setting(nameof(Rates))} {rate}: give rates in [0, 1).");
    }

    /// <inheritdoc/>
    public IStudyOptions FittedTo(int users) =>
        this with { Pairs = PairSampler.AtMost(Pairs, users), Neighbours = NearestUsers.AtMost(Neighbours, users) };
}

/// <summary>Near or far pairs at one rate and with one kind of mask.</summary>
/// <param name="Rate">Probability that a click is dropped.</param>
/// <param name="Shared">True if both users have the same mask.</param>
/// <param name="Group">near or far.</param>
/// <param name="InputRatio">Mean of D_h / d over pairs and draws, simulated.</param>
/// <param name="InputRatioExact">The same by the closed form E D_h / d.</param>
/// <param name="Contracted">Share of draws with D_h &lt; d, simulated.</param>
/// <param name="ContractedExact">The same by the exact law.</param>
/// <param name="Expanded">Share of draws with D_h &gt; d, simulated.</param>
/// <param name="ExpandedExact">The same by the exact law.</param>
/// <param name="LatentRatio">Mean over pairs of mean W2 masked / W2 clean.</param>
/// <param name="LatentContracted">Share of draws in which the posteriors are nearer than without masks.</param>
/// <param name="LargestDeviation">Largest deviation of a pair's mean D_h from the closed form, in standard errors.</param>
public sealed record MaskingRow(
    double Rate, bool Shared, string Group, Interval InputRatio, double InputRatioExact, Interval Contracted,
    double ContractedExact, Interval Expanded, double ExpandedExact, Interval LatentRatio, Interval LatentContracted,
    double LargestDeviation);

/// <summary>How much neighbourhoods change from one mask draw to the next.</summary>
/// <param name="Rate">Probability that a click is dropped.</param>
/// <param name="BetweenMasks">Mean Jaccard overlap of a user's k nearest by W2 under two masks; 1 is no drift.</param>
/// <param name="WithClean">The same for one mask and the clean input.</param>
/// <param name="DistanceRatio">Mean over all pairs of W2 masked / W2 clean; below 1, masking draws users together.</param>
/// <param name="SelfDistance">Mean W2 between two mask draws of one user, over the mean W2 between users.</param>
public sealed record DriftRow(double Rate, Interval BetweenMasks, Interval WithClean, double DistanceRatio, double SelfDistance);

/// <summary>What the masking study measured.</summary>
public sealed record MaskingResult(
    MaskingOptions Options, int Users, IReadOnlyList<MaskingRow> Pairs, IReadOnlyList<DriftRow> Drift);

/// <summary>
/// How masking moves users in input and latent space, compared with <see cref="MaskingGeometry"/>. Far pairs contract, near
/// pairs expand under independent masks, and neighbourhoods drift (arXiv 2511.06781, theorem 2.6).
/// </summary>
public static class MaskingStudy
{
    /// <summary>Measures a population.</summary>
    /// <exception cref="InputException">A rate outside [0, 1), or a sample larger than the population.</exception>
    public static MaskingResult Run(
        Autoencoder model, Population population, MaskingOptions options, CancellationToken cancellation = default)
    {
        options.Validate();
        NearestUsers.Require(options.Neighbours, population);
        using var encoder = new PosteriorEncoder(model, population);
        var clean = encoder.Encode(InputMask.Clean);
        var (near, far) = Groups(population, options);
        var rows = new List<MaskingRow>();
        var drift = new List<DriftRow>();
        foreach (double rate in options.Rates)
        {
            Posteriors[] independent = Encode(shared: false), shared = Encode(shared: true);
            foreach (bool together in new[] { false, true })
                foreach (var (name, pairs) in new[] { ("near", near), ("far", far) })
                    if (pairs.Length > 0)
                        rows.Add(Measure(
                            population, pairs, name, rate, together, options, clean, together ? shared : independent));
            drift.Add(Drift(clean, independent, rate, options));

            Posteriors[] Encode(bool shared) => [.. Enumerable.Range(0, options.Draws).Select(draw =>
            {
                cancellation.ThrowIfCancellationRequested();
                return encoder.Encode(Mask(model, rate, options.Seed, draw, shared));
            })];
        }
        return new(options, population.Count, rows, drift);
    }

    /// <summary>The model's kind of mask at a given rate; Mult-VAE's kind if the model trains on clean input.</summary>
    internal static InputMask Mask(Autoencoder model, double rate, ulong seed, int draw, bool shared = false) => new(
        model.Settings.Mask == MaskMode.Clean ? MaskMode.NormaliseThenDrop : model.Settings.Mask, (float)(1 - rate),
        new RandomKey(seed, StudyDraw.Masks + (uint)draw, RandomPurpose.Mask), shared ? 0 : -1);

    /// <summary>The nearest and the farthest sixth of random pairs by l1 that share an item and differ in one.</summary>
    private static (UserPair[] Near, UserPair[] Far) Groups(Population population, MaskingOptions options)
    {
        long all = (long)population.Count * (population.Count - 1);
        PairSampler.Require(options.Pairs, population);
        var pool = PairSampler.Sample(population, (_, _) => 0, (int)Math.Min(all, 3L * options.Pairs), options.Seed)
            .Where(pair => pair.Overlap > 0 && pair.L1 > 0)
            .OrderBy(pair => (double)pair.L1 / pair.Overlap).ThenBy(pair => pair.U).ThenBy(pair => pair.V).ToArray();
        int half = Math.Min(options.Pairs / 2, pool.Length / 2);
        return (pool[..half], pool[^half..]);
    }

    private static MaskingRow Measure(
        Population population, UserPair[] pairs, string group, double rate, bool shared, MaskingOptions options,
        Posteriors clean, Posteriors[] masked)
    {
        int count = pairs.Length, draws = options.Draws;
        float keep = (float)(1 - rate);
        var (ratio, contracted, expanded) = (new double[count], new double[count], new double[count]);
        var (latent, nearer, deviation) = (new double[count], new double[count], new double[count]);
        var laws = new MaskingGeometry[count];
        var exact = new (double Contraction, double Expansion)[count];
        Parallel.For(0, count, i =>
        {
            var pair = pairs[i];
            laws[i] = new(pair.Overlap, pair.L1, keep, shared);
            exact[i] = (laws[i].Contraction, laws[i].Expansion);
            // Only the sums are divided, so that the ratios at rate 0 are exactly 1.
            double before = clean.Distance(pair.U, pair.V), mean = 0;
            for (int draw = 0; draw < draws; draw++)
            {
                var key = new RandomKey(options.Seed, StudyDraw.Masks + (uint)draw, RandomPurpose.Mask);
                int distance = MaskedDistance(population, pair, key, keep, shared);
                mean += distance;
                if (distance < pair.L1) contracted[i]++;
                if (distance > pair.L1) expanded[i]++;
                double after = masked[draw].Distance(pair.U, pair.V);
                latent[i] += before == after ? 1 : after / before;
                if (after < before) nearer[i]++;
            }
            mean /= draws;
            (contracted[i], expanded[i], latent[i], nearer[i]) =
                (contracted[i] / draws, expanded[i] / draws, latent[i] / draws, nearer[i] / draws);
            ratio[i] = mean / pair.L1;
            double off = Math.Abs(mean - laws[i].Mean);
            deviation[i] = laws[i].Variance > 0 ? off / Math.Sqrt(laws[i].Variance / draws) : off;
        });
        int[] users = [.. pairs.Select(pair => pair.U)];
        double[] ones = [.. pairs.Select(_ => 1.0)];
        Interval Mean(double[] values) => Estimates.Mean(values, ones, users, options.Seed);
        return new(rate, shared, group, Mean(ratio), laws.Select((law, i) => law.Mean / pairs[i].L1).Average(), Mean(contracted),
            exact.Average(e => e.Contraction), Mean(expanded), exact.Average(e => e.Expansion), Mean(latent), Mean(nearer),
            deviation.Max());
    }

    private static int MaskedDistance(Population population, UserPair pair, RandomKey key, float keep, bool shared)
    {
        ReadOnlySpan<int> a = population.Items(pair.U), b = population.Items(pair.V);
        uint u = shared ? 0 : (uint)population.Users[pair.U], v = shared ? 0 : (uint)population.Users[pair.V];
        int distance = 0;
        for (int i = 0, j = 0; i < a.Length || j < b.Length;)
        {
            int x = i < a.Length ? a[i] : int.MaxValue, y = j < b.Length ? b[j] : int.MaxValue, item = Math.Min(x, y);
            bool ofU = x == item && CounterRandom.Keep(key, u, (uint)item, keep);
            bool ofV = y == item && CounterRandom.Keep(key, v, (uint)item, keep);
            if (ofU != ofV) distance++;
            if (x == item) i++;
            if (y == item) j++;
        }
        return distance;
    }

    private static DriftRow Drift(Posteriors clean, Posteriors[] masked, double rate, MaskingOptions options)
    {
        int users = clean.Count, k = options.Neighbours;
        var reference = NearestUsers.ByDistance(clean, k);
        int[][][] neighbours = [.. masked.Select(q => NearestUsers.ByDistance(q, k))];
        var (between, withClean) = (new double[users], new double[users]);
        for (int u = 0; u < users; u++)
            for (int draw = 0; draw + 1 < masked.Length; draw++)
            {
                between[u] += NearestUsers.Jaccard(neighbours[draw][u], neighbours[draw + 1][u]);
                withClean[u] += NearestUsers.Jaccard(neighbours[draw][u], reference[u]);
            }
        for (int u = 0; u < users; u++)
            (between[u], withClean[u]) = (between[u] / (masked.Length - 1), withClean[u] / (masked.Length - 1));
        double before = clean.MeanDistance(), ratio = masked.Average(q => q.MeanDistance() / before), self = 0;
        for (int u = 0; u < users; u++) self += masked[0].Distance(u, masked[1], u) / users;
        return new(rate, Estimates.Mean(between, options.Seed), Estimates.Mean(withClean, options.Seed),
            ratio, self / (ratio * before));
    }
}
