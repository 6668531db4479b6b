using ManualVae.Compute;
using ManualVae.Study;
using ManualVae.Tests.Models;
using Xunit;

namespace ManualVae.Tests.Study;

public class AnchorStudyTests
{
    [Fact]
    public void The_anchor_term_is_distance_to_the_centroid_plus_variance_plus_a_constant()
    {
        // Proposition 3.1, on the backend's own operation: L_A = ||mu - e||^2 + tr Sigma + (1/|S|) sum_i ||e_i - e||^2.
        const int users = 6, items = 13, latent = 3;
        var clicks = StudyToys.TwoGroups(users, items);
        using var model = StudyToys.Model(StudyToys.Settings(8) with { Anchors = true }, items, spread: 3);
        var (backend, anchors) = (model.Backend, model.Parameters["anchors"]);
        var batch = ToyClicks.Batch(backend, clicks);
        Tensor posterior = backend.Allocate(users, 2 * latent), z = backend.Allocate(users, latent);
        Tensor centroids = backend.Allocate(users, latent), loss = backend.Allocate(users, 1);
        double[] values = StudyToys.Normal(users * 2 * latent, seed: 8);
        backend.Upload(values, posterior);
        backend.AnchorForward(new(AnchorForm.ClosedForm), batch, anchors, posterior, z, centroids, loss);
        double[] closed = StudyToys.Host(backend, loss), e = StudyToys.Host(backend, centroids);
        double[] all = StudyToys.Host(backend, anchors.Value);
        // The points mu +- sqrt(K) sigma_k have the mean and the covariance of N(mu, Sigma), all that a quadratic form sees.
        var sampled = new double[users];
        for (int point = 0; point < 2 * latent; point++)
        {
            double[] at = [.. Enumerable.Range(0, users * latent).Select(i =>
            {
                int of = i / latent * 2 * latent + i % latent;
                double mu = values[of], sigma = Math.Exp(0.5 * values[of + latent]);
                return mu + (i % latent == point / 2 ? (point % 2 == 0 ? 1 : -1) * Math.Sqrt(latent) * sigma : 0);
            })];
            backend.Upload(at, z);
            backend.AnchorForward(new(AnchorForm.Sampled), batch, anchors, posterior, z, centroids, loss);
            for (int u = 0; u < users; u++) sampled[u] += StudyToys.Host(backend, loss)[u] / (2 * latent);
        }
        for (int u = 0; u < users; u++)
        {
            double expected = 0;
            for (int k = 0; k < latent; k++)
            {
                int of = u * 2 * latent + k;
                expected += Math.Pow(values[of] - e[u * latent + k], 2) + Math.Exp(values[of + latent]);
                foreach (int item in clicks.RowColumns(u))
                    expected += Math.Pow(all[item * latent + k] - e[u * latent + k], 2) / clicks.RowLength(u);
            }
            Assert.Equal(expected, closed[u], 1e-10);
            Assert.Equal(expected, sampled[u], 1e-10);
        }
    }

    [Fact]
    public void On_a_linear_gaussian_toy_the_factors_are_exact()
    {
        // A linear encoder A on masked inputs gives m_b; a quadratic loss with curvature H plus anchors moves it to mu*.
        const int masks = 64;
        double[] curvature = [3, 3, 3], centroid = [0.5, -1, 2];
        foreach (double weight in new[] { 0.0, 0.5, 8.0 })
        {
            double tau = AnchorStudy.Tau(3, weight);
            var (plain, moved) = (new double[masks][], new double[masks][]);
            for (int b = 0; b < masks; b++)
            {
                var m = new double[3];
                for (int item = 0; item < 6; item++)
                    for (int k = 0; k < 3 && (b >> item & 1) == 1; k++)
                        m[k] += CounterRandom.Normal(new(4, 1, RandomPurpose.Study), (uint)item, (uint)k);
                plain[b] = m;
                moved[b] = AnchorStudy.Minimiser(curvature, m, centroid, weight);
                Assert.All(Gradient(curvature, m, centroid, weight, moved[b]), g => Assert.Equal(0, g, 1e-12));
            }
            for (int k = 0; k < 3; k++)
            {
                double Mean(double[][] x) => x.Average(row => row[k]);
                double Variance(double[][] x) => x.Average(row => Math.Pow(row[k] - Mean(x), 2));
                Assert.Equal(tau * tau * Variance(plain), Variance(moved), 1e-12);
                Assert.Equal(tau * Math.Abs(Mean(plain) - centroid[k]), Math.Abs(Mean(moved) - centroid[k]), 1e-12);
            }
        }
    }

    [Fact]
    public void With_unequal_curvature_the_largest_bounds_the_fall()
    {
        double[] curvature = [0.5, 2, 7], zero = [0, 0, 0];
        double tau = AnchorStudy.Tau(7, 1.5);
        double[] a = AnchorStudy.Minimiser(curvature, [1, 2, 3], zero, 1.5);
        double[] b = AnchorStudy.Minimiser(curvature, [-1, 0, 4], zero, 1.5);
        double moved = Wasserstein.MeanDistance(a, b), before = Wasserstein.MeanDistance([1, 2, 3], [-1, 0, 4]);
        Assert.True(moved < tau * before);
    }

    [Fact]
    public void The_fitted_curvature_is_the_true_one()
    {
        double[] weights = [1, 4, 16], falls = [.. weights.Select(weight => Math.Pow(AnchorStudy.Tau(3, weight), 2))];
        Assert.Equal(3, AnchorStudy.FitCurvature(weights, falls), 0.05);
    }

    [Fact]
    public void Anchors_steady_the_mean_of_a_trained_toy()
    {
        var clicks = StudyToys.TwoGroups(40, 24);
        var population = Population.Sample(clicks, 40, 1);
        AnchorResult Train(double weight)
        {
            var settings = StudyToys.Settings(8) with { Anchors = true };
            using var model = StudyToys.Trained(settings, clicks, 200, beta: 0.05, anchorWeight: weight);
            return AnchorStudy.Run(model, population, weight, 0.5, new AnchorOptions());
        }
        var (without, with) = (Train(0), Train(20));
        Assert.True(with.MaskVariance.Value < without.MaskVariance.Value);
        Assert.True(with.CentroidDistance.Value < without.CentroidDistance.Value);
        using var clean = StudyToys.Trained(StudyToys.Settings(8), clicks, 20, beta: 0.05);
        Assert.Equal(0, AnchorStudy.Run(clean, population, 0, 0, new AnchorOptions()).MaskVariance.Value, 1e-12);
    }

    private static double[] Gradient(double[] h, double[] m, double[] e, double weight, double[] mu) =>
        [.. mu.Select((x, k) => h[k] * (x - m[k]) + 2 * weight * (x - e[k]))];
}
