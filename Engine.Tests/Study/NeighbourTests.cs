using ManualVae.Compute;
using ManualVae.Data;
using ManualVae.Study;
using Xunit;

namespace ManualVae.Tests.Study;

public class NeighbourTests
{
    [Fact]
    public void Neighbours_are_the_nearest_and_ties_take_the_lower_index()
    {
        var posteriors = new Posteriors(1, [0, 1, -1, 5], [1, 1, 1, 1]);
        int[][] nearest = NearestUsers.ByDistance(posteriors, 2);
        Assert.Equal([1, 2], nearest[0]);
        Assert.Equal([0, 2], nearest[1]);
        Assert.Equal([1, 0], nearest[3]);
        Assert.Equal(1.0 / 3, NearestUsers.Jaccard([1, 2], [2, 3]));
        var clicks = CsrMatrix.FromPairs(3, 6, [(0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (1, 3), (2, 0), (2, 4), (2, 5)]);
        Assert.Equal([[1, 2], [0, 2], [0, 1]], NearestUsers.ByClicks(Population.Sample(clicks, 3, 1), 2));
    }

    [Fact]
    public void The_map_keeps_clusters_apart_and_is_the_same_every_time()
    {
        const int each = 30;
        var points = new double[3 * each * 5];
        for (int i = 0; i < points.Length; i++)
            points[i] = CounterRandom.Normal(new(2, 0, RandomPurpose.Study), 0, (uint)i) + (i % 5 == i / 5 / each ? 12 : 0);
        double[] map = TSne.Layout(points, 5, perplexity: 10, iterations: 300);
        Assert.Equal(map, TSne.Layout(points, 5, perplexity: 10, iterations: 300));
        var positions = new Posteriors(2, map, new double[map.Length]);
        int[][] nearest = NearestUsers.ByDistance(positions, 5);
        for (int i = 0; i < 3 * each; i++) Assert.All(nearest[i], j => Assert.Equal(i / each, j / each));
        double[] start = new double[map.Length];
        for (int i = 0; i < start.Length; i++) start[i] = CounterRandom.Normal(new(3, 0, RandomPurpose.Study), 0, (uint)i);
        Assert.True(Divergence(points, 5, 10, map) < 0.5 * Divergence(points, 5, 10, start));
    }

    [Fact]
    public void The_maps_gradient_is_that_of_the_divergence()
    {
        const int n = 12;
        double[] points = new double[n * 3], y = new double[2 * n], gradient = new double[2 * n];
        for (int i = 0; i < points.Length; i++) points[i] = CounterRandom.Normal(new(5, 0, RandomPurpose.Study), 0, (uint)i);
        for (int i = 0; i < y.Length; i++) y[i] = CounterRandom.Normal(new(6, 0, RandomPurpose.Study), 0, (uint)i);
        double[] p = TSne.Affinities(points, 3, n, 3);
        Assert.Equal(1, p.Sum(), 1e-12);
        TSne.Gradient(p, y, new double[n * n], new double[n], 1, gradient);
        for (int i = 0; i < y.Length; i++)
        {
            double At(double shift)
            {
                var moved = (double[])y.Clone();
                moved[i] += shift;
                return Divergence(points, 3, 3, moved);
            }
            Assert.Equal((At(1e-5) - At(-1e-5)) / 2e-5, gradient[i], 1e-7);
        }
    }

    [Fact]
    public void Cohorts_neighbours_and_shares_of_a_trained_toy()
    {
        var clicks = StudyToys.TwoGroups(60, 24);
        using var model = StudyToys.Trained(StudyToys.Settings(8), clicks, 100, beta: 0.05);
        var result = NeighbourStudy.Run(
            model, Population.Sample(clicks, 60, 1), new NeighbourOptions { Neighbours = 10, Perplexity = 8 });
        Assert.Equal(1, result.LocalShare.Value + result.GlobalShare.Value + result.UnrelatedShare.Value, 1e-9);
        Assert.True(result.Overlap.Value > 1.5 * result.ChanceOverlap);
        Assert.Equal([12, 12, 12], Enumerable.Range(0, 3).Select(c => result.Cohort.Count(x => x == c)));
        Assert.True(result.CohortClicks[0] < result.CohortClicks[1] && result.CohortClicks[1] < result.CohortClicks[2]);
        Assert.Equal(120, result.Map.Length);
        Assert.Throws<InputException>(() => TSne.Layout(new double[3002], 2));
    }

    /// <summary>Kullback-Leibler divergence of a layout from the points' affinities.</summary>
    private static double Divergence(double[] points, int columns, double perplexity, double[] layout)
    {
        int n = points.Length / columns;
        double[] p = TSne.Affinities(points, columns, n, perplexity), q = new double[n * n], sums = new double[n];
        TSne.Gradient(p, layout, q, sums, 1, new double[2 * n]);
        double total = sums.Sum(), divergence = 0;
        for (int i = 0; i < p.Length; i++)
            if (i % (n + 1) != 0 && p[i] > 0) divergence += p[i] * Math.Log(p[i] / (q[i] / total));
        return divergence;
    }
}
