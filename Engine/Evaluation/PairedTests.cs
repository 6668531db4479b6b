using ManualVae.Compute;
using ManualVae.Data;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.Statistics;

namespace ManualVae.Evaluation;

/// <summary>Tests whether two models differ. All are paired: entry i of both spans is the same user.</summary>
public static class PairedTests
{
    /// <summary>Student's paired t-test of a mean difference of 0, two-sided, n - 1 degrees of freedom.</summary>
    /// <returns>t and p; t = 0 and p = 1 where all differences are 0 or there are fewer than two users.</returns>
    public static (double T, double P) PairedTTest(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        var (mean, deviation) = Difference(a, b);
        if (a.Length < 2 || (mean == 0 && deviation == 0)) return (0, 1);
        double t = mean / (deviation / Math.Sqrt(a.Length));
        return (t, 2 * StudentT.CDF(0, 1, a.Length - 1, -Math.Abs(t)));
    }

    /// <summary>
    /// Wilcoxon's signed-rank test, two-sided, in the normal approximation with correction for ties and without continuity
    /// correction; users without a difference are dropped (Wilcoxon 1945). Trust it from about ten differing users on.
    /// </summary>
    /// <returns>The smaller rank sum W, and p; p = 1 where no user differs.</returns>
    public static (double W, double P) WilcoxonSignedRank(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        CheckPairs(a, b);
        var differences = new List<double>();
        for (int i = 0; i < a.Length; i++)
            if (a[i] - b[i] is not 0 and var difference) differences.Add(difference);
        if (differences.Count == 0) return (0, 1);
        double[] sizes = [.. differences.Select(Math.Abs)];
        double positive = Statistics.Ranks(sizes).Where((_, i) => differences[i] > 0).Sum(); // ties have their mean rank
        double ties = sizes.CountBy(size => size).Sum(tie => (double)tie.Value * tie.Value * tie.Value - tie.Value);
        double m = sizes.Length, w = Math.Min(positive, m * (m + 1) / 2 - positive);
        double z = (w - m * (m + 1) / 4) / Math.Sqrt((m * (m + 1) * (2 * m + 1) - ties / 2) / 24);
        return (w, Math.Min(1, 2 * Normal.CDF(0, 1, z)));
    }

    /// <summary>Percentile bootstrap interval of the mean difference a - b: users are drawn again with replacement.</summary>
    /// <param name="a">Values of one model.</param>
    /// <param name="b">Values of the other.</param>
    /// <param name="confidence">Coverage, in (0, 1).</param>
    /// <param name="resamples">Number of draws, 1 or more.</param>
    /// <param name="seed">The same seed draws the same users, for any number of threads.</param>
    public static (double Low, double High) BootstrapInterval(
        ReadOnlySpan<double> a, ReadOnlySpan<double> b, double confidence = 0.95, int resamples = 2000, ulong seed = 0)
    {
        CheckPairs(a, b);
        ArgumentOutOfRangeException.ThrowIfLessThan(resamples, 1);
        if (a.Length == 0) return (double.NaN, double.NaN);
        var differences = new double[a.Length];
        for (int i = 0; i < a.Length; i++) differences[i] = a[i] - b[i];
        var means = new double[resamples];
        Cores.For(0, resamples, draw =>
        {
            var key = new RandomKey(seed, (uint)draw, RandomPurpose.Study);
            double sum = 0;
            for (int i = 0; i < differences.Length; i++)
                sum += differences[CounterRandom.Below(key, 0, (uint)i, differences.Length)];
            means[draw] = sum / differences.Length;
        });
        return (Quantiles.Of(means, (1 - confidence) / 2), Quantiles.Of(means, (1 + confidence) / 2));
    }

    /// <summary>
    /// Holm's step-down correction for m tests: p in increasing order times m, m - 1, ..., made non-decreasing, at most 1. An
    /// adjusted p below alpha keeps the chance of any false claim among all tests below alpha (Holm 1979).
    /// </summary>
    public static double[] Holm(ReadOnlySpan<double> p)
    {
        var (sorted, order) = (p.ToArray(), Enumerable.Range(0, p.Length).ToArray());
        Array.Sort(sorted, order);
        var adjusted = new double[p.Length];
        double floor = 0;
        for (int i = 0; i < sorted.Length; i++)
            adjusted[order[i]] = floor = Math.Max(floor, Math.Min(1, sorted[i] * (sorted.Length - i)));
        return adjusted;
    }

    /// <summary>
    /// Benjamini and Hochberg's step-up correction for m tests: the i-th smallest p times m / i, made non-decreasing, at most 1.
    /// Claiming all below alpha keeps the expected share of false ones among the claims below alpha (Benjamini and Hochberg 1995;
    /// for independent tests or positive dependence, Benjamini and Yekutieli 2001).
    /// </summary>
    public static double[] BenjaminiHochberg(ReadOnlySpan<double> p)
    {
        var (sorted, order) = (p.ToArray(), Enumerable.Range(0, p.Length).ToArray());
        Array.Sort(sorted, order);
        var adjusted = new double[p.Length];
        double ceiling = 1;
        for (int i = sorted.Length - 1; i >= 0; i--)
            adjusted[order[i]] = ceiling = Math.Min(ceiling, sorted[i] * sorted.Length / (i + 1));
        return adjusted;
    }

    /// <summary>Mean of a - b and its standard deviation (divided by n - 1).</summary>
    internal static (double Mean, double Deviation) Difference(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        CheckPairs(a, b);
        double sum = 0, squares = 0;
        for (int i = 0; i < a.Length; i++) sum += a[i] - b[i];
        double mean = sum / a.Length;
        for (int i = 0; i < a.Length; i++) squares += (a[i] - b[i] - mean) * (a[i] - b[i] - mean);
        return (mean, Math.Sqrt(squares / (a.Length - 1)));
    }

    private static void CheckPairs(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        if (a.Length != b.Length) throw new ArgumentException($"{a.Length} values cannot be paired with {b.Length}.");
    }
}
