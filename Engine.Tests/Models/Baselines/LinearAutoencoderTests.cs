using ManualVae.Data;
using ManualVae.Models.Baselines;
using ManualVae.Tests.Evaluation;
using MathNet.Numerics.LinearAlgebra;
using Xunit;

namespace ManualVae.Tests.Models.Baselines;

/// <summary>The closed forms against the conditions of their objectives, and against expectations taken mask by mask.</summary>
public class LinearAutoencoderTests
{
    private const double Lambda = 3, Dropout = 0.4;

    private static readonly CsrMatrix Clicks = RandomClicks(users: 60, items: 21);

    private static CsrMatrix RandomClicks(int users, int items)
    {
        var random = new Random(11);
        return FixedScores.Rows(items, [.. Enumerable.Range(0, users).Select(_ =>
            Enumerable.Range(0, items).Where(i => random.NextDouble() < 0.05 + 0.5 * i / items).ToArray())]);
    }

    private static Matrix<double> Dense(CsrMatrix x) =>
        Matrix<double>.Build.Dense(x.Rows, x.Columns, (u, i) => x.Contains(u, i) ? 1 : 0);

    private static Matrix<double> Weights(ItemItemModel model) => Matrix<double>.Build.Dense(
        model.ItemCount, model.ItemCount, (i, j) => model.Weights[i * model.ItemCount + j]);

    // Half the gradient of ||X - X B||^2 + ||Gamma^(1/2) B||^2.
    private static Matrix<double> Slope(Matrix<double> b, double dropout)
    {
        var x = Dense(Clicks);
        var g = x.TransposeThisAndMultiply(x);
        var gamma = Matrix<double>.Build.DenseOfDiagonalVector(g.Diagonal() * (dropout / (1 - dropout)) + Lambda);
        return (g + gamma) * b - g;
    }

    private static void Zero(Matrix<double> slope, Func<int, int, bool> where)
    {
        for (int i = 0; i < slope.RowCount; i++)
            for (int j = 0; j < slope.ColumnCount; j++)
                if (where(i, j)) Assert.Equal(0, slope[i, j], 2e-4);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(Dropout)]
    public void Edlae_is_stationary_off_its_zero_diagonal(double dropout)
    {
        using var model = Edlae.Fit(Clicks, new(Lambda, dropout));
        var b = Weights(model);
        Assert.All(b.Diagonal(), value => Assert.Equal(0, value));
        Zero(Slope(b, dropout), (i, j) => i != j);
        using var ease = Ease.Fit(Clicks, new(Lambda));
        Assert.Equal(dropout == 0, ease.Weights.SequenceEqual(model.Weights));
    }

    [Fact]
    public void Dlae_is_stationary_everywhere()
    {
        using var model = Dlae.Fit(Clicks, new(Lambda, Dropout));
        var b = Weights(model);
        Zero(Slope(b, Dropout), (_, _) => true);
        Assert.All(b.Diagonal(), value => Assert.InRange(value, 0.01, 0.99));
    }

    [Fact]
    public void Rdlae_meets_the_conditions_of_its_bound()
    {
        const double xi = 0.4;
        using var model = Rdlae.Fit(Clicks, new(Lambda, Dropout, xi));
        var b = Weights(model);
        var slope = Slope(b, Dropout);
        Zero(slope, (i, j) => i != j);
        int bound = 0;
        for (int j = 0; j < b.ColumnCount; j++)
        {
            Assert.True(b[j, j] <= xi + 1e-5);
            Assert.True(slope[j, j] <= 2e-4); // the multiplier is its opposite
            if (b[j, j] > xi - 1e-5) bound++;
            else Assert.Equal(0, slope[j, j], 2e-4);
        }
        Assert.InRange(bound, 3, b.ColumnCount - 3); // both kinds of column
    }

    [Fact]
    public void Rdlae_lies_between_edlae_and_dlae()
    {
        using var tight = Rdlae.Fit(Clicks, new(Lambda, Dropout, Xi: 0));
        using var free = Rdlae.Fit(Clicks, new(Lambda, Dropout, Xi: 1));
        using var edlae = Edlae.Fit(Clicks, new(Lambda, Dropout));
        using var dlae = Dlae.Fit(Clicks, new(Lambda, Dropout));
        Assert.Equal(0, (Weights(tight) - Weights(edlae)).Enumerate().Max(Math.Abs), 1e-5);
        Assert.Equal(0, (Weights(free) - Weights(dlae)).Enumerate().Max(Math.Abs), 1e-5);
    }

    [Theory]
    [InlineData(0.4, 0)]
    [InlineData(0.4, 0.5)]
    [InlineData(0.25, 1)]
    [InlineData(0.7, 1.5)]
    public void Deql_minimises_the_expectation_over_all_masks(double p, double b)
    {
        // Five items: a user has 32 masks, each with its probability and the weights it gives.
        var clicks = FixedScores.Rows(5, [0, 1], [0, 1, 2], [1, 2, 3], [0, 3, 4], [2, 4], [0, 1, 2, 3, 4], [3], []);
        const double lambda = 0.5;
        var x = Dense(clicks);
        int n = clicks.Columns;
        using var model = Deql.Fit(clicks, new(lambda, p, b));
        var actual = Weights(model);
        double ridge = lambda * (1 - p) * (1 - p) * (p + (1 - p) * b * b); // the paper's constant
        for (int j = 0; j < n; j++)
        {
            var h = Matrix<double>.Build.DenseIdentity(n) * ridge;
            var v = Vector<double>.Build.Dense(n);
            for (int u = 0; u < clicks.Rows; u++)
                for (int mask = 0; mask < 1 << n; mask++)
                {
                    double probability = 1;
                    for (int i = 0; i < n; i++) probability *= (mask >> i & 1) == 1 ? 1 - p : p;
                    var shown = Vector<double>.Build.Dense(n, i => (mask >> i & 1) == 1 ? x[u, i] : 0);
                    double weight = probability * ((mask >> j & 1) == 1 ? b * b : 1);
                    h += weight * shown.OuterProduct(shown);
                    v += weight * x[u, j] * shown;
                }
            var expected = h.Solve(v);
            for (int i = 0; i < n; i++) Assert.Equal(expected[i], actual[i, j], 1e-4);
        }
    }

    [Fact]
    public void Deql_without_weight_on_kept_clicks_is_edlae_in_other_units()
    {
        using var deql = Deql.Fit(Clicks, new(Lambda, Dropout, KeptWeight: 0));
        using var edlae = Edlae.Fit(Clicks, new(Lambda, Dropout));
        Assert.Equal(0, ((1 - Dropout) * Weights(deql) - Weights(edlae)).Enumerate().Max(Math.Abs), 1e-5);
    }

    [Fact]
    public void One_item_or_no_click_gives_weights_of_nothing()
    {
        using var one = Edlae.Fit(FixedScores.Rows(1, [0], []), new(1, 0.5));
        Assert.Equal([0f], one.Weights.ToArray());
        using var nothing = Rdlae.Fit(FixedScores.Rows(3, [], []), new(1, 0.5, 0.2));
        Assert.Equal(new float[9], nothing.Weights.ToArray());
        using var deql = Deql.Fit(FixedScores.Rows(3, [], [0]), new(1, 0.5, 1));
        Assert.All(deql.Weights.ToArray(), weight => Assert.True(float.IsFinite(weight)));
    }

    [Fact]
    public void Settings_out_of_range_are_refused()
    {
        void Refused(string what, Action fit) => Assert.Contains(what, Assert.Throws<InputException>(fit).Message);
        Refused("lambda", () => Edlae.Fit(Clicks, new(0)));
        Refused("dropout", () => Edlae.Fit(Clicks, new(1, 1)));
        Refused("dropout", () => Dlae.Fit(Clicks, new(1, -0.1)));
        Refused("xi", () => Rdlae.Fit(Clicks, new(1, 0.5, 1.1)));
        Refused("dropout", () => Deql.Fit(Clicks, new(1, 0)));
        Refused("kept weight", () => Deql.Fit(Clicks, new(1, 0.5, -1)));
    }
}
