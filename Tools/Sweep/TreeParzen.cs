using ManualVae.Compute;

namespace ManualVae.Tools.Sweep;

/// <summary>
/// The tree-structured Parzen estimator (TPE; Bergstra et al. 2011, "Algorithms for hyper-parameter optimization", section 4).
/// The trials are divided into the good, a share gamma of them, and the others. Each dimension has a density l of the good and a
/// density g of the others; candidates are drawn from l, and that of the largest l / g is proposed, which maximises the expected
/// improvement.
/// </summary>
internal static class TreeParzen
{
    /// <summary>Share of the trials that are good.</summary>
    public const double Gamma = 0.15;

    private const int Candidates = 24;

    /// <summary>The number of good ones among some trials.</summary>
    public static int GoodOf(int trials) => (int)Math.Ceiling(Gamma * trials);

    /// <summary>Settings for a new trial, a pure function of what it is given.</summary>
    /// <param name="space">What is varied.</param>
    /// <param name="ranked">
    /// The settings of the finished trials, the best first; one that lacks a dimension says nothing of it.
    /// </param>
    /// <param name="pending">
    /// Those of trials that are proposed and not finished. They count among the others ("constant liar"), so that proposals made
    /// together lie apart.
    /// </param>
    /// <param name="seed">Seed of the search.</param>
    /// <param name="number">Number of the new trial.</param>
    public static IReadOnlyDictionary<string, string> Propose(SweepSpace space,
        IReadOnlyList<IReadOnlyDictionary<string, string>> ranked,
        IReadOnlyList<IReadOnlyDictionary<string, string>> pending, ulong seed, int number)
    {
        var key = new RandomKey(seed, (uint)number, RandomPurpose.Study);
        int good = GoodOf(ranked.Count);
        return space.Dimensions.Select((dimension, d) =>
        {
            string[] Of(IEnumerable<IReadOnlyDictionary<string, string>> trials) =>
                [.. trials.Where(t => t.ContainsKey(dimension.Name)).Select(t => t[dimension.Name])];
            var (better, others) = (Of(ranked.Take(good)), Of(ranked.Skip(good).Concat(pending)));
            // Index 0 is that of random draws.
            double Uniform(int index) => CounterRandom.Uniform(key, (uint)d, (uint)index + 1);
            return (dimension.Name, Value: dimension.Values is { } values
                ? Category(values, better, others, Uniform) : Number(dimension, better, others, Uniform));
        }).ToDictionary(p => p.Name, p => p.Value);
    }

    /// <summary>
    /// Probabilities of values: their counts and one more each, which is the even prior (section 4.2 of the paper).
    /// </summary>
    public static double[] Probabilities(string[] values, string[] seen) =>
        [.. values.Select(value => (seen.Count(s => s == value) + 1.0) / (seen.Count(values.Contains) + values.Length))];

    private static string Category(string[] values, string[] better, string[] others, Func<int, double> uniform)
    {
        double[] l = Probabilities(values, better), g = Probabilities(values, others);
        return values[Enumerable.Range(0, Candidates).Select(c => Drawn(l, uniform(c))).MaxBy(v => l[v] / g[v])];
    }

    private static int Drawn(double[] probabilities, double share)
    {
        int value = 0;
        for (; value < probabilities.Length - 1 && share >= probabilities[value]; value++) share -= probabilities[value];
        return value;
    }

    private static string Number(SweepDimension dimension, string[] better, string[] others, Func<int, double> uniform)
    {
        ParzenEstimator Estimate(string[] seen) => new(
            seen.Select(text => dimension.Scaled(SweepDimension.Number(text))), dimension.Bounds.Low, dimension.Bounds.High);
        var (l, g) = (Estimate(better), Estimate(others));
        double best = Enumerable.Range(0, Candidates).Select(c => dimension.Unscaled(l.Draw(uniform(2 * c), uniform(2 * c + 1))))
            .MaxBy(value => Of(l, value) / Of(g, value));
        return dimension.Text(best);

        double Of(ParzenEstimator estimate, double value) => dimension.Whole
            ? estimate.Probability(dimension.Scaled(value - 0.5), dimension.Scaled(value + 0.5))
            : estimate.Density(dimension.Scaled(value));
    }
}
