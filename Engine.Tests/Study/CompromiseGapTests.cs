using ManualVae.Compute;
using ManualVae.Data;
using ManualVae.Study;
using ManualVae.Tests.Models;
using Xunit;

namespace ManualVae.Tests.Study;

public class CompromiseGapTests
{
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
        Assert.Equal(CompromiseGap.Of(population.Items(0), population.Items(1)), Gap(0), 1e-9);
        Assert.Equal(2 * 4 * Math.Log(2), Gap(0), 1e-9); // each user's N ln 2
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

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public void Overlap_costs_at_most_the_gap_that_is_printed_beside_it(int seed)
    {
        var population = StudyToys.Population(12, 20);
        double[] means = StudyToys.Normal(36, (ulong)seed), sigmas = [.. means.Select(m => 0.5 + 0.3 * Math.Abs(m))];
        var posteriors = new Posteriors(3, means, sigmas);
        for (int u = 0; u < 12; u++)
            for (int v = 0; v < 12; v++)
            {
                double gap = CompromiseGap.Of(population.Items(u), population.Items(v));
                double overlap = CompromiseGap.Overlap(population, posteriors, u, v, 400, 1);
                if (u == v) Assert.Equal(0, gap + overlap, 1e-12);
                else Assert.InRange(overlap, 0, 1.15 * gap);
            }
    }

    [Fact]
    public void The_study_prints_the_gap_and_the_cost_of_full_overlap_as_the_same_number()
    {
        // Weights of zero give everybody the same posterior.
        using var model = StudyToys.Model(StudyToys.Settings(4), 20, spread: 0);
        var result = GapStudy.Run(model, StudyToys.Population(10, 20), new() { Pairs = 30, Draws = 2 });
        Assert.All(result.Pairs, pair => Assert.Equal(pair.Gap, pair.Overlap, 1e-9));
        Assert.All(result.ClickGap, gap => Assert.InRange(gap, 1e-6, Math.Log(2) + 1e-12));
    }

    [Theory]
    [InlineData(double.Epsilon)]
    [InlineData(2.3e-308)]
    [InlineData(1e-300)]
    public void A_weight_near_zero_costs_nearly_nothing(double weight)
    {
        Assert.InRange(CompromiseGap.At([0, 1, 2], [3, 4], weight, 1 - weight), 0, 1e-290);
        Assert.InRange(CompromiseGap.At([0, 1, 2], [3, 4], 1, weight), 0, 1e-290);
        Assert.Equal(0, CompromiseGap.At([0, 1, 2], [3, 4], 1, 0));
    }

    [Theory]
    [InlineData(30, 1)] // a share of e^-450 at each draw
    [InlineData(60, 1)] // e^-1800 underflows
    [InlineData(1e3, 1e-3)] // e^-5e11
    [InlineData(1e200, 1)] // the square is infinite
    public void Shares_that_underflow_cost_nothing_and_stay_finite(double shift, double sigma)
    {
        var population = StudyToys.Population(2, 8);
        double cost = CompromiseGap.Overlap(population, new Posteriors(1, [0, shift], [sigma, 1]), 0, 1, 50, 3);
        Assert.InRange(cost, 0, 1e-100);
    }

    [Fact]
    public void A_small_share_keeps_its_digits()
    {
        // w_u = e^-700, w_v = 1: to first order the gap is w_u (N_u KL(p_u || p_v)); disjoint clicks give -ln w_u a click.
        double w = Math.Exp(-700);
        double expected = w * (2 * (700 + Math.Log(3)) - 2 * Math.Log(2)) // u: clicks of u have p = 2 w / 3 / 2 each
            + w * 2; // v: 3 ln(1 + 2 w / 3)
        Assert.Equal(1, CompromiseGap.At([0, 1], [2, 3, 4], w, 1) / expected, 1e-12);
    }

    [Fact]
    public void The_gap_per_click_of_equally_active_users_without_a_common_item_is_ln_2() =>
        Assert.Equal(Math.Log(2), CompromiseGap.Of([0, 1, 2], [3, 4, 5]) / 6, 1e-14);

    private static double Density(double z, double mean, double sigma) =>
        Math.Exp(-0.5 * Math.Pow((z - mean) / sigma, 2)) / (sigma * Math.Sqrt(2 * Math.PI));
}
