using ManualVae.Tools.Runs;
using Xunit;

namespace ManualVae.Tests.Tools;

public class PopularityCheckTests
{
    [Theory]
    [InlineData(0.30, 0.20, false)]
    [InlineData(0.211, 0.20, false)]
    [InlineData(0.209, 0.20, true)]
    [InlineData(0.01, 0.20, true)]
    [InlineData(0, 0, false)] // nothing to compare
    public void A_model_less_than_a_twentieth_above_popularity_is_at_its_level(double model, double popularity, bool expected)
    {
        var check = new PopularityCheck("NDCG@100", model, popularity);
        Assert.Equal(expected, check.AtLevel);
        Assert.Equal(expected, check.Warning is not null);
        if (expected) Assert.Contains("popularity's level (0.2000)", check.Warning!, StringComparison.Ordinal);
    }
}
