using FsCheck;
using FsCheck.Fluent;
using ManualVae.Compute;
using ManualVae.Study;
using Xunit;

namespace ManualVae.Tests.Study;

public class WassersteinTests
{
    [Fact]
    public void Second_is_the_closed_form() =>
        Assert.Equal(Math.Sqrt(9 + 16 + 0.25 + 1), Wasserstein.Second([3, 0], [1.5, 1], [0, 4], [1, 2]), 12);

    [Fact]
    public void First_by_l1_cost_is_the_mean_of_the_comonotone_coupling()
    {
        // In one dimension the comonotone coupling is optimal: average |quantile difference| over a fine grid of quantiles.
        double[] muU = [0.3, -1, 2], sigmaU = [0.5, 1, 0.2], muV = [0.1, 1, 2], sigmaV = [0.9, 1, 1.7];
        const int grid = 200_000;
        double expected = 0;
        for (int i = 0; i < grid; i++)
        {
            double xi = MathNet.Numerics.Distributions.Normal.InvCDF(0, 1, (i + 0.5) / grid);
            for (int k = 0; k < 3; k++) expected += Math.Abs(muU[k] - muV[k] + (sigmaU[k] - sigmaV[k]) * xi) / grid;
        }
        Assert.Equal(expected, Wasserstein.FirstByL1Cost(muU, sigmaU, muV, sigmaV), 1e-4);
    }

    [Fact]
    public void Equal_sigmas_leave_the_distance_of_the_means() =>
        Assert.Equal(3.5, Wasserstein.FirstByL1Cost([1, 2], [0.7, 0.1], [-1, 0.5], [0.7, 0.1]), 12);

    [Fact]
    public void The_sampled_first_distance_lies_in_its_bracket() => Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
    {
        double Draw(uint purpose, uint k) => CounterRandom.Normal(new((ulong)(uint)seed, purpose, RandomPurpose.Study), 0, k);
        double[] Vector(uint purpose, bool positive) => [.. Enumerable.Range(0, 4).Select(k =>
            positive ? Math.Exp(Draw(purpose, (uint)k)) : Draw(purpose, (uint)k))];
        var (m, s, n, t) = (Vector(1, false), Vector(2, true), Vector(3, false), Vector(4, true));
        double lower = Wasserstein.MeanDistance(m, n), upper = Wasserstein.Second(m, s, n, t);
        double coupling = 0; // cost of the comonotone coupling: at least W1, at most W2
        for (uint draw = 0; draw < 4000; draw++)
            coupling += Math.Sqrt(Enumerable.Range(0, 4).Sum(
                k => Math.Pow(m[k] - n[k] + (s[k] - t[k]) * Draw(5 + draw, (uint)k), 2))) / 4000;
        return lower <= upper && coupling > 0.95 * lower && coupling < 1.05 * upper
            && Wasserstein.FirstByL1Cost(m, s, n, t) >= 0.95 * coupling;
    }).QuickCheckThrowOnFailure();
}
