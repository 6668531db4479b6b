using System.Globalization;
using System.Numerics;

namespace ManualVae.Study;

/// <summary>What <see cref="LipschitzStudy"/> measured.</summary>
public sealed record LipschitzResult
{
    /// <summary>Summarises pairs.</summary>
    public LipschitzResult(
        LipschitzOptions options, int users, IReadOnlyList<LipschitzPair> pairs, EncoderBound? encoder, double inputConstant,
        int fewestClicks)
    {
        (Options, Users, Pairs, Encoder) = (options, users, pairs, encoder);
        (InputConstant, FewestClicks) = (inputConstant, fewestClicks);
        Groups = [.. pairs.GroupBy(Kind).Select(group => Group(group.Key, "", [.. group]))];
        ByDistance = [.. pairs.GroupBy(pair => (Random: pair.Cut is null, Power: BitOperations.Log2((uint)pair.L1)))
            .OrderBy(group => !group.Key.Random).ThenBy(group => group.Key.Power)
            .Select(group => Group(group.Key.Random ? RandomPairs : "cut", Range(group.Key.Power), [.. group]))];
        LipschitzPair[] random = [.. pairs.Where(pair => pair.Cut is null)];
        Trend = Estimates.Spearman([.. random.Select(pair => (double)pair.L1)], [.. random.Select(pair => pair.W1Low)],
            [.. random.Select(_ => 1.0)], [.. random.Select(pair => pair.U)], options.Seed);
    }

    /// <summary>Name of the group of random pairs.</summary>
    public const string RandomPairs = "random";

    /// <summary>What was asked for.</summary>
    public LipschitzOptions Options { get; }

    /// <summary>Users measured.</summary>
    public int Users { get; }

    /// <summary>The norms of the encoder's layers; null if it is not a chain of tanh layers.</summary>
    public EncoderBound? Encoder { get; }

    /// <summary>The least c known with ||what the encoder sees of u and v||_1 at most c D; NaN if there is none.</summary>
    public double InputConstant { get; }

    /// <summary>n, the fewest clicks seen of a user; <see cref="InputConstant"/> is for at least so many.</summary>
    public int FewestClicks { get; }

    /// <summary>Upper bound of L_phi for all histories of at least n clicks; NaN if there is none.</summary>
    public double AtMost => InputConstant * (Encoder?.ByL1 ?? double.NaN);

    /// <summary>The same over the pairs measured, by the actual distances of their inputs; NaN if there is none.</summary>
    public double AtMostOverPairs => Pairs.Max(pair => pair.LargestBoundRatio);

    /// <summary>The pair with the largest ratio.</summary>
    public LipschitzPair Steepest => Pairs.MaxBy(pair => pair.LargestRatio)!;

    /// <summary>Lower bound of L_phi: the largest ratio.</summary>
    public double AtLeast => Steepest.LargestRatio;

    /// <summary>Lower bound of L_phi for the l1 ground cost.</summary>
    public double AtLeastL1Cost => Pairs.Max(pair => pair.LargestL1CostRatio);

    /// <summary>Pairs whose W2 was above the bound; 0 by the lemma.</summary>
    public int Violations => Pairs.Count(pair => pair.Violated);

    /// <summary>Spearman correlation of d and ||mu_u - mu_v|| over the random pairs.</summary>
    public Interval Trend { get; }

    /// <summary>By kind: random pairs, then each cut.</summary>
    public IReadOnlyList<LipschitzGroup> Groups { get; }

    /// <summary>By d, in powers of two, random pairs and cut ones apart.</summary>
    public IReadOnlyList<LipschitzGroup> ByDistance { get; }

    /// <summary>Every pair.</summary>
    public IReadOnlyList<LipschitzPair> Pairs { get; }

    /// <summary>What a pair is called: random, one click less, or a share less.</summary>
    private static string Kind(LipschitzPair pair) => pair.Cut switch
    {
        null => RandomPairs,
        0 => "one click less",
        { } cut => string.Create(CultureInfo.InvariantCulture, $"{100 * cut:0.#} % less"),
    };

    private static string Range(int power) =>
        power == 0 ? "1" : string.Create(CultureInfo.InvariantCulture, $"{1 << power} to {(1 << power + 1) - 1}");

    private LipschitzGroup Group(string name, string range, LipschitzPair[] of)
    {
        LipschitzPair[] moved = [.. of.Where(pair => double.IsFinite(pair.Ratio))];
        int[] users = [.. of.Select(pair => pair.U)], movedUsers = [.. moved.Select(pair => pair.U)];
        double[] ratios = [.. moved.Select(pair => pair.Ratio)];
        Interval Mean(IEnumerable<double> values, int[] clusters) =>
            Estimates.Mean([.. values], [.. clusters.Select(_ => 1.0)], clusters, Options.Seed);
        return new(name, range, of.Length, of.Average(pair => pair.L1), Mean(of.Select(pair => pair.W1Low), users),
            Mean(of.Select(pair => pair.W1High), users), Mean(ratios, movedUsers),
            Estimates.Quantile(ratios, movedUsers, 0.5, Options.Seed), Estimates.Quantile(ratios, movedUsers, 0.95, Options.Seed),
            of.Max(pair => pair.LargestRatio));
    }
}
