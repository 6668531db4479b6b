using ManualVae.Compute;
using ManualVae.Data;
using ManualVae.Models;
using ManualVae.Study;
using ManualVae.Tests.Models;
using Xunit;

namespace ManualVae.Tests.Study;

public class InfluenceTests
{
    private const int Items = 20, Users = 30;

    [Theory, InlineData(InfluencePart.Decoder), InlineData(InfluencePart.All)]
    public void Two_groups_are_found_and_the_matrix_is_that_of_written_out_gradients(InfluencePart part)
    {
        var clicks = StudyToys.TwoGroups(Users, Items, own: 0.8, other: 0.05);
        using var model = StudyToys.Trained(StudyToys.Settings(8), clicks, 3, beta: 0.1);
        var population = Population.Sample(clicks, Users, 1);
        var result = InfluenceStudy.Run(model, population, new() { Part = part, Clusters = 2, Draws = 1, Seed = 3 });
        Assert.True(result.WithinCosine > result.BetweenCosine + 0.2, $"{result.WithinCosine} {result.BetweenCosine}");
        int[] group = result.Cluster;
        int right = Enumerable.Range(0, Users).Count(u => group[u] == u % 2);
        Assert.True(Math.Max(right, Users - right) >= 0.7 * Users, $"{right} of {Users}");
        for (int u = 0; u < Users; u++)
        {
            Assert.True(result.Matrix[u * Users + u] > 0);
            for (int v = 0; v < Users; v++) Assert.Equal(result.Matrix[u * Users + v], result.Matrix[v * Users + u]);
        }
        if (part == InfluencePart.Decoder) return;
        var batch = ToyClicks.Batch(model.Backend, clicks);
        var gradients = PerUserGradients.Compute(
            model, batch, InputMask.Clean, new RandomKey(3, 0, RandomPurpose.LatentNoise), new Objective(0.2));
        double brute = 0;
        foreach (var block in gradients.Blocks)
        {
            var (a, b) = (new double[block.ParameterCount], new double[block.ParameterCount]);
            block.AddTo(4, 1, a);
            block.AddTo(9, 1, b);
            brute += a.Zip(b, (x, y) => x * y).Sum();
        }
        Assert.Equal(brute, result.Matrix[4 * Users + 9], 1e-9 * Math.Max(1, Math.Abs(brute)));
    }

    [Fact]
    public void Every_draw_weighs_the_same()
    {
        const int draws = 3;
        var clicks = StudyToys.TwoGroups(Users, Items);
        using var model = StudyToys.Trained(StudyToys.Settings(8), clicks, 3, beta: 0.1);
        var options = new InfluenceOptions { Part = InfluencePart.All, Draws = draws, Seed = 3 };
        double[] matrix = InfluenceStudy.Run(model, Population.Sample(clicks, Users, 1), options).Matrix;
        var batch = ToyClicks.Batch(model.Backend, clicks);
        PerUserGradients[] each = [.. Enumerable.Range(0, draws).Select(draw => PerUserGradients.Compute(
            model, batch, InputMask.Clean, new RandomKey(3, (uint)draw, RandomPurpose.LatentNoise), options.Objective))];
        for (int u = 0; u < Users; u++)
            for (int v = 0; v < Users; v++)
            {
                double mean = each.Average(left => each.Average(right => left.Dot(u, right, v)));
                Assert.Equal(mean, matrix[u * Users + v], 1e-9 * Math.Max(1, Math.Abs(mean)));
            }
    }

    [Fact]
    public void Gradient_study_sees_every_part_and_the_users_own_items()
    {
        var clicks = StudyToys.TwoGroups(Users, Items);
        var settings = StudyToys.Settings(8) with { Anchors = true };
        using var model = StudyToys.Trained(settings, clicks, 40, beta: 0.1, anchorWeight: 0.5);
        var population = Population.Sample(clicks, Users, 1);
        var result = GradientStudy.Run(model, population, new GradientOptions { Objective = new(0.1, 0.5), Draws = 3 });
        Assert.Equal(["anchor", "kl", "reconstruction"], result.Parts.Select(p => p.Part).Distinct().Order());
        // KL and closed-form anchors stop at the encoder (and the anchors): the decoder never sees them.
        Assert.All(result.Parts.Where(p => p.Part != "reconstruction"), p => Assert.DoesNotContain("decoder", p.Block));
        Assert.All(result.Parts, p => Assert.InRange(p.Consistency.Value, -1, 1 + 1e-12));
        Assert.All(result.Users, u => Assert.InRange(u.OwnShare, 0, 1));
        Assert.All(result.Users, u => Assert.True(u.TopShares.SequenceEqual(u.TopShares.OrderDescending())));
        Assert.Throws<InputException>(() => GradientStudy.Run(model, population, new GradientOptions { Draws = 1 }));
    }
}
