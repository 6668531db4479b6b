using ManualVae.Compute;
using ManualVae.Data;
using ManualVae.Models;

namespace ManualVae.Study;

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

/// <summary>What masks did to one pair: means over the draws.</summary>
internal readonly record struct MaskedPair(
    UserPair Pair, int Cluster, double InputRatio, double InputRatioExact, double Contracted, double ContractedExact,
    double Expanded, double ExpandedExact, double LatentRatio, double Nearer, double Deviation);

/// <summary>Pairs of users under masks, beside the closed forms of <see cref="MaskingGeometry"/>.</summary>
internal static class MaskedPairs
{
    /// <summary>The model's kind of mask at a given rate; Mult-VAE's kind if the model trains on clean input.</summary>
    public static InputMask Mask(Autoencoder model, double rate, ulong seed, int draw, bool shared = false) => new(
        model.Settings.Mask == MaskMode.Clean ? MaskMode.NormaliseThenDrop : model.Settings.Mask, (float)(1 - rate),
        new RandomKey(seed, StudyDraw.Masks + (uint)draw, RandomPurpose.Mask), shared ? 0 : -1);

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
    public static MaskedPair[] Measure(
        Population population, UserPair[] pairs, int[] clusters, Autoencoder model, double rate, bool shared,
        MaskingOptions options, Posteriors clean, Posteriors[] masked)
    {
        var results = new MaskedPair[pairs.Length];
        InputMask[] masks =
            [.. Enumerable.Range(0, options.Draws).Select(draw => Mask(model, rate, options.Seed, draw, shared))];
        Cores.For(0, pairs.Length, i =>
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
    public static MaskingRow Summary(MaskedPair[] pairs, double rate, bool shared, string group, MaskingOptions options)
    {
        int[] users = [.. pairs.Select(pair => pair.Cluster)];
        double[] ones = [.. pairs.Select(_ => 1.0)];
        Interval Mean(Func<MaskedPair, double> value) => Estimates.Mean([.. pairs.Select(value)], ones, users, options.Seed);
        return new(rate, shared, group, Mean(pair => pair.InputRatio), pairs.Average(pair => pair.InputRatioExact),
            Mean(pair => pair.Contracted), pairs.Average(pair => pair.ContractedExact), Mean(pair => pair.Expanded),
            pairs.Average(pair => pair.ExpandedExact), Mean(pair => pair.LatentRatio), Mean(pair => pair.Nearer),
            pairs.Max(pair => pair.Deviation));
    }
}
