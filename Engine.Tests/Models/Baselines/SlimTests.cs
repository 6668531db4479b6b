using ManualVae.Data;
using ManualVae.Models.Alignment;
using ManualVae.Models.Baselines;
using ManualVae.Tests.Evaluation;
using MathNet.Numerics.LinearAlgebra;
using Xunit;

namespace ManualVae.Tests.Models.Baselines;

/// <summary>
/// The two solvers that go item by item, on data as clicks are: a few items that most users clicked, which makes the problem
/// stiff, and a long tail. A solver that ends early passes on small even data and ranks otherwise on these.
/// </summary>
public class SlimTests
{
    private const int Users = 1500, Items = 120;

    private static readonly CsrMatrix Skewed = MakeClicks();

    private static readonly Matrix<double> X = Matrix<double>.Build.Dense(Users, Items, (u, i) => Skewed.Contains(u, i) ? 1 : 0);

    [Theory]
    [InlineData(0.7, 2)]
    [InlineData(1, 300)]
    [InlineData(0, 0.5)]
    public void Slim_meets_the_optimality_conditions_of_its_objective(double l1, double l2)
    {
        using var model = Slim.Fit(Skewed, new SlimSettings(l1, l2));
        var w = Matrix<double>.Build.Dense(Items, Items);
        for (int i = 0; i < Items; i++)
            for (int e = 0; e < model.Weights.RowLength(i); e++)
                w[i, model.Weights.RowColumns(i)[e]] = model.Weights.RowValues(i)[e];
        var slope = X.TransposeThisAndMultiply(X * w - X) + l2 * w + l1;
        int positive = 0;
        for (int i = 0; i < Items; i++)
            for (int j = 0; j < Items; j++)
                if (i == j) Assert.Equal(0, w[i, j]);
                else if (w[i, j] > 0) { positive++; Assert.Equal(0, slope[i, j], 0.01); }
                else Assert.True(slope[i, j] >= -0.01);
        Assert.InRange(positive, 10, Items * Items - Items - 30); // sparse, but not empty
    }

    [Theory]
    [InlineData(0.25, 3, 8)]
    [InlineData(0.02, 30, 800)]
    [InlineData(1, 3, 0)]
    [InlineData(2, 3, 8)]
    public void Marecs_slim_is_the_minimum_of_equation_10(double negativeWeight, double lambda, double diagonal)
    {
        var similarity = new float[Items * Items];
        for (int i = 0; i < similarity.Length; i++) similarity[i] = i % 7 * 0.1f;
        var a = Matrix<double>.Build.Dense(Items, Items, (i, j) => similarity[i * Items + j]);
        var settings = new MarecSettings(lambda, Beta: 5, Form: MarecForm.Exact, Backbone: MarecBackbone.Slim,
            NegativeWeight: negativeWeight, DiagonalPenalty: diagonal);
        var strengths = AlignmentStrength.Of(Skewed.ColumnCounts(), settings.Beta);
        Assert.Contains(strengths, d => d > 1); // items of other ridges than the rest
        using var model = Marec.FitAligned(Skewed, similarity, settings);
        for (int i = 0; i < Items; i += 7)
        {
            double d2 = strengths[i] * strengths[i];
            var weighted = X.Clone();
            for (int u = 0; u < Users; u++) if (X[u, i] == 0) weighted.SetRow(u, X.Row(u) * negativeWeight);
            var matrix = X.TransposeThisAndMultiply(weighted) * (1 + d2)
                + lambda * Matrix<double>.Build.DenseIdentity(Items);
            matrix[i, i] += diagonal;
            var exact = matrix.Cholesky().Solve(weighted.TransposeThisAndMultiply(X.Column(i) + d2 * (X * a.Column(i))));
            double largest = exact.AbsoluteMaximum();
            for (int j = 0; j < Items; j++) Assert.Equal(exact[j], model.Weights[j * Items + i], 1e-4 * Math.Max(1, largest));
        }
    }

    // Item i is clicked with a probability that falls from .9 to about 0, more often by active users.
    private static CsrMatrix MakeClicks()
    {
        var random = new Random(5);
        return FixedScores.Rows(Items, [.. Enumerable.Range(0, Users).Select(u =>
        {
            double activity = 0.2 + 1.8 * random.NextDouble();
            return Enumerable.Range(0, Items).Where(i => random.NextDouble() < Math.Min(0.9, activity * 8 / (8 + i * i * 0.5)))
                .ToArray();
        })]);
    }
}
