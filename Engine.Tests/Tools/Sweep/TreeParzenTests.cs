using System.Globalization;
using ManualVae.Tools.Sweep;
using Xunit;

namespace ManualVae.Tests.Tools.Sweep;

/// <summary>The estimators by hand, and proposals that are better than random draws.</summary>
public sealed class TreeParzenTests
{
    [Fact]
    public void Each_density_is_as_wide_as_its_farther_neighbour_is_away()
    {
        var estimate = new ParzenEstimator([0.9, 0.2], 0, 1);
        // 0.2 lies 0.2 from the end and 0.3 from the prior at 0.5; no width is below 1 / (2 points + 1).
        Assert.Equal([0.2, 0.5, 0.9], estimate.Parts.Select(part => part.Mean));
        foreach (var (expected, part) in new[] { 1.0 / 3, 1, 0.4 }.Zip(estimate.Parts))
            Assert.Equal(expected, part.Deviation, 12);
    }

    [Theory] // computed apart, with the error function of another program
    [InlineData(0.1, 0.9288067412960231)]
    [InlineData(0.5, 1.0619180703845743)]
    [InlineData(0.85, 0.9721437038995697)]
    public void The_density_is_the_mean_of_normal_ones_cut_off_at_the_ends(double x, double expected) =>
        Assert.Equal(expected, new ParzenEstimator([0.2, 0.9], 0, 1).Density(x), 9);

    [Fact]
    public void Probabilities_add_up_and_draws_follow_them()
    {
        var estimate = new ParzenEstimator([0.2, 0.9], 0, 1);
        Assert.Equal(0.2120463364610703, estimate.Probability(0.4, 0.6), 9);
        Assert.Equal(1, estimate.Probability(0, 1), 12);
        double[] draws = [.. from c in Enumerable.Range(0, 60) from s in Enumerable.Range(0, 60)
            select estimate.Draw((c + 0.5) / 60, (s + 0.5) / 60)];
        Assert.All(draws, x => Assert.InRange(x, 0, 1));
        Assert.Equal(estimate.Probability(0.4, 0.6), draws.Count(x => x is > 0.4 and < 0.6) / 3600.0, 0.01);
    }

    [Fact]
    public void Without_points_there_is_the_prior() =>
        Assert.Equal([(3.0, 4.0)], new ParzenEstimator([], 1, 5).Parts);

    [Fact]
    public void Values_have_their_counts_and_one_more() => Assert.Equal([3 / 6.0, 2 / 6.0, 1 / 6.0],
        TreeParzen.Probabilities(["a", "b", "c"], ["a", "b", "a", "elsewhere"]));

    [Theory]
    [InlineData(1, 1)]
    [InlineData(6, 1)]
    [InlineData(7, 2)]
    [InlineData(20, 3)]
    [InlineData(100, 15)]
    public void The_good_are_a_share_of_gamma(int trials, int good) => Assert.Equal(good, TreeParzen.GoodOf(trials));

    [Fact]
    public void Proposals_go_where_the_good_ones_are_and_repeat()
    {
        var space = new SweepSpace(["x=0..1", "kind=a,b", "width=log:8..512"]);
        var ranked = Enumerable.Range(0, 20).Select(i => (IReadOnlyDictionary<string, string>)new Dictionary<string, string>
        {
            ["x"] = i < 3 ? $"0.8{i}" : $"0.{i:00}", ["kind"] = i < 3 ? "b" : "a", ["width"] = i < 3 ? "200" : "16",
        }).ToList();
        var proposals = Enumerable.Range(20, 30).Select(n => TreeParzen.Propose(space, ranked, [], 5, n)).ToList();
        Assert.All(proposals, p => Assert.InRange(Number(p["x"]), 0.5, 1));
        Assert.All(proposals, p => Assert.Equal("b", p["kind"]));
        Assert.All(proposals, p => Assert.InRange(int.Parse(p["width"], CultureInfo.InvariantCulture), 64, 512));
        Assert.Equal(proposals[4], TreeParzen.Propose(space, ranked, [], 5, 24));
        Assert.True(proposals.Select(p => p["x"]).Distinct().Count() > 20); // those of one round differ
    }

    [Fact]
    public void Proposals_that_are_pending_push_others_away()
    {
        var space = new SweepSpace(["x=0..1"]);
        static IReadOnlyDictionary<string, string> At(string x) => new Dictionary<string, string> { ["x"] = x };
        List<IReadOnlyDictionary<string, string>> ranked =
            [At("0.5"), At("0.51"), At("0.1"), At("0.2"), At("0.3"), At("0.7"), At("0.8"), At("0.9")];
        double Distance(params string[] pending) => Enumerable.Range(8, 40).Average(number => Math.Abs(0.5
            - Number(TreeParzen.Propose(space, ranked, [.. pending.Select(At)], 3, number)["x"])));
        Assert.True(Distance("0.5", "0.5", "0.5") > 1.5 * Distance(), $"{Distance("0.5", "0.5", "0.5")} and {Distance()}");
    }

    [Fact]
    public void A_trial_that_lacks_a_dimension_says_nothing_of_it()
    {
        var space = new SweepSpace(["model=multvae,multdae", "beta=0..1"]);
        Dictionary<string, string> Vae(string beta) => new() { ["model"] = "multvae", ["beta"] = beta };
        List<IReadOnlyDictionary<string, string>> with = [Vae("0.3"), Vae("0.8"), Vae("0.7"), Vae("0.9"), Vae("0.95")];
        // Of 5 and of 6 trials one is good.
        List<IReadOnlyDictionary<string, string>> mixed = [.. with, new Dictionary<string, string> { ["model"] = "multdae" }];
        for (int number = 30; number < 40; number++)
            Assert.Equal(TreeParzen.Propose(space, with, [], 1, number)["beta"],
                TreeParzen.Propose(space, mixed, [], 1, number)["beta"]);
    }

    [Fact]
    public void On_a_known_function_it_beats_random_draws()
    {
        var space = new SweepSpace(["x=0..1", "rate=log:0.0001..1", "width=1..100", "kind=a,b,c"]);
        // The best value, 0, is at 0.3, 0.01, 70 and b.
        static double Value(IReadOnlyDictionary<string, string> p) => -Math.Pow(Number(p["x"]) - 0.3, 2)
            - Math.Pow((Math.Log10(Number(p["rate"])) + 2) / 4, 2) - Math.Pow((Number(p["width"]) - 70) / 100, 2)
            - (p["kind"] == "b" ? 0 : 0.2);
        const int Repeats = 20, Trials = 60;
        int wins = 0;
        double randomMean = 0, modelMean = 0;
        for (ulong seed = 1; seed <= Repeats; seed++)
        {
            double random = space.Draw(Trials, seed).Max(Value);
            var seen = space.Draw(16, seed).ToList();
            while (seen.Count < Trials) // by rounds, as a sweep does
            {
                List<IReadOnlyDictionary<string, string>> ranked = [.. seen.OrderByDescending(Value)];
                int finished = seen.Count, until = Math.Min(Trials, finished + 8);
                while (seen.Count < until)
                    seen.Add(TreeParzen.Propose(space, ranked, [.. seen.Skip(finished)], seed, seen.Count));
            }
            double model = seen.Max(Value);
            (randomMean, modelMean) = (randomMean + random / Repeats, modelMean + model / Repeats);
            if (model > random) wins++;
        }
        Assert.True(wins >= 17, $"only {wins} of {Repeats} searches were better"); // by chance: less than 2 in 1,000
        Assert.True(modelMean > randomMean / 2, $"{modelMean} is not half as far from the best value as {randomMean}");
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
