using ManualVae.Data;
using ManualVae.Models.Baselines;
using ManualVae.Tests.Evaluation;
using MathNet.Numerics.LinearAlgebra;
using Xunit;

namespace ManualVae.Tests.Models.Baselines;

public class MarecTests
{
    private const int Users = 50, Items = 16;

    private static readonly CsrMatrix Train = MakeClicks(), Features = FixedScores.Rows(
        5, [.. Enumerable.Range(0, Items).Select(i => new[] { i % 3, 3 + i % 2 })]);

    private static readonly Matrix<double> X = Matrix<double>.Build.Dense(Users, Items, (u, i) => Train.Contains(u, i) ? 1 : 0);

    [Fact]
    public void Smoothed_cosines_of_features()
    {
        var g = ItemFeatures.SmoothedCosines(FixedScores.Rows(3, [0, 1], [1], [], [0, 1, 2]), delta: 0.5);
        Assert.Equal((float)(1 / (Math.Sqrt(2) + 0.5)), g[1]);
        Assert.Equal((float)(2 / (Math.Sqrt(6) + 0.5)), g[3]);
        Assert.Equal([0, 0, 0], [g[0], g[2], g[5]]);
    }

    [Fact]
    public void Genres_become_features()
    {
        var features = ItemFeatures.FromGenres(new ItemList(["a", "b", "c"], null, ["Drama|War", null, "War|Comedy"]))!;
        Assert.Equal((3, 3), (features.Rows, features.Columns));
        Assert.Equal([0, 1], features.RowColumns(0).ToArray());
        Assert.Equal([1, 2], features.RowColumns(2).ToArray());
        Assert.Null(ItemFeatures.FromGenres(new ItemList(["a"])));
    }

    [Fact]
    public void Strengths_fall_from_beta_to_nothing_at_the_tenth_percentile()
    {
        int[] clicks = [0, 2, 4, 10, 20, 30, 40, 50, 60, 70, 80]; // the 10th percentile is entry 1 of 0..10
        Assert.Equal([100, 0, 0, 0], Marec.Strengths(clicks, 100)[..4]);
        int[] more = [.. Enumerable.Range(0, 41)]; // percentile 4
        Assert.Equal([8, 6, 4, 2, 0, 0], Marec.Strengths(more, 8)[..6]);
    }

    [Fact]
    public void The_slope_is_the_weighted_least_squares_one()
    {
        var g = ItemFeatures.SmoothedCosines(Features, 0.5);
        var s = X * Matrix<double>.Build.Dense(Items, Items, (i, j) => g[i * Items + j]);
        var design = Matrix<double>.Build.Dense(Users * Items, 2, (r, c) => c == 0 ? 1 : s[r / Items, r % Items]);
        var y = Vector<double>.Build.Dense(Users * Items, r => X[r / Items, r % Items]);
        var weights = y.Map(v => v == 1 ? 1 : 0.2);
        var weighted = Matrix<double>.Build.DenseOfDiagonalVector(weights) * design;
        double expected = (design.TransposeThisAndMultiply(weighted)).Solve(weighted.TransposeThisAndMultiply(y))[1];
        Assert.Equal(expected, Marec.Slope(Train, g, 0.2), 1e-6);
    }

    [Fact]
    public void The_printed_form_is_the_papers_equation_9()
    {
        var settings = new MarecSettings(Lambda: 2, Delta: 0.5, Beta: 3);
        using var model = Marec.Fit(Train, Features, settings);
        var (a, d) = AlignmentAndStrengths(settings);
        Assert.True(d.Count(x => x > 0) >= 2);
        var gram = X.TransposeThisAndMultiply(X);
        var aligned = gram * a * Matrix<double>.Build.DenseOfDiagonalVector(d);
        var p = (gram + settings.Lambda * Matrix<double>.Build.DenseIdentity(Items) + aligned).Inverse();
        var unconstrained = p * (gram + aligned);
        var expected = unconstrained - p * Matrix<double>.Build.DenseOfDiagonalVector(unconstrained.Diagonal() / p.Diagonal());
        Close(expected, model.Weights);
    }

    [Fact]
    public void The_exact_form_is_stationary_in_the_papers_objective_8_and_the_printed_one_is_not()
    {
        var settings = new MarecSettings(Lambda: 2, Delta: 0.5, Beta: 3, Form: MarecForm.Exact);
        double exact = LargestSlope(settings), printed = LargestSlope(settings with { Form = MarecForm.Printed });
        Assert.True(exact < 1e-3 && printed > 0.1, $"{exact} {printed}");
    }

    [Fact]
    public void Without_strength_both_forms_are_ease()
    {
        using var ease = Ease.Fit(Train, new EaseSettings(2));
        foreach (var form in Enum.GetValues<MarecForm>())
        {
            using var model = Marec.Fit(Train, Features, new MarecSettings(Lambda: 2, Beta: 0, Form: form));
            Assert.Equal(ease.Weights.ToArray(), model.Weights.ToArray(), (x, y) => Math.Abs(x - y) < 1e-5);
        }
    }

    [Fact]
    public void An_item_nobody_clicked_is_recommended_by_its_features_only_with_strength()
    {
        var pairs = Enumerable.Range(0, Users).Select(u => Train.RowColumns(u).ToArray().Where(i => i != 0).ToArray()).ToArray();
        var cold = FixedScores.Rows(Items, pairs);
        var score = new float[Items];
        using var without = Marec.Fit(cold, Features, new MarecSettings(Lambda: 2, Delta: 0.5, Beta: 0));
        without.Score(FixedScores.Rows(Items, [3, 6]), 0, 1, score); // both share item 0's first feature
        Assert.Equal(0, score[0], 1e-5);
        using var with = Marec.Fit(cold, Features, new MarecSettings(Lambda: 2, Delta: 0.5, Beta: 30));
        with.Score(FixedScores.Rows(Items, [3, 6]), 0, 1, score);
        Assert.NotEqual(0, score[0], 1e-3);
    }

    // The largest entry, off the diagonal, of the gradient of eq. 8.
    private static double LargestSlope(MarecSettings settings)
    {
        using var model = Marec.Fit(Train, Features, settings);
        var t = Matrix<double>.Build.DenseOfRowMajor(Items, Items, model.Weights.ToArray().Select(w => (double)w));
        var (a, d) = AlignmentAndStrengths(settings);
        var dd = Matrix<double>.Build.DenseOfDiagonalVector(d.PointwisePower(2));
        var slope = X.TransposeThisAndMultiply(X * t - X) + settings.Lambda * t + X.TransposeThisAndMultiply(X * (t - a)) * dd;
        slope.SetDiagonal(Vector<double>.Build.Dense(Items));
        return slope.Enumerate().Max(Math.Abs);
    }

    private static (Matrix<double> A, Vector<double> D) AlignmentAndStrengths(MarecSettings settings)
    {
        var g = ItemFeatures.SmoothedCosines(Features, settings.Delta);
        double factor = settings.Alpha * Marec.Slope(Train, g, settings.ZeroWeight);
        return (Matrix<double>.Build.Dense(Items, Items, (i, j) => factor * g[i * Items + j]),
            Vector<double>.Build.DenseOfArray(Marec.Strengths(Train.ColumnCounts(), settings.Beta)));
    }

    private static void Close(Matrix<double> expected, ReadOnlySpan<float> actual)
    {
        for (int i = 0; i < Items; i++)
            for (int j = 0; j < Items; j++) Assert.Equal(expected[i, j], actual[i * Items + j], 1e-5);
    }

    // Items 0 and 1 are rare, the others common.
    private static CsrMatrix MakeClicks()
    {
        var random = new Random(2);
        return FixedScores.Rows(Items, [.. Enumerable.Range(0, Users).Select(u =>
            Enumerable.Range(0, Items).Where(i =>
                i switch { 0 => u == 3, 1 => u is 5 or 9, _ => random.Next(3) == 0 }).ToArray())]);
    }
}
