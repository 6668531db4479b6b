using ManualVae.Evaluation;

namespace ManualVae.Study;

/// <summary>What was found at one range of latent distance, or for one kind of pair.</summary>
/// <param name="Name">The range or the kind.</param>
/// <param name="Pairs">Pairs measured.</param>
/// <param name="Distance">Weighted mean W2.</param>
/// <param name="RelativeDistance">Weighted mean of <see cref="RadiusPair.RelativeDistance"/>.</param>
/// <param name="Helps">P(helps): the step on v lowers u's loss.</param>
/// <param name="Change">Mean change of u's loss, nats.</param>
/// <param name="Relative">Mean of &lt;g_u, g_v&gt; / ||g_u||^2: 1 is as good as u's own step.</param>
/// <param name="Cosine">Mean cosine of g_u and g_v.</param>
/// <param name="ShuffledHelps">P(helps) of the control.</param>
/// <param name="ShuffledChange">Mean change of the control.</param>
public sealed record RadiusBin(
    string Name, int Pairs, double Distance, double RelativeDistance, Interval Helps, Interval Change, Interval Relative,
    Interval Cosine, Interval ShuffledHelps, Interval ShuffledChange);

/// <summary>How far the first-order prediction was off at one step size.</summary>
/// <param name="Step">The step size.</param>
/// <param name="MedianError">Median over pairs of |actual + step &lt;g_u, g_v&gt;|, nats.</param>
/// <param name="MedianRelativeError">Median of the same over step |&lt;g_u, g_v&gt;|.</param>
/// <param name="SignAgreement">Share of pairs whose actual change has the predicted sign.</param>
public sealed record FirstOrderError(double Step, double MedianError, double MedianRelativeError, double SignAgreement);

/// <summary>Everything the radius study measured, with its summaries.</summary>
public sealed class RadiusResult
{
    /// <summary>Step sizes tried, each half of the one before.</summary>
    public const int Steps = 4;

    /// <summary>Summarises the pairs.</summary>
    public RadiusResult(RadiusOptions options, int users, double step, IReadOnlyList<RadiusPair> pairs)
    {
        (Options, Users, Step, Pairs) = (options, users, step, pairs);
        Lipschitz = pairs.Max(p => p.PairLipschitz);
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
        // Active users lie far out and meet everybody: their number of clicks is held fixed by the partial correlations.
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

    /// <summary>L: the largest ratio ||G(z, x) - G(z', x)|| / ||z - z'|| found; a lower bound of the constant.</summary>
    public double Lipschitz { get; }

    /// <summary>Median over pairs of their own largest ratio.</summary>
    public double LipschitzMedian => Quantiles.Of(Pairs.Select(p => p.PairLipschitz), 0.5);

    /// <summary>Share of all pairs surely inside the radius (upper end of the bracket of W1).</summary>
    public double InsideShare => WeightedShare(Inside);

    /// <summary>Share of all pairs possibly inside (lower end of the bracket).</summary>
    public double PossiblyInsideShare => WeightedShare(p => p.W1Low < p.Radius(Lipschitz));

    /// <summary>Share inside when L is each pair's own ratio, the smallest constant that the bound holds with.</summary>
    public double InsideOwnShare => WeightedShare(InsideOwn);

    /// <summary>Measured pairs inside.</summary>
    public int InsidePairs => Pairs.Count(Inside);

    /// <summary>Measured pairs inside by their own ratio.</summary>
    public int InsideOwnPairs => Pairs.Count(InsideOwn);

    /// <summary>Pairs inside whose loss did not fall at the smallest step; the theorem says none.</summary>
    public int Violations => Pairs.Count(p => Inside(p) && !(p.CoupledChange < 0));

    /// <summary>The same for pairs inside by their own ratio.</summary>
    public int OwnViolations => Pairs.Count(p => InsideOwn(p) && !(p.CoupledChange < 0));

    /// <summary>Share of pairs with ||g_u|| above the content mismatch, without which the radius is 0.</summary>
    public double PositiveRadiusShare => WeightedShare(p => p.NormU > p.Mismatch);

    /// <summary>P(helps) over all pairs of the population.</summary>
    public Interval Helps { get; }

    /// <summary>First-order prediction against the truth, by step size.</summary>
    public IReadOnlyList<FirstOrderError> Orders => [.. Enumerable.Range(0, Steps).Select(Order)];

    /// <summary>Median over pairs of log2 of the fall of the error when the step is halved; 2 for a correct gradient.</summary>
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

    /// <summary>Spearman correlation of 1 - Jaccard of the clicks and helping: what distance in input space says.</summary>
    public Interval ClickHelpDecay { get; }

    /// <summary>The control: W2(u, v) against helping by a partner of another pair.</summary>
    public Interval ShuffledDecay { get; }

    /// <summary>Every pair.</summary>
    public IReadOnlyList<RadiusPair> Pairs { get; }

    /// <summary>P(helps) of one kind of pair; NaN where none was sampled.</summary>
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
