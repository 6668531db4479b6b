using ManualVae.Compute;
using ManualVae.Study;
using Xunit;

namespace ManualVae.Tests.Study;

public class EstimatesTests
{
    [Fact]
    public void Spearmans_correlation_is_that_of_ranks_with_ties_sharing_their_mean()
    {
        // Ranks 1.5, 4, 3, 1.5 and 2, 3, 4, 1: covariance 3.5, variances 4.5 and 5.
        Assert.Equal(3.5 / Math.Sqrt(4.5 * 5), Estimates.Spearman([2, 9, 5, 2], [20, 30, 40, 10]), 12);
        Assert.Equal(0, Estimates.Spearman([1, 2, 3], [7, 7, 7]));
    }

    [Fact]
    public void A_partial_correlation_removes_what_the_control_explains()
    {
        const int n = 400;
        double Draw(uint purpose, int i) => CounterRandom.Normal(new(3, purpose, RandomPurpose.Study), 0, (uint)i);
        double[] control = [.. Enumerable.Range(0, n).Select(i => Draw(1, i))];
        double[] x = [.. Enumerable.Range(0, n).Select(i => control[i] + 0.3 * Draw(2, i))];
        double[] y = [.. Enumerable.Range(0, n).Select(i => control[i] + 0.3 * Draw(3, i))];
        double[] ones = [.. Enumerable.Repeat(1.0, n)];
        int[] own = [.. Enumerable.Range(0, n)];
        Assert.True(Estimates.Spearman(x, y, ones, own, 1).Low > 0.8);
        var partial = Estimates.Spearman(x, y, ones, own, 1, control);
        Assert.InRange(partial.Value, -0.2, 0.2);
        Assert.Equal(1, Estimates.Spearman(x, x, ones, own, 1).Value, 12);
        Assert.Equal(-1, Estimates.Spearman(x, [.. x.Select(v => -v)], ones, own, 1).Value, 12);
    }

    [Fact]
    public void Intervals_hold_the_truth_about_as_often_as_they_say()
    {
        int held = 0;
        for (uint trial = 0; trial < 200; trial++)
        {
            var interval = Estimates.Mean(StudyToys.Normal(60, seed: 5, trial), trial);
            if (interval.Low <= 0 && 0 <= interval.High) held++;
        }
        Assert.InRange(held, 175, 200);
    }

    [Fact]
    public void Repeats_widen_by_what_training_adds_and_never_narrow_by_luck()
    {
        // Three runs at 1, 2, 3 with t(2) = 4.303: 4.303 sqrt(1 / 3) on either side of 2.
        var apart = Estimates.Repeats([new(1, 0.9, 1.1), new(2, 1.9, 2.1), new(3, 2.9, 3.1)]);
        Assert.Equal(2, apart.Value, 12);
        Assert.Equal(2.4843, (apart.High - apart.Low) / 2, 1e-3);
        // Runs that agree to the last digit by luck keep their own uncertainty, over sqrt(4).
        var alike = Estimates.Repeats(Enumerable.Repeat(new Interval(5, 4, 6), 4));
        Assert.Equal(new Interval(5, 4.5, 5.5), alike);
        // On the same users it does not shrink.
        Assert.Equal(new Interval(5, 4, 6), Estimates.Repeats(Enumerable.Repeat(new Interval(5, 4, 6), 4), sameUsers: true));
        Assert.Equal(new Interval(7, 6, 9), Estimates.Repeats([new(7, 6, 9), Interval.Exactly(double.NaN)]));
        Assert.True(double.IsNaN(Estimates.Repeats([]).Value));
        Assert.Equal(new Interval(2, -3, 7), new Interval(5, 1, 9) - new Interval(3, 0, 6));
    }

    [Theory, InlineData(0.0), InlineData(0.7), InlineData(3.0)]
    public void Repeats_hold_the_truth_whatever_training_adds(double training)
    {
        int held = 0;
        for (uint trial = 0; trial < 400; trial++)
        {
            double Draw(uint index) => CounterRandom.Normal(new(11, trial, RandomPurpose.Study), 0, index);
            var interval = Estimates.Repeats(Enumerable.Range(0, 3).Select(run =>
            {
                double value = training * Draw((uint)(2 * run)) + Draw((uint)(2 * run + 1));
                return new Interval(value, value - 1.96, value + 1.96);
            }));
            if (interval.Low <= 0 && 0 <= interval.High) held++;
        }
        Assert.InRange(held, 368, 400);
    }

    [Fact]
    public void Clustered_values_are_not_taken_for_independent_ones()
    {
        // Ten clusters of twenty equal values carry ten values' worth of information.
        double[] each = StudyToys.Normal(10, seed: 7), values = [.. Enumerable.Range(0, 200).Select(i => each[i / 20])];
        double[] ones = [.. Enumerable.Repeat(1.0, 200)];
        var clustered = Estimates.Mean(values, ones, [.. Enumerable.Range(0, 200).Select(i => i / 20)], 1);
        var naive = Estimates.Mean(values, 1);
        Assert.True(clustered.High - clustered.Low > 2.5 * (naive.High - naive.Low));
    }

    [Fact]
    public void A_quantile_has_the_interval_of_resampled_users()
    {
        double[] values = [.. Enumerable.Range(0, 400).Select(i => (double)i)];
        int[] own = [.. Enumerable.Range(0, 400)], pairs = [.. own.Select(i => i / 40)];
        var (each, grouped) = (Estimates.Quantile(values, own, 0.5, 1), Estimates.Quantile(values, pairs, 0.5, 1));
        Assert.Equal(199.5, each.Value);
        Assert.InRange(each.High - each.Low, 28, 52); // 2 * 1.96 * sqrt(1/4 / 400) * 400 = 39
        Assert.True(grouped.High - grouped.Low > 2 * (each.High - each.Low)); // values of a user move together
        Assert.Equal(new Interval(7, 7, 7), Estimates.Quantile([7, 7, 7], [1, 2, 3], 0.9, 1));
        Assert.True(double.IsNaN(Estimates.Quantile([], [], 0.5, 1).Value));
    }
}
