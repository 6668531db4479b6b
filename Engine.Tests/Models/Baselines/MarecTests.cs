using ManualVae.Data;
using ManualVae.Models.Alignment;
using ManualVae.Models.Baselines;
using ManualVae.Tests.Evaluation;
using ManualVae.Tests.Models.Alignment;
using MathNet.Numerics.LinearAlgebra;
using Xunit;

namespace ManualVae.Tests.Models.Baselines;

public class MarecTests
{
    private const int Users = 50, Items = 16;

    private static readonly CsrMatrix Train = MakeClicks();

    private static readonly ItemAttribute[] Attributes =
    [
        AlignmentTests.Attribute("genres", 5, [.. Enumerable.Range(0, Items).Select(i => new[] { i % 3, 3 + i % 2 })]),
        AlignmentTests.Attribute("actors", 4, [.. Enumerable.Range(0, Items).Select(i => new[] { i / 4 })]),
    ];

    private static readonly Matrix<double> X = Matrix<double>.Build.Dense(Users, Items, (u, i) => Train.Contains(u, i) ? 1 : 0);

    [Fact]
    public void The_printed_form_is_the_papers_equation_9()
    {
        var settings = new MarecSettings(Lambda: 2, Delta: 0.5, Beta: 3);
        using var model = Marec.Fit(Train, Attributes, settings);
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
    public void As_printed_items_without_clicks_take_the_short_way_to_equation_9()
    {
        var (cold, x) = WithoutItems(2);
        var settings = new MarecSettings(Lambda: 2, Delta: 0.5, Beta: 3);
        using var model = Marec.Fit(cold, Attributes, settings);
        var (a, d) = AlignmentAndStrengths(settings, cold);
        Assert.Equal([3, 3, 0], d.Take(3));
        var gram = x.TransposeThisAndMultiply(x);
        var aligned = gram * a * Matrix<double>.Build.DenseOfDiagonalVector(d);
        var p = (gram + settings.Lambda * Matrix<double>.Build.DenseIdentity(Items) + aligned).Inverse();
        var unconstrained = p * (gram + aligned);
        Close(unconstrained - p * Matrix<double>.Build.DenseOfDiagonalVector(unconstrained.Diagonal() / p.Diagonal()),
            model.Weights);
        Assert.Contains(model.Weights.ToArray().Where((_, i) => i % Items < 2), w => w > 0.01);
    }

    [Theory]
    [InlineData(MarecForm.Exact)]
    [InlineData(MarecForm.Printed)]
    public void Slim_solves_equation_11_item_by_item(MarecForm form)
    {
        var (cold, x) = WithoutItems(2);
        var settings = new MarecSettings(Lambda: 3, Delta: 0.5, Beta: 2, Form: form, Backbone: MarecBackbone.Slim,
            NegativeWeight: 0.25, DiagonalPenalty: 8);
        using var model = Marec.Fit(cold, Attributes, settings);
        var (a, d) = AlignmentAndStrengths(settings, cold);
        var expected = Matrix<double>.Build.Dense(Items, Items);
        for (int i = 0; i < Items; i++)
        {
            var w = Matrix<double>.Build.DenseOfDiagonalVector(x.Column(i).Map(v => v == 1 ? 1 : settings.NegativeWeight));
            var penalty = settings.Lambda * Matrix<double>.Build.DenseIdentity(Items);
            penalty[i, i] += settings.DiagonalPenalty;
            var weighted = x.TransposeThisAndMultiply(w * x);
            // As printed with all of B = X A D; exact: the derivative of eq. 10 with eq. 8's regulariser.
            var (matrix, right) = form == MarecForm.Printed
                ? (weighted + x.TransposeThisAndMultiply(w * x * a * Matrix<double>.Build.DenseOfDiagonalVector(d)) + penalty,
                    x.TransposeThisAndMultiply(w * (x.Column(i) + x * a.Column(i) * d[i])))
                : ((1 + d[i] * d[i]) * weighted + penalty,
                    x.TransposeThisAndMultiply(w * (x.Column(i) + x * a.Column(i) * (d[i] * d[i]))));
            expected.SetColumn(i, matrix.Solve(right));
        }
        Assert.True(expected.Column(0).Maximum() > 0.002 && expected.Diagonal().Maximum() > 0.002);
        Close(expected, model.Weights);
    }

    [Fact]
    public void Slim_has_the_same_bits_twice_and_takes_one_item()
    {
        var settings = new MarecSettings(Lambda: 3, Delta: 0.5, Beta: 2, Backbone: MarecBackbone.Slim);
        using ItemItemModel first = Marec.Fit(Train, Attributes, settings), second = Marec.Fit(Train, Attributes, settings);
        Assert.Equal(first.Weights, second.Weights);
        using var one = Marec.Fit(FixedScores.Rows(1, [0], [], [0]), [], settings with { Beta = 0 });
        Assert.Equal(2.0 / (2 + 3 + 800), one.Weights[0], 1e-6);
    }

    [Fact]
    public void Without_strength_no_features_are_needed_and_without_features_no_strength_is_taken()
    {
        using var model = Marec.Fit(Train, [], new MarecSettings(Lambda: 2, Beta: 0));
        Assert.Contains("this data has none",
            Assert.Throws<InputException>(() => Marec.Fit(Train, [], new MarecSettings())).Message, StringComparison.Ordinal);
        Assert.Contains("the items have genres, actors", Assert.Throws<InputException>(
            () => Marec.Fit(Train, Attributes, new MarecSettings(Attributes: "plot"))).Message, StringComparison.Ordinal);
        Assert.Contains("negative weight", Assert.Throws<InputException>(
            () => Marec.Fit(Train, Attributes, new MarecSettings(NegativeWeight: 0))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_strength_both_forms_are_ease()
    {
        using var ease = Ease.Fit(Train, new EaseSettings(2));
        foreach (var form in Enum.GetValues<MarecForm>())
        {
            using var model = Marec.Fit(Train, Attributes, new MarecSettings(Lambda: 2, Beta: 0, Form: form));
            Assert.Equal(ease.Weights.ToArray(), model.Weights.ToArray(), (x, y) => Math.Abs(x - y) < 1e-5);
        }
    }

    [Fact]
    public void An_item_nobody_clicked_is_recommended_by_its_features_only_with_strength()
    {
        var pairs = Enumerable.Range(0, Users).Select(u => Train.RowColumns(u).ToArray().Where(i => i != 0).ToArray()).ToArray();
        var cold = FixedScores.Rows(Items, pairs);
        var score = new float[Items];
        using var without = Marec.Fit(cold, Attributes, new MarecSettings(Lambda: 2, Delta: 0.5, Beta: 0));
        without.Score(FixedScores.Rows(Items, [3, 6]), 0, 1, score); // both share item 0's first feature
        Assert.Equal(0, score[0], 1e-5);
        using var with = Marec.Fit(cold, Attributes, new MarecSettings(Lambda: 2, Delta: 0.5, Beta: 30));
        with.Score(FixedScores.Rows(Items, [3, 6]), 0, 1, score);
        Assert.NotEqual(0, score[0], 1e-3);
    }

    // The largest entry, off the diagonal, of the gradient of eq. 8.
    private static double LargestSlope(MarecSettings settings)
    {
        using var model = Marec.Fit(Train, Attributes, settings);
        var t = Matrix<double>.Build.DenseOfRowMajor(Items, Items, model.Weights.ToArray().Select(w => (double)w));
        var (a, d) = AlignmentAndStrengths(settings);
        var dd = Matrix<double>.Build.DenseOfDiagonalVector(d.PointwisePower(2));
        var slope = X.TransposeThisAndMultiply(X * t - X) + settings.Lambda * t + X.TransposeThisAndMultiply(X * (t - a)) * dd;
        slope.SetDiagonal(Vector<double>.Build.Dense(Items));
        return slope.Enumerate().Max(Math.Abs);
    }

    private static (Matrix<double> A, Vector<double> D) AlignmentAndStrengths(MarecSettings settings, CsrMatrix? clicks = null)
    {
        clicks ??= Train;
        float[] g = new MixtureEquations(clicks, new AttributeSimilarities(Attributes, settings.Delta), settings.SecondOrder)
            .Solve(settings.ZeroWeight).Matrix();
        return (Matrix<double>.Build.Dense(Items, Items, (i, j) => settings.Alpha * g[i * Items + j]),
            Vector<double>.Build.DenseOfArray(AlignmentStrength.Of(clicks.ColumnCounts(), settings.Beta)));
    }

    private static void Close(Matrix<double> expected, ReadOnlySpan<float> actual)
    {
        for (int i = 0; i < Items; i++)
            for (int j = 0; j < Items; j++) Assert.Equal(expected[i, j], actual[i * Items + j], 1e-5);
    }

    private static (CsrMatrix Clicks, Matrix<double> X) WithoutItems(int count)
    {
        var clicks = Train.KeepColumns([.. Enumerable.Range(0, Items).Select(i => i >= count)]);
        return (clicks, Matrix<double>.Build.Dense(Users, Items, (u, i) => clicks.Contains(u, i) ? 1 : 0));
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
