using ManualVae.Study;
using MathNet.Numerics.Distributions;
using Xunit;

namespace ManualVae.Tests.Study;

public class ExactShareTests
{
    [Fact]
    public void None_and_all_have_the_known_one_sided_ends()
    {
        // (1 - p)^n = 0.025.
        double end = 1 - Math.Pow(0.025, 0.1);
        Assert.Equal(0.3085, end, 4);
        var (none, all) = (ExactShare.Of(0, 10), ExactShare.Of(10, 10));
        Assert.Equal((0.0, 0.0), (none.Value, none.Low));
        Assert.Equal(end, none.High, 9);
        Assert.Equal((1.0, 1.0), (all.Value, all.High));
        Assert.Equal(1 - end, all.Low, 9);
    }

    [Theory, InlineData(1, 2), InlineData(5, 10), InlineData(3, 17), InlineData(199, 2000)]
    public void The_ends_are_where_the_binomial_tails_weigh_a_fortieth(int with, int all)
    {
        var share = ExactShare.Of(with, all);
        Assert.Equal((double)with / all, share.Value);
        Assert.Equal(0.025, 1 - Binomial.CDF(share.Low, all, with - 1), 7);
        Assert.Equal(0.025, Binomial.CDF(share.High, all, with), 7);
    }

    [Fact]
    public void Of_nothing_there_is_no_share() => Assert.True(double.IsNaN(ExactShare.Of(0, 0).Value));

    [Fact]
    public void Equal_weights_change_nothing_and_unequal_ones_widen_the_interval()
    {
        bool[] has = [.. Enumerable.Range(0, 40).Select(i => i % 4 == 0)];
        var plain = ExactShare.Of(10, 40);
        var equal = ExactShare.Weighted(has, [.. has.Select(_ => 7.0)]);
        Assert.Equal(plain.Low, equal.Low, 9);
        Assert.Equal(plain.High, equal.High, 9);
        var unequal = ExactShare.Weighted(has, [.. has.Select((_, i) => i % 8 < 4 ? 1.0 : 9)]); // half of each kind
        Assert.Equal(0.25, unequal.Value, 12);
        Assert.True(unequal.High - unequal.Low > plain.High - plain.Low);
        Assert.Equal(1, ExactShare.Weighted([true, true], [0.1, 0.2]).High);
    }
}
