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

    /// <summary>Shares of a history to cut for near-duplicates, a user beside itself, on both sides of the threshold.</summary>
    public IReadOnlyList<double> Cuts { get; init; } = [0.1, 0.25, 0.4, 0.6, 0.75, 0.9];

    /// <summary>Users whose history is cut, for each share.</summary>
    public int Duplicates { get; init; } = 100;

    /// <summary>Seed of pairs, cuts and masks.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Refuses options outside their ranges.</summary>
    /// <exception cref="InputException">Names the option and its range.</exception>
    public void Validate()
    {
        Check.AtLeast(2, Pairs, ", half near and half far");
        Check.AtLeast(2, Draws);
        Check.AtLeast(1, Neighbours);
        Check.AtLeast(1, Duplicates);
        Check.Shares(Cuts);
        foreach (double rate in Rates)
            if (!(rate >= 0 && rate < 1)) throw About($"{Setting(nameof(Rates))} {rate}: give rates in [0, 1).");
    }

    /// <inheritdoc/>
    public IStudyOptions FittedTo(int users) =>
        this with
        {
            Pairs = PairSampler.AtMost(Pairs, users), Neighbours = NearestUsers.AtMost(Neighbours, users),
            Duplicates = Math.Min(Duplicates, users),
        };
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
/// <param name="Options">What was asked for.</param>
/// <param name="Users">Users measured.</param>
/// <param name="Pairs">Near and far pairs of users.</param>
/// <param name="Drift">Neighbourhoods.</param>
/// <param name="Regimes">Pairs on both sides of the theorem's threshold, at rates above 0.</param>
public sealed record MaskingResult(
    MaskingOptions Options, int Users, IReadOnlyList<MaskingRow> Pairs, IReadOnlyList<DriftRow> Drift,
    IReadOnlyList<RegimeRow> Regimes);

/// <summary>What masks did to one pair: means over the draws.</summary>
internal readonly record struct MaskedPair(
    UserPair Pair, int Cluster, double InputRatio, double InputRatioExact, double Contracted, double ContractedExact,
    double Expanded, double ExpandedExact, double LatentRatio, double Nearer, double Deviation);

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
        var clean = encoder.Encode(model.CleanInput);
        var (near, far) = Groups(population, options);
        var rows = new List<MaskingRow>();
        var drift = new List<DriftRow>();
        var regimes = new List<RegimeRow>();
        using var sides = new MaskingRegimes(model, population, clean, options);
        foreach (double rate in options.Rates)
        {
            Posteriors[] independent = Encode(shared: false), shared = Encode(shared: true);
            foreach (bool together in new[] { false, true })
                foreach (var (name, pairs) in new[] { ("near", near), ("far", far) })
                    if (pairs.Length > 0)
                        rows.Add(Summary(Masked(population, pairs, [.. pairs.Select(pair => pair.U)], model, rate, together,
                            options, clean, together ? shared : independent), rate, together, name, options));
            drift.Add(Drift(clean, independent, rate, options));
            if (rate > 0) regimes.AddRange(sides.Measure(rate, independent, cancellation));

            Posteriors[] Encode(bool shared) => [.. Enumerable.Range(0, options.Draws).Select(draw =>
            {
                cancellation.ThrowIfCancellationRequested();
                return encoder.Encode(Mask(model, rate, options.Seed, draw, shared));
            })];
        }
        return new(options, population.Count, rows, drift, regimes);
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

    /// <summary>What masks of one rate do to pairs.</summary>
    /// <param name="population">The users of the pairs.</param>
    /// <param name="pairs">Pairs that differ in an item.</param>
    /// <param name="clusters">Of each pair the user that is resampled for intervals.</param>
    /// <param name="model">Whose masks.</param>
    /// <param name="rate">Probability that a click is dropped.</param>
    /// <param name="shared">True if both users have the same mask.</param>
    /// <param name="options">Draws and seed.</param>
    /// <param name="clean">Posteriors of the clean input.</param>
    /// <param name="masked">Posteriors of each draw.</param>
    internal static MaskedPair[] Masked(
        Population population, UserPair[] pairs, int[] clusters, Autoencoder model, double rate, bool shared,
        MaskingOptions options, Posteriors clean, Posteriors[] masked)
    {
        var results = new MaskedPair[pairs.Length];
        InputMask[] masks =
            [.. Enumerable.Range(0, options.Draws).Select(draw => Mask(model, rate, options.Seed, draw, shared))];
        Parallel.For(0, pairs.Length, i =>
        {
            var pair = pairs[i];
            var law = new MaskingGeometry(pair.Overlap, pair.L1, (float)(1 - rate), shared);
            // Only the sums are divided, so that the ratios at rate 0 are exactly 1.
            double before = clean.Distance(pair.U, pair.V), mean = 0, latent = 0;
            int contracted = 0, expanded = 0, nearer = 0;
            for (int draw = 0; draw < masks.Length; draw++)
            {
                int distance = SeenPair.Of(population, pair, masks[draw]).L1;
                mean += distance;
                if (distance < pair.L1) contracted++;
                if (distance > pair.L1) expanded++;
                double after = masked[draw].Distance(pair.U, pair.V);
                latent += before == after ? 1 : after / before;
                if (after < before) nearer++;
            }
            double draws = masks.Length, off = Math.Abs(mean / draws - law.Mean);
            results[i] = new(pair, clusters[i], mean / draws / pair.L1, law.Mean / pair.L1, contracted / draws, law.Contraction,
                expanded / draws, law.Expansion, latent / draws, nearer / draws,
                law.Variance > 0 ? off / Math.Sqrt(law.Variance / draws) : off);
        });
        return results;
    }

    /// <summary>Means over pairs.</summary>
    internal static MaskingRow Summary(MaskedPair[] pairs, double rate, bool shared, string group, MaskingOptions options)
    {
        int[] users = [.. pairs.Select(pair => pair.Cluster)];
        double[] ones = [.. pairs.Select(_ => 1.0)];
        Interval Mean(Func<MaskedPair, double> value) => Estimates.Mean([.. pairs.Select(value)], ones, users, options.Seed);
        return new(rate, shared, group, Mean(pair => pair.InputRatio), pairs.Average(pair => pair.InputRatioExact),
            Mean(pair => pair.Contracted), pairs.Average(pair => pair.ContractedExact), Mean(pair => pair.Expanded),
            pairs.Average(pair => pair.ExpandedExact), Mean(pair => pair.LatentRatio), Mean(pair => pair.Nearer),
            pairs.Max(pair => pair.Deviation));
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
