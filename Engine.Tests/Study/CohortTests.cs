using ManualVae.Compute.Reference;
using ManualVae.Data;
using ManualVae.Models;
using ManualVae.Study;
using Xunit;

namespace ManualVae.Tests.Study;

public class CohortTests
{
    [Fact]
    public void Cuts_are_nested_parts_of_the_same_users_histories()
    {
        var clicks = StudyToys.TwoGroups(50, 40);
        var cuts = CutHistories.Of(Population.Sample(clicks, 50, 1), [2, 5, 9], 8, 3);
        Assert.Equal([2, 5, 9], cuts.Sizes);
        Assert.Equal(8, cuts.Sources.Count);
        Assert.Equal(32, cuts.Population.Count);
        Assert.Equal(cuts.Sources.Distinct().Order(), cuts.Sources);
        for (int i = 0; i < 8; i++)
        {
            int[][] lengths = [.. Enumerable.Range(0, 4).Select(c => cuts.Population.Items(cuts.Row(c, i)).ToArray())];
            Assert.Equal([2, 5, 9, clicks.RowLength(cuts.Sources[i])], lengths.Select(items => items.Length));
            Assert.Equal(clicks.RowColumns(cuts.Sources[i]).ToArray(), lengths[3]);
            for (int c = 0; c < 3; c++) Assert.Subset(lengths[c + 1].ToHashSet(), lengths[c].ToHashSet());
        }
        // Another seed cuts other clicks; the same seed the same ones.
        Assert.Equal(All(cuts), All(CutHistories.Of(Population.Sample(clicks, 50, 1), [2, 5, 9], 8, 3)));
        Assert.NotEqual(All(cuts), All(CutHistories.Of(Population.Sample(clicks, 50, 1), [2, 5, 9], 8, 4)));
    }

    [Fact]
    public void A_users_cuts_do_not_depend_on_who_else_is_cut()
    {
        var clicks = StudyToys.TwoGroups(50, 40);
        var all = CutHistories.Of(Population.Sample(clicks, 50, 1), [3, 6], 50, 3);
        var some = CutHistories.Of(Population.Sample(clicks, 50, 1), [3, 6], 10, 3);
        for (int i = 0; i < 10; i++)
            Assert.Equal(all.Population.Items(all.Row(0, all.Sources.ToList().IndexOf(some.Sources[i]))).ToArray(),
                some.Population.Items(some.Row(0, i)).ToArray());
    }

    [Fact]
    public void Every_click_is_as_likely_to_be_kept()
    {
        // 2 of 4 clicks, 4,000 users: each click in half of the cuts, each pair in a sixth.
        const int users = 4000;
        var clicks = Everything(users, 4);
        var cuts = CutHistories.Of(Population.Sample(clicks, users, 1), [2, 4], users, 1);
        var pairs = Enumerable.Range(0, users).Select(i => cuts.Population.Items(cuts.Row(0, i)).ToArray())
            .CountBy(items => (items[0], items[1])).ToArray();
        Assert.Equal(6, pairs.Length);
        Assert.All(pairs, pair => Assert.InRange(pair.Value, users / 6.0 - 100, users / 6.0 + 100)); // 4 standard errors
    }

    [Fact]
    public void Sizes_that_too_few_users_have_are_reduced_and_too_short_histories_refused()
    {
        // Of 40 users, user u has u + 1 clicks: 30 users have at least 11.
        var clicks = CsrMatrix.FromPairs(
            40, 40, [.. from u in Enumerable.Range(0, 40) from i in Enumerable.Range(0, u + 1) select (u, i)]);
        var users = Population.Sample(clicks, 40, 1);
        Assert.Equal([5, 11], CutHistories.Attainable(users, [5, 50, 350]));
        Assert.Equal([5, 8, 11], CutHistories.Attainable(users, [5, 8, 350]));
        Assert.Equal(Enumerable.Range(10, 30), CutHistories.Of(users, [5, 50, 350], 100, 1).Sources);
        Assert.Contains("no 30 users have more than 11 clicks; give two sizes",
            Assert.Throws<InputException>(() => CutHistories.Of(users, [11, 50], 100, 1)).Message);
    }

    [Fact]
    public void Places_are_those_of_a_hand_made_latent_line()
    {
        // Three users at 0, 10, 20; cuts of 1 and 2 clicks lie 2 and 1 below the full history of 3 clicks.
        var clicks = Everything(3, 3);
        var options = new CohortOptions { Sizes = [1, 2, 3], Neighbours = 1 };
        var cuts = CutHistories.Of(Population.Sample(clicks, 3, 1), options.Sizes, 3, 1);
        double[] means = [.. from c in (int[])[0, 1, 2, 3] from i in Enumerable.Range(0, 3) select 10.0 * i - Math.Max(0, 2 - c)];
        var places = new CohortPlaces(cuts, new Posteriors(1, means, new double[means.Length]), options);
        double scale = 40.0 / 3; // (10 + 20 + 10) / 3
        Assert.Equal([2 / scale, 1 / scale, 0], Enumerable.Range(0, 3).Select(c => places.Of(c).OwnDistance.Value));
        Assert.All(Enumerable.Range(0, 3), c => Assert.Equal(1, places.Of(c).Recognised.Value));
        Assert.Equal(1 / scale, places.CentroidDistances()[0][1], 1e-12);
        Assert.Equal(2 / scale, places.CentroidDistances()[2][0], 1e-12);
        Assert.Equal(1, places.Straightness().Value, 1e-12);
        // Codes -2, -1, 0; 8, 9, 10; 18, 19, 20. Only the outermost codes, -2 and 20, have one of their length as their nearest.
        Assert.Equal([1.0 / 3, 0, 1.0 / 3], Enumerable.Range(0, 3).Select(c => places.Of(c).Purity.Value));
        Assert.Equal(2.0 / 9, places.Purity().Value, 1e-12);
    }

    [Fact]
    public void Straightness_is_the_direct_way_over_the_way_by_the_middle()
    {
        // Every user: the cuts at (0, 0), (3, 4), (6, 0) from its own corner: 6 directly, 5 + 5 by the middle.
        var clicks = Everything(3, 3);
        var options = new CohortOptions { Sizes = [1, 2, 3] };
        var cuts = CutHistories.Of(Population.Sample(clicks, 3, 1), options.Sizes, 3, 1);
        double[][] offsets = [[0, 0], [3, 4], [6, 0], [6, 0]];
        double[] means =
            [.. from offset in offsets from i in Enumerable.Range(0, 3) from k in (int[])[0, 1] select 100 * i + offset[k]];
        var places = new CohortPlaces(cuts, new Posteriors(2, means, new double[means.Length]), options);
        Assert.Equal(0.6, places.Straightness().Value, 1e-12);
    }

    [Fact]
    public void Help_is_the_change_of_the_loss_by_a_step_written_out()
    {
        var clicks = StudyToys.TwoGroups(40, 20);
        using var model = StudyToys.Model(StudyToys.Settings(6), 20, spread: 2);
        var options = new CohortOptions { Sizes = [2, 6], Sources = 6, Pairs = 12, Draws = 1, Move = 1e-3, Map = false };
        var users = Population.Sample(clicks, 40, 1);
        var result = CohortStudy.Run(model, users, options);
        Assert.Equal((6, 12, 4), (result.Sources, result.Pairs, result.Help.Count));
        Assert.Equal((2, 6), (result.Between(0, 1).Helped, result.Between(0, 1).Helper));

        // By hand: gradients of the written-out decoder in both cohorts' rows, and their signs.
        var cuts = CutHistories.Of(users, options.Sizes, options.Sources, options.Seed);
        using var probe = new DecoderProbe(model, cuts.Population);
        var drawn = new DrawnPosteriors(model, cuts.Population, new() { Draws = 1, Seed = options.Seed });
        int[] rows = [.. Enumerable.Range(0, cuts.Population.Count)];
        var common = probe.At(rows, drawn.Codes(rows, common: true));
        var own = probe.At(rows, drawn.Codes(rows, common: false));
        foreach (var (u, v) in ((int, int)[])[(0, 0), (0, 1), (1, 0), (1, 1)])
        {
            double expected = CohortHelpBlocks.PairsOf(6, options)
                .Average(p => common.Dot(cuts.Row(u, p.U), own, cuts.Row(v, p.V), 1) > 0 ? 1.0 : 0);
            Assert.Equal(expected, result.Between(u, v).Helps.Value, 1e-12);
        }
    }

    [Fact]
    public void A_trained_toy_knows_long_histories_better_than_short_ones()
    {
        var clicks = StudyToys.TwoGroups(60, 24);
        using var model = StudyToys.Trained(StudyToys.Settings(8), clicks, 100, beta: 0.05);
        var result = CohortStudy.Run(model, Population.Sample(clicks, 60, 1), new() { Sizes = [2, 4, 7], Pairs = 60 });
        Assert.Equal([2, 4, 7], result.Cohorts.Select(c => c.Clicks));
        Assert.True(result.Cohorts[0].OwnDistance.Value > result.Cohorts[2].OwnDistance.Value);
        Assert.True(result.Cohorts[0].Recognised.Value < result.Cohorts[2].Recognised.Value);
        Assert.InRange(result.Straightness.Value, 0, 1 + 1e-12);
        Assert.Equal(2 * 3 * result.Sources, result.Map.Length);
        Assert.All(result.Help, h => Assert.InRange(h.Helps.Value, 0, 1));
    }

    [Fact]
    public void Two_users_and_a_model_without_posteriors_are_measured()
    {
        var clicks = StudyToys.TwoGroups(2, 12);
        using var dae = new Autoencoder(
            new ReferenceBackend(), StudyToys.Settings(4) with { Variational = false }, 12, 16, seed: 5, training: false);
        var result = CohortStudy.Run(dae, Population.Sample(clicks, 2, 1), new() { Sizes = [1, 2] });
        Assert.Equal((2, 2), (result.Sources, result.Pairs));
        Assert.True(double.IsNaN(result.Straightness.Value));
        Assert.Equal(8, result.Map.Length);
    }

    /// <summary>Every user clicked every item.</summary>
    private static CsrMatrix Everything(int users, int items) => CsrMatrix.FromPairs(
        users, items, [.. from u in Enumerable.Range(0, users) from i in Enumerable.Range(0, items) select (u, i)]);

    private static int[] All(CutHistories cuts) =>
        [.. Enumerable.Range(0, cuts.Population.Count).SelectMany(row => cuts.Population.Items(row).ToArray())];
}
