using ManualVae.Evaluation;
using Xunit;

namespace ManualVae.Tests.Evaluation;

public class SubsamplingTests
{
    [Fact]
    public void All_users_give_their_mean_and_equal_users_their_value()
    {
        double[] values = [1, 2, 3, 6];
        Assert.Equal((3, 3), Subsampling.Interval(values, share: 1));
        Assert.Equal((5, 5), Subsampling.Interval([5, 5, 5, 5, 5, 5, 5, 5, 5, 5]));
        Assert.True(double.IsNaN(Subsampling.Interval([]).Low));
        Assert.Throws<ArgumentOutOfRangeException>(() => Subsampling.Interval(values, share: 0));
    }

    [Fact]
    public void A_part_varies_as_draws_without_replacement_do()
    {
        double[] values = [.. Enumerable.Range(0, 1000).Select(i => (double)(i % 10))];
        var (low, high) = Subsampling.Interval(values, repeats: 2000, seed: 3);
        // Variance 8.25, 200 of 1000: standard error sqrt(8.25 / 200 (1 - 200 / 1000)) = .182.
        Assert.Equal(4.5 - 1.96 * 0.182, low, 0.04);
        Assert.Equal(4.5 + 1.96 * 0.182, high, 0.04);
        Assert.Equal((low, high), Subsampling.Interval(values, repeats: 2000, seed: 3));
    }
}
