using ManualVae.Evaluation;
using Xunit;

namespace ManualVae.Tests.Evaluation;

public sealed class PairedComparisonTests
{
    private static readonly double[] Model = [.30, .45, .50, .62, .20, .71, .33, .58];
    private static readonly double[] Baseline = [.10, .20, .35, .30, .45, .40, .55, .60];

    /// <summary>
    /// Literals from Python's standard library: statistics.mean, pstdev / sqrt(n), stdev of the differences / sqrt(n), and the
    /// two-sided p = 2 G((f+1)/2) / (G(f/2) sqrt(pi)) * integral of cos(w)^(f-1) for w from atan(t / sqrt f) to pi / 2,
    /// f = n - 1, by Simpson's rule with 200,000 steps.
    /// </summary>
    [Fact]
    public void Each_group_has_its_means_errors_difference_and_p()
    {
        var rows = Rows();
        Assert.Equal(["all", "few", "many"], rows.Select(row => row.Group));
        Check(rows[0], .46125, .05786399733426648, .36875, .05585800916162337, .0925, .0808824102368017, .2903729545069734,
            .5807459090139468, "");
        Check(rows[1], .4675, .057377587087642505, .2375, .048007160924178796, .23, .0362859017617954, .007941342123024333,
            .023824026369073, "*"); // three comparisons: p times 3, times 2 and times 1
        Check(rows[2], .455, .100405428140116, .5, .039528470752104736, -.045, .12887332281482203, .7500257854925314,
            .7500257854925314, "");
    }

    [Theory]
    [InlineData(.05, "")]
    [InlineData(.0499, "*")]
    [InlineData(.01, "*")]
    [InlineData(.0099, "**")]
    [InlineData(.001, "**")]
    [InlineData(.00099, "***")]
    [InlineData(0, "***")]
    [InlineData(double.NaN, "")]
    public void Stars_count_from_the_corrected_p(double adjusted, string stars) =>
        Assert.Equal(stars, (Rows()[0] with { AdjustedP = adjusted, TTestP = 0.5 }).Stars);

    private static IReadOnlyList<PairedComparison> Rows() => PairedComparison.WithFirst(
        [("baseline", Values(Baseline)), ("model", Values(Model))], groups: [("few", [0, 1, 2, 3]), ("many", [4, 5, 6, 7])]);

    private static Dictionary<string, double[]> Values(double[] values) => new() { ["NDCG@100"] = values };

    private static void Check(PairedComparison row, double mean, double meanError, double baseline, double baselineError,
        double difference, double error, double p, double adjusted, string stars)
    {
        Assert.Equal([mean, meanError, baseline, baselineError, difference, error],
            [row.Mean, row.MeanError, row.BaselineMean, row.BaselineError, row.Difference, row.StandardError], Close);
        Assert.Equal(p, row.TTestP, 10);
        Assert.Equal(adjusted, row.AdjustedP, 10);
        Assert.Equal(stars, row.Stars);
    }

    private static bool Close(double a, double b) => Math.Abs(a - b) < 1e-12;
}
