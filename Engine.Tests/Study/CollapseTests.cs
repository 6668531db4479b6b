using ManualVae.Compute;
using ManualVae.Data;
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

    [Fact]
    public void The_gap_is_N_times_the_weighted_Jensen_Shannon_divergence()
    {
        int[] u = [0, 1, 2, 3], v = [2, 3, 4, 5];
        foreach (double weight in new[] { 0.5, 0.2, 0.9 })
        {
            double[] p = [0.25, 0.25, 0.25, 0.25, 0, 0], q = [0, 0, 0.25, 0.25, 0.25, 0.25];
            double divergence = 0;
            for (int i = 0; i < 6; i++)
            {
                double m = weight * p[i] + (1 - weight) * q[i];
                if (p[i] > 0) divergence += weight * p[i] * Math.Log(p[i] / m);
                if (q[i] > 0) divergence += (1 - weight) * q[i] * Math.Log(q[i] / m);
            }
            Assert.Equal(4 * divergence, CompromiseGap.At(u, v, weight, 1 - weight), 1e-12);
        }
        Assert.Equal(0, CompromiseGap.At(u, u, 0.5, 0.5), 1e-12);
        Assert.Equal(4 * Math.Log(2), CompromiseGap.At([0, 1, 2, 3], [4, 5, 6, 7], 0.5, 0.5), 1e-12);
    }

    [Theory, InlineData(0.5), InlineData(0.3)]
    public void The_gap_is_what_the_best_common_logits_lose_by_the_backends_own_loss(double weight)
    {
        // Two users of unequal activity share one code; gradient descent on the common logits finds the best compromise.
        var clicks = CsrMatrix.FromPairs(2, 6, [(0, 0), (0, 1), (0, 2), (1, 2), (1, 3), (1, 4), (1, 5), (1, 1)]);
        var backend = new ManualVae.Compute.Reference.ReferenceBackend();
        var batch = ToyClicks.Batch(backend, clicks);
        Tensor logits = backend.Allocate(2, 6), loss = backend.Allocate(2, 1);
        double[] common = new double[6], weights = [weight, 1 - weight];
        double best = 0;
        for (int step = 0; step < 20_000; step++)
        {
            backend.Upload([.. common, .. common], logits);
            backend.LikelihoodBackward(new Likelihood(LikelihoodKind.Multinomial), batch, 1, logits, loss);
            double[] gradient = StudyToys.Host(backend, logits), losses = StudyToys.Host(backend, loss);
            best = weights[0] * losses[0] + weights[1] * losses[1];
            for (int i = 0; i < 6; i++) common[i] -= 0.2 * (weights[0] * gradient[i] + weights[1] * gradient[6 + i]);
        }
        double own = weights[0] * 3 * Math.Log(3) + weights[1] * 5 * Math.Log(5);
        Assert.Equal(best - own, CompromiseGap.At(clicks.RowColumns(0), clicks.RowColumns(1), weights[0], weights[1]), 1e-3);
    }

    [Fact]
    public void The_overlap_integral_is_the_whole_gap_for_equal_posteriors_and_none_for_distant_ones()
    {
        var clicks = CsrMatrix.FromPairs(2, 8, [(0, 0), (0, 1), (0, 2), (0, 3), (1, 4), (1, 5), (1, 6), (1, 7)]);
        var population = Population.Sample(clicks, 2, 1);
        double Gap(double shift) => CompromiseGap.Overlap(population, new Posteriors(1, [0, shift], [1, 1]), 0, 1, 2000, 3);
        // Weights of one half each at every z; the integral of q_u + q_v is 2.
        Assert.Equal(2 * 4 * Math.Log(2), Gap(0), 1e-9);
        Assert.True(Gap(20) < 1e-9);
        // In one dimension by quadrature.
        double expected = 0;
        for (double z = -12; z < 14; z += 0.001)
        {
            double q = Density(z, 0, 1), r = Density(z, 2, 1);
            expected += 0.001 * CompromiseGap.At(population.Items(0), population.Items(1), q, r);
        }
        Assert.InRange(Gap(2), 0.95 * expected, 1.05 * expected);
    }

    private static double Density(double z, double mean, double sigma) =>
        Math.Exp(-0.5 * Math.Pow((z - mean) / sigma, 2)) / (sigma * Math.Sqrt(2 * Math.PI));
}
