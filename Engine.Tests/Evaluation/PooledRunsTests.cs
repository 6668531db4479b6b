using ManualVae.Evaluation;
using Xunit;

namespace ManualVae.Tests.Evaluation;

public sealed class PooledRunsTests
{
    // Two training seeds on one division, one on another; user b is evaluated in both divisions.
    private static readonly PooledRuns Runs = new(
    [
        Run("first", ["b", "a"], [12, 5], [0.2, 0.4]),
        Run("first", ["b", "a"], [12, 5], [0.4, 0.8]),
        Run("second", ["c", "b"], [60, 11], [0.5, 0.9]),
    ]);

    private static UserValues Run(string data, string[] users, int[] clicks, double[] values) =>
        new(data, users, clicks, [.. clicks.Select(n => n - 2)], new Dictionary<string, double[]> { ["NDCG@100"] = values });

    [Fact]
    public void A_user_counts_once_with_the_mean_over_runs()
    {
        Assert.Equal(["a", "b", "c"], Runs.Users);
        Assert.Equal([5, 12, 60], Runs.Clicks);
        Assert.Equal([3, 10, 58], Runs.FoldIn); // b: as in the first division
        Assert.Equal([0.6, 0.5, 0.5], Runs.Values["NDCG@100"].Select(value => Math.Round(value, 12)));
    }

    [Fact]
    public void Seeds_vary_within_a_dataset_only()
    {
        Assert.Equal([0.3, 0.6, 0.7], Runs.RunMeans("NDCG@100").Select(value => Math.Round(value, 12)));
        Assert.Equal(0.3 / Math.Sqrt(2), Runs.SeedDeviation("NDCG@100"), 12); // of .3 and .6; a dataset with one run says nothing
        Assert.True(double.IsNaN(new PooledRuns([Run("first", ["a"], [1], [1])]).SeedDeviation("NDCG@100")));
    }

    [Fact]
    public void Groups_by_clicks_hold_their_upper_ends()
    {
        var groups = Runs.ByClicks([5, 12, 50]);
        Assert.Equal(["up to 5", "6 to 12", "13 to 50", "over 50"], groups.Select(g => g.Name));
        Assert.Equal([[0], [1], [], [2]], groups.Select(g => g.Users));
    }

    [Fact]
    public void Groups_of_activity_count_what_the_models_are_shown()
    {
        var groups = Runs.ByActivity(2); // 1.5 of 3 users: the lower place
        Assert.Equal(["3", "10 to 58"], groups.Select(g => g.Name));
        Assert.Equal([[0], [1, 2]], groups.Select(g => g.Users));
    }

    [Fact]
    public void Groups_are_compared_and_corrected_with_the_whole()
    {
        double[] better = [1, 2, 3, 5], worse = [0, 1, 1, 1];
        Dictionary<string, double[]> Values(double[] values) => new() { ["x"] = values };
        var rows = PairedComparison.WithFirst([("one", Values(worse)), ("two", Values(better))], 0,
            [("few", [0, 1]), ("none", []), ("many", [2, 3])]);
        Assert.Equal([("all", 4), ("few", 2), ("many", 2)], rows.Select(r => (r.Group, r.Users)));
        Assert.Equal([2, 1, 3], rows.Select(r => r.Difference));
        Assert.Equal(2 * rows[0].TTestP, rows[0].AdjustedP, 12); // 0 for the constant difference, then this one, then the last
    }
}
