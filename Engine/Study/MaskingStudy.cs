using ManualVae.Data;
using ManualVae.Models;

namespace ManualVae.Study;

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
                        rows.Add(MaskedPairs.Summary(MaskedPairs.Measure(
                            population, pairs, [.. pairs.Select(pair => pair.U)], model, rate, together, options, clean,
                            together ? shared : independent), rate, together, name, options));
            drift.Add(Drift(clean, independent, rate, options));
            if (rate > 0) regimes.AddRange(sides.Measure(rate, independent, cancellation));

            Posteriors[] Encode(bool shared) => [.. Enumerable.Range(0, options.Draws).Select(draw =>
            {
                cancellation.ThrowIfCancellationRequested();
                return encoder.Encode(MaskedPairs.Mask(model, rate, options.Seed, draw, shared));
            })];
        }
        return new(options, population.Count, rows, drift, regimes);
    }

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
