using ManualVae.Evaluation;
using Xunit;

namespace ManualVae.Tests.Evaluation;

public class QuantilesTests
{
    [Theory]
    [InlineData(0, 1)]
    [InlineData(0.1, 1.3)]
    [InlineData(0.5, 2.5)]
    [InlineData(1, 4)]
    public void A_quantile_is_interpolated_as_numpy_does(double share, double expected) =>
        Assert.Equal(expected, Quantiles.Of([4, 1, 3, 2], share), 12);

    [Fact]
    public void One_value_is_every_quantile_and_none_has_none()
    {
        Assert.Equal(7, Quantiles.Of([7], 0.3));
        Assert.True(double.IsNaN(Quantiles.Of([], 0.5)));
    }
}
