using ManualVae.Data;
using ManualVae.Evaluation;
using Xunit;

namespace ManualVae.Tests.Evaluation;

public class PairedTestsTests
{
    // Expected values: scipy.stats.ttest_rel and scipy.stats.wilcoxon(mode="approx", correction=False) on these numbers.
    private static readonly double[] A =
    [
        0.55, 0.71, 0.29, 0.51, 0.89, 0.9, 0.13, 0.21, 0.05, 0.44, 0.03, 0.46, 0.65, 0.28, 0.68,
        0.59, 0.02, 0.56, 0.26, 0.42, 0.28, 0.69, 0.44, 0.16, 0.54, 0.78, 0.31, 0.22, 0.39, 0.94,
    ];
    private static readonly double[] B =
    [
        0.33, 0.59, 0.34, 0.51, 0.59, 0.71, -0.09, 0.21, -0.2, 0.18, 0.15, 0.36, 0.28, 0.32, 0.54,
        0.2, -0.17, 0.37, 0.02, 0.35, -0.2, 0.56, 0.54, 0.23, 0.66, 0.9, 0.5, -0.06, 0.46, 0.53,
    ];

    [Fact]
    public void Paired_t_test()
    {
        var (t, p) = PairedTests.PairedTTest(A, B);
        Assert.Equal(3.666076868526799, t, 10);
        Assert.Equal(0.0009823995771732555, p, 10);
        Assert.Equal(0.1457559066986322, PairedTests.PairedTTest(A.AsSpan(0, 5), B.AsSpan(0, 5)).P, 10);
        Assert.Equal((0, 1), PairedTests.PairedTTest(A, A));
    }

    [Fact]
    public void Wilcoxon_with_ties_and_zero_differences()
    {
        var (w, p) = PairedTests.WilcoxonSignedRank(A, B);
        Assert.Equal(60.5, w);
        Assert.Equal(0.0011674437321105757, p, 10);
        Assert.Equal((w, p), PairedTests.WilcoxonSignedRank(B, A));
        Assert.Equal((0, 1), PairedTests.WilcoxonSignedRank(A, A));
    }

    [Fact]
    public void Holm_steps_down() =>
        Assert.Equal([0.03, 0.06, 0.06, 0.02], PairedTests.Holm([0.01, 0.04, 0.03, 0.005]).Select(p => Math.Round(p, 12)));

    [Fact]
    public void Holm_never_exceeds_one_and_never_lowers_a_p()
    {
        Assert.Equal([1.0, 1, 0.3], PairedTests.Holm([0.9, 0.6, 0.1]).Select(p => Math.Round(p, 12)));
        Assert.Empty(PairedTests.Holm([]));
    }

    [Fact]
    public void The_bootstrap_interval_is_about_the_normal_one_and_the_same_for_the_same_seed()
    {
        var (low, high) = PairedTests.BootstrapInterval(A, B, resamples: 20_000);
        var (mean, deviation) = PairedTests.Difference(A, B);
        double half = 1.96 * deviation / Math.Sqrt(A.Length);
        Assert.Equal(mean - half, low, tolerance: 0.01);
        Assert.Equal(mean + half, high, tolerance: 0.01);
        Assert.Equal((low, high), PairedTests.BootstrapInterval(A, B, resamples: 20_000));
        Assert.NotEqual((low, high), PairedTests.BootstrapInterval(A, B, resamples: 20_000, seed: 1));
    }

    [Fact]
    public void A_constant_difference_has_an_interval_of_no_width() =>
        Assert.Equal((-1, -1), PairedTests.BootstrapInterval([1, 2, 3], [2, 3, 4]));

    [Fact]
    public void Benjamini_and_Hochberg_correct_from_the_largest_p_down()
    {
        // R: p.adjust(c(0.01, 0.04, 0.03, 0.005, 0.9), "BH")
        double[] adjusted = PairedTests.BenjaminiHochberg([0.01, 0.04, 0.03, 0.005, 0.9]);
        Assert.All(adjusted.Zip([0.025, 0.05, 0.05, 0.025, 0.9]), pair => Assert.Equal(pair.Second, pair.First, 12));
        Assert.Equal([1, 1], PairedTests.BenjaminiHochberg([1, 1]));
    }

    [Fact]
    public void Values_that_cannot_be_paired_are_refused() =>
        Assert.Throws<ArgumentException>(() => PairedTests.PairedTTest([1, 2], [1]));

    [Fact]
    public void Comparison_corrects_over_all_models_and_metrics()
    {
        Dictionary<string, double[]> first = new() { ["x"] = B, ["y"] = B }, second = new() { ["x"] = A, ["y"] = B, ["z"] = A };
        var rows = PairedComparison.WithFirst([("one", first), ("two", second)]);
        Assert.Equal(["x", "y"], rows.Select(r => r.Metric));
        Assert.Equal(A.Average() - B.Average(), rows[0].Difference, 12);
        Assert.Equal(2 * 0.0009823995771732555, rows[0].AdjustedP, 10);
        Assert.True(rows[0].Low > 0 && rows[0].High > rows[0].Low);
        Assert.Equal((0, 1, 1), (rows[1].Difference, rows[1].TTestP, rows[1].AdjustedP));
        Assert.Throws<InputException>(() => PairedComparison.WithFirst([("one", first)]));
        Assert.Throws<InputException>(() => PairedComparison.WithFirst(
            [("one", first), ("two", new Dictionary<string, double[]> { ["x"] = A[1..] })]));
    }
}
