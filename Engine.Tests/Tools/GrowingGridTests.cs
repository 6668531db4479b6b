using ManualVae.Tools.Sweep;
using Xunit;

namespace ManualVae.Tests.Tools;

public class GrowingGridTests
{
    private static (string Best, List<string> Tried) Search(int most, Func<double, double, double?> value, params GridAxis[] axes)
    {
        var tried = new List<string>();
        string Text(IReadOnlyDictionary<string, double>? point) => point is null ? "none"
            : string.Join(' ', point.Select(p => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{p.Value}")));
        var best = GrowingGrid.Best(axes, most, point =>
        {
            tried.Add(Text(point));
            return value(point["a"], point.GetValueOrDefault("b"));
        });
        return (Text(best), tried);
    }

    [Fact]
    public void A_best_value_inside_ends_the_search() =>
        Assert.Equal(["1", "2", "4"], Search(20, (a, _) => -Math.Abs(a - 2), new GridAxis("a", [1, 2, 4], 2)).Tried);

    [Fact]
    public void The_upper_edge_grows_until_the_value_falls()
    {
        var (best, tried) = Search(20, (a, _) => -Math.Abs(a - 16), new GridAxis("a", [1, 2, 4], 2));
        Assert.Equal(["1", "2", "4", "8", "16", "32"], tried);
        Assert.Equal("16", best);
    }

    [Fact]
    public void The_lower_edge_grows_in_round_numbers()
    {
        var (best, tried) = Search(20, (a, _) => -a, new GridAxis("a", [0.01, 0.1], 10));
        Assert.Equal(20, tried.Count);
        Assert.Equal(["0.01", "0.1", "0.001", "0.0001", "1E-05"], tried[..5]);
        Assert.Equal(tried[^1], best);
    }

    [Fact]
    public void One_value_is_both_edges_and_a_fixed_axis_none() =>
        Assert.Equal(["3 1", "3 2", "9 2", "1 2"],
            Search(20, (a, b) => b - Math.Abs(a - 3), new GridAxis("a", [3], 3), new GridAxis("b", [1, 2])).Tried);

    [Fact]
    public void The_others_keep_the_best_values()
    {
        var (best, tried) = Search(20, (a, b) => a - b, new GridAxis("a", [1, 2]), new GridAxis("b", [1, 10], 10));
        Assert.Equal(20, tried.Count);
        Assert.Equal(["2 0.1", "2 0.01"], tried[4..6]);
        Assert.Equal(tried[^1], best);
        Assert.All(tried.Skip(4), point => Assert.StartsWith("2 ", point, StringComparison.Ordinal));
    }

    [Fact]
    public void Zero_has_nothing_beyond_and_the_number_of_trials_is_a_limit()
    {
        Assert.Equal(["0", "1"], Search(20, (a, _) => -a, new GridAxis("a", [0, 1], 2)).Tried);
        Assert.Equal(["1", "2"], Search(2, (a, _) => a, new GridAxis("a", [1, 2, 4], 2)).Tried);
        Assert.Equal(["1", "2", "4"], Search(3, (a, _) => a, new GridAxis("a", [1, 2], 2)).Tried);
    }

    [Fact]
    public void Failed_points_are_never_best()
    {
        Assert.Equal("1", Search(20, (a, _) => a > 1 ? null : a, new GridAxis("a", [1, 2], 0)).Best);
        Assert.Equal("none", Search(20, (_, _) => null, new GridAxis("a", [1, 2], 2)).Best);
    }
}
