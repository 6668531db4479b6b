using ManualVae.Compute;
using ManualVae.Study;
using ManualVae.Tests.Models;
using Xunit;

namespace ManualVae.Tests.Study;

public class CollapseTests
{
    [Fact]
    public void The_alarm_fires_on_a_collapsed_toy_and_is_silent_on_a_healthy_one()
    {
        var clicks = StudyToys.TwoGroups(60, 24);
        using var healthy = StudyToys.Trained(StudyToys.Settings(8), clicks, 150, beta: 0.05);
        using var collapsed = StudyToys.Trained(StudyToys.Settings(8), clicks, 400, beta: 50);
        var population = Population.Sample(clicks, 60, 1);
        var (good, bad) = (CollapseStudy.Run(healthy, population, new()), CollapseStudy.Run(collapsed, population, new()));
        Assert.Null(good.Alarm);
        Assert.NotNull(bad.Alarm);
        Assert.True(bad.MeanDistance < good.MeanDistance / 4);
        Assert.True(bad.MutualInformation.Value < 0.1);
        Assert.True(good.MutualInformation.Value > 0.5 && good.MutualInformation.Value <= good.InformationLimit);
        foreach (var (model, expected) in new[] { (healthy, good.Alarm), (collapsed, bad.Alarm) })
        {
            model.Encode(ToyClicks.Batch(model.Backend, clicks), InputMask.Clean);
            Assert.Equal(expected, CollapseStudy.Alarm(model));
        }
    }

    [Fact]
    public void Known_posteriors_give_known_numbers()
    {
        // Two users far apart in the first dimension, identical N(0, 1) in the second: one bit of information, ln 2 nats.
        var posteriors = new Posteriors(2, [-40, 0, 40, 0], [1, 1, 1, 1]);
        var result = CollapseStudy.Measure(posteriors, new CollapseOptions { Draws = 10 });
        Assert.Equal(Math.Log(2), result.MutualInformation.Value, 1e-9);
        Assert.Equal(800, result.KlByDimension[0], 1e-9);
        Assert.Equal(0, result.KlByDimension[1], 1e-12);
        Assert.Equal(1, result.ActiveUnits);
        Assert.Equal(1, result.InformativeUnits);
        Assert.Equal(800 - Math.Log(2), result.AggregateKl, 1e-9);
        Assert.Equal(80, result.MeanDistance, 1e-12);
        // Identical posteriors: nothing tells the users apart.
        Assert.Equal(0, CollapseStudy.Measure(new Posteriors(1, [0.3, 0.3], [0.5, 0.5]), new()).MutualInformation.Value, 1e-12);
    }

    [Fact]
    public void The_mean_KL_is_information_plus_the_aggregates_KL()
    {
        // Hoffman and Johnson 2016: E KL(q(z|x) || p) = I_q + KL(q || p), q the mean posterior; by quadrature.
        double[] means = [-1, 0.5, 2], sigmas = [0.4, 0.9, 0.3];
        double information = 0, aggregate = 0;
        for (double z = -8; z < 8; z += 1e-3)
        {
            double mixture = Enumerable.Range(0, 3).Average(u => Density(z, means[u], sigmas[u]));
            if (mixture > 0) aggregate += 1e-3 * mixture * Math.Log(mixture / Density(z, 0, 1));
            for (int u = 0; u < 3; u++)
                if (Density(z, means[u], sigmas[u]) is > 0 and var q) information += 1e-3 / 3 * q * Math.Log(q / mixture);
        }
        var result = CollapseStudy.Measure(new Posteriors(1, means, sigmas), new CollapseOptions { Draws = 20_000 });
        Assert.Equal(result.Kl, information + aggregate, 1e-6);
        Assert.Equal(information, result.MutualInformation.Value, 0.01);
        Assert.Equal(aggregate, result.AggregateKl, 0.01);
    }

    private static double Density(double z, double mean, double sigma) =>
        Math.Exp(-0.5 * Math.Pow((z - mean) / sigma, 2)) / (sigma * Math.Sqrt(2 * Math.PI));
}
