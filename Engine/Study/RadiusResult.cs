using ManualVae.Evaluation;

namespace ManualVae.Study;

/// <summary>The pairs of one range of distance, or of one kind.</summary>
/// <param name="Name">The range or the kind.</param>
/// <param name="Pairs">Pairs measured.</param>
/// <param name="Distance">Weighted mean W2.</param>
/// <param name="RelativeDistance">Weighted mean of <see cref="RadiusPair.RelativeDistance"/>.</param>
/// <param name="Helps">P(helps): the step on v lowers u's loss.</param>
/// <param name="Change">Mean change of u's loss, nats.</param>
/// <param name="Relative">Mean of &lt;g_u, g_v&gt; / ||g_u||^2: 1 means that v's step helps as much as u's own.</param>
/// <param name="Cosine">Mean cosine of g_u and g_v.</param>
/// <param name="ShuffledHelps">P(helps) of the control.</param>
/// <param name="ShuffledChange">Mean change of the control.</param>
public sealed record RadiusBin(
    string Name, int Pairs, double Distance, double RelativeDistance, Interval Helps, Interval Change, Interval Relative,
    Interval Cosine, Interval ShuffledHelps, Interval ShuffledChange);

/// <summary>Error of the first-order prediction at one step size.</summary>
/// <param name="Step">The step size.</param>
/// <param name="MedianError">Median over pairs of |actual + step &lt;g_u, g_v&gt;|, nats.</param>
/// <param name="MedianRelativeError">Median of the same over step |&lt;g_u, g_v&gt;|.</param>
/// <param name="SignAgreement">Share of pairs whose actual change has the predicted sign.</param>
public sealed record FirstOrderError(double Step, double MedianError, double MedianRelativeError, double SignAgreement);

/// <summary>The measurements of the radius study, with summaries.</summary>
public sealed class RadiusResult
{
    /// <summary>Number of step sizes; each is half of the one before.</summary>
    public const int Steps = 4;

    /// <summary>Summarises the pairs.</summary>
    public RadiusResult(RadiusOptions options, int users, double step, IReadOnlyList<RadiusPair> pairs)
    {
        (Options, Users, Step, Pairs) = (options, users, step, pairs);
        Lipschitz = pairs.Max(p => p.PairLipschitz);
        Shares = RadiusShare.All(pairs);
        Helps = Bin("all", [.. pairs]).Helps;
        ByDistance = Bins(p => p.Pair.Distance, "W2");
        ByRelativeDistance = Bins(p => p.RelativeDistance, "relative W2");
        ByJaccard = Bins(p => p.Pair.Jaccard, "Jaccard");
        ByKind = [.. Enum.GetValues<PairKind>().Select(kind => (kind, of: pairs.Where(p => p.Pair.Kind == kind).ToArray()))
            .Where(group => group.of.Length > 0).Select(group => Bin(group.kind.ToString().ToLowerInvariant(), group.of))];
        Func<RadiusPair, double> distance = p => p.Pair.Distance, relative = p => p.RelativeDistance, cosine = p => p.Cosine,
            helps = p => p.Helps ? 1 : 0, clicksU = p => p.ClicksU, clicksV = p => p.ClicksV;
        HelpDecay = Correlation(pairs, distance, helps);
        CosineDecay = Correlation(pairs, distance, cosine);
        // Active users are far from the others and overlap with all. Partial correlations hold the numbers of clicks fixed.
        PartialHelpDecay = Correlation(pairs, distance, helps, clicksU, clicksV);
        PartialCosineDecay = Correlation(pairs, distance, cosine, clicksU, clicksV);
        RelativeHelpDecay = Correlation(pairs, relative, helps);
        RelativeCosineDecay = Correlation(pairs, relative, cosine);
        ClickHelpDecay = Correlation(pairs, p => 1 - p.Pair.Jaccard, helps);
        ShuffledDecay = Correlation(Controlled(pairs), distance, p => p.ShuffledChange < 0 ? 1 : 0);
    }

    /// <summary>The settings.</summary>
    public RadiusOptions Options { get; }

    /// <summary>Users of the population.</summary>
    public int Users { get; }

    /// <summary>Largest step size.</summary>
    public double Step { get; }

    /// <summary>L: the largest ratio ||G(z, x) - G(z', x)|| / ||z - z'|| found; the Lipschitz constant is at least L.</summary>
    public double Lipschitz { get; }

    /// <summary>Median over pairs of the largest ratio of a pair.</summary>
    public double LipschitzMedian => Quantiles.Of(Pairs.Select(p => p.PairLipschitz), 0.5);

    /// <summary>Share of all pairs inside the radius by the upper bound of W1.</summary>
    public double InsideShare => WeightedShare(Inside);

    /// <summary>Share of all pairs inside the radius by the lower bound of W1.</summary>
    public double PossiblyInsideShare => WeightedShare(p => p.W1Low < p.Radius(Lipschitz));

    /// <summary>Share inside if L is each pair's own ratio, the smallest constant for which the bound holds.</summary>
    public double InsideOwnShare => WeightedShare(InsideOwn);

    /// <summary>Number of measured pairs inside.</summary>
    public int InsidePairs => Pairs.Count(Inside);

    /// <summary>Number of measured pairs inside by their own ratio.</summary>
    public int InsideOwnPairs => Pairs.Count(InsideOwn);

    /// <summary>Number of pairs inside whose loss did not fall at the smallest step; 0 by the theorem.</summary>
    public int Violations => Pairs.Count(p => Inside(p) && !(p.CoupledChange < 0));

    /// <summary>The same for pairs inside by their own ratio.</summary>
    public int OwnViolations => Pairs.Count(p => InsideOwn(p) && !(p.CoupledChange < 0));

    /// <summary>Share of pairs with ||g_u|| above the content mismatch; the radius of the others is 0.</summary>
    public double PositiveRadiusShare => WeightedShare(p => p.NormU > p.Mismatch);

    /// <summary>Pairs inside by every choice of theta (the decoder, one layer) and L (global, of the segment, own).</summary>
    public IReadOnlyList<RadiusShare> Shares { get; }

    /// <summary>Pairs with a step of certain decrease: those inside by the constant of their segment.</summary>
    public int CertainPairs => Pairs.Count(p => p.Certain is not null);

    /// <summary>Share of these whose loss fell at the largest such step; exact binomial interval.</summary>
    public Interval CertainHelped => ExactShare.Of(Pairs.Count(p => p.Certain?.Change < 0), CertainPairs);

    /// <summary>Median over these pairs of the length of the largest certain step's parameter change, step ||g_v||.</summary>
    public double CertainMove => CertainPairs == 0 ? double.NaN
        : Quantiles.Of(Pairs.Where(p => p.Certain is not null).Select(p => p.Certain!.Step * p.Parts[0].NormV), 0.5);

    /// <summary>P(helps) over all pairs of the population.</summary>
    public Interval Helps { get; }

    /// <summary>Errors of the first-order prediction, by step size.</summary>
    public IReadOnlyList<FirstOrderError> Orders => [.. Enumerable.Range(0, Steps).Select(Order)];

    /// <summary>Median over pairs of log2(error at a step / error at half of it); 2 for a correct gradient.</summary>
    public double RemainderSlope => Quantiles.Of(Pairs.Select(Slope).Where(double.IsFinite), 0.5);

    /// <summary>By decile of latent distance.</summary>
    public IReadOnlyList<RadiusBin> ByDistance { get; }

    /// <summary>By tenth of <see cref="RadiusPair.RelativeDistance"/>.</summary>
    public IReadOnlyList<RadiusBin> ByRelativeDistance { get; }

    /// <summary>By decile of click overlap.</summary>
    public IReadOnlyList<RadiusBin> ByJaccard { get; }

    /// <summary>Local, global, unrelated.</summary>
    public IReadOnlyList<RadiusBin> ByKind { get; }

    /// <summary>Spearman correlation of W2 and helping, weighted to the population's pairs.</summary>
    public Interval HelpDecay { get; }

    /// <summary>Spearman correlation of W2 and the gradients' cosine.</summary>
    public Interval CosineDecay { get; }

    /// <summary>As <see cref="HelpDecay"/>, the numbers of clicks of u and v held fixed.</summary>
    public Interval PartialHelpDecay { get; }

    /// <summary>As <see cref="CosineDecay"/>, the numbers of clicks of u and v held fixed.</summary>
    public Interval PartialCosineDecay { get; }

    /// <summary>Spearman correlation of <see cref="RadiusPair.RelativeDistance"/> and helping.</summary>
    public Interval RelativeHelpDecay { get; }

    /// <summary>Spearman correlation of <see cref="RadiusPair.RelativeDistance"/> and the gradients' cosine.</summary>
    public Interval RelativeCosineDecay { get; }

    /// <summary>Spearman correlation of 1 - Jaccard of the clicks and helping: distance in input space.</summary>
    public Interval ClickHelpDecay { get; }

    /// <summary>The control: Spearman correlation of W2(u, v) and helping by the v of another pair.</summary>
    public Interval ShuffledDecay { get; }

    /// <summary>Every pair.</summary>
    public IReadOnlyList<RadiusPair> Pairs { get; }

    /// <summary>P(helps) of one kind of pair; NaN if none was sampled.</summary>
    public Interval HelpsOf(PairKind kind) =>
        ByKind.FirstOrDefault(bin => bin.Name.Equals(kind.ToString(), StringComparison.OrdinalIgnoreCase))?.Helps
            ?? Interval.Exactly(double.NaN);

    private ulong Seed => Options.Seed;

    private bool Inside(RadiusPair pair) => pair.W1High < pair.Radius(Lipschitz);

    private static bool InsideOwn(RadiusPair pair) => pair.W1High < pair.Radius(pair.PairLipschitz);

    /// <summary>The pairs that have a control.</summary>
    private static RadiusPair[] Controlled(IEnumerable<RadiusPair> pairs) =>
        [.. pairs.Where(p => double.IsFinite(p.ShuffledChange))];

    private double WeightedShare(Func<RadiusPair, bool> holds) =>
        Pairs.Sum(p => holds(p) ? p.Pair.Weight : 0) / Pairs.Sum(p => p.Pair.Weight);

    private FirstOrderError Order(int i)
    {
        double step = Step / (1 << i);
        double[] errors = [.. Pairs.Select(p => Math.Abs(p.Changes[i] + step * p.InnerProduct))];
        return new(step, Quantiles.Of(errors, 0.5),
            Quantiles.Of(errors.Select((error, p) => error / (step * Math.Abs(Pairs[p].InnerProduct))), 0.5),
            Pairs.Average(p => (p.Changes[i] < 0) == (p.InnerProduct > 0) ? 1.0 : 0));
    }

    private double Slope(RadiusPair pair) => Math.Log2(
        Math.Abs(pair.Changes[0] + Step * pair.InnerProduct) / Math.Abs(pair.Changes[1] + Step / 2 * pair.InnerProduct));

    private IReadOnlyList<RadiusBin> Bins(Func<RadiusPair, double> value, string name)
    {
        RadiusPair[] sorted = [.. Pairs.OrderBy(value).ThenBy(p => p.Pair.U).ThenBy(p => p.Pair.V)];
        int bins = Math.Min(10, sorted.Length);
        var result = new List<RadiusBin>();
        for (int b = 0, start = 0; b < bins; b++)
        {
            int end = Math.Max(start, (int)((long)sorted.Length * (b + 1) / bins));
            while (end < sorted.Length && end > 0 && value(sorted[end]) == value(sorted[end - 1])) end++; // ties stay together
            if (end == start) continue;
            string range = FormattableString.Invariant($"{name} {value(sorted[start]):0.###} to {value(sorted[end - 1]):0.###}");
            result.Add(Bin(range, sorted[start..end]));
            start = end;
        }
        return result;
    }

    private RadiusBin Bin(string name, RadiusPair[] of)
    {
        RadiusPair[] controlled = Controlled(of);
        double weight = of.Sum(p => p.Pair.Weight);
        return new(name, of.Length, of.Sum(p => p.Pair.Weight * p.Pair.Distance) / weight,
            of.Sum(p => p.Pair.Weight * p.RelativeDistance) / weight,
            Mean(of, p => p.Helps ? 1 : 0), Mean(of, p => p.Changes[0]), Mean(of, p => p.InnerProduct / (p.NormU * p.NormU)),
            Mean(of, p => p.Cosine), Mean(controlled, p => p.ShuffledChange < 0 ? 1 : 0),
            Mean(controlled, p => p.ShuffledChange));
    }

    private Interval Correlation(IReadOnlyList<RadiusPair> of, Func<RadiusPair, double> x, Func<RadiusPair, double> y,
        params Func<RadiusPair, double>[] heldFixed) => Estimates.Spearman(
            [.. of.Select(x)], [.. of.Select(y)], [.. of.Select(p => p.Pair.Weight)], [.. of.Select(p => p.Pair.U)], Seed,
            [.. heldFixed.Select(control => of.Select(control).ToArray())]);

    private Interval Mean(RadiusPair[] of, Func<RadiusPair, double> value) => Estimates.Mean(
        [.. of.Select(value)], [.. of.Select(p => p.Pair.Weight)], [.. of.Select(p => p.Pair.U)], Seed);
}
