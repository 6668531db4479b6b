using ManualVae.Data;
using ManualVae.Models;
using ManualVae.Models.Baselines;
using ManualVae.Tests.Evaluation;
using MathNet.Numerics.LinearAlgebra;
using Xunit;

namespace ManualVae.Tests.Models.Baselines;

/// <summary>Each baseline against its formula, worked out by hand or by MathNet's dense algebra.</summary>
public class BaselineFormulaTests
{
    private static readonly CsrMatrix Clicks = FixedScores.Rows(4, [0, 1], [0, 1, 2], [0, 2], [3], [0, 3]);

    private static readonly CsrMatrix Random = RandomClicks(users: 60, items: 21);

    private static float[] Scores(IRecommender model, CsrMatrix foldIn)
    {
        var scores = new float[foldIn.Rows * model.ItemCount];
        model.Score(foldIn, 0, foldIn.Rows, scores);
        return scores;
    }

    [Fact]
    public void Popularity_counts_clicks() =>
        Assert.Equal([4f, 2, 2, 2], Scores(Popularity.Fit(Clicks), FixedScores.Rows(4, [[]])));

    [Fact]
    public void Co_clicks_and_cosines()
    {
        var clicks = new CoOccurrence(Clicks);
        Assert.Equal([4f, 2, 2, 1, 2, 2, 1, 0, 2, 1, 2, 0, 1, 0, 0, 2], clicks.Gram());
        var cosines = new float[4];
        clicks.Cosines(0, shrinkage: 0, cosines);
        Assert.Equal([1f, (float)(2 / Math.Sqrt(8)), (float)(2 / Math.Sqrt(8)), (float)(1 / Math.Sqrt(8))], cosines);
        clicks.Cosines(1, shrinkage: 2, cosines);
        Assert.Equal([(float)(2 / (Math.Sqrt(8) + 2)), 0.5f, 0.25f, 0], cosines);
    }

    [Fact]
    public void Item_neighbours_sum_the_similarities_of_what_the_user_clicked()
    {
        // Only the most similar neighbour is kept: 1 for item 0 (a tie with 2, the lower wins), 0 for all others.
        float near = (float)(2 / Math.Sqrt(8)), far = (float)(1 / Math.Sqrt(8));
        using var model = ItemKnn.Fit(Clicks, new ItemKnnSettings(Neighbours: 1, Shrinkage: 0));
        Assert.Equal([0, near, near, far], Scores(model, FixedScores.Rows(4, [0])));
        Assert.Equal([near, 0, 0, 0], Scores(model, FixedScores.Rows(4, [1, 2, 3])));
    }

    [Fact]
    public void Ease_solves_its_normal_equations()
    {
        using var model = Ease.Fit(Random, new EaseSettings(Lambda: 3));
        var x = Dense(Random);
        var p = (x.TransposeThisAndMultiply(x) + 3 * Matrix<double>.Build.DenseIdentity(Random.Columns)).Inverse();
        for (int i = 0; i < Random.Columns; i++)
            for (int j = 0; j < Random.Columns; j++)
                Assert.Equal(i == j ? 0 : -p[i, j] / p[j, j], model.Weights[i * Random.Columns + j], 1e-5);
        var expected = x * Matrix<double>.Build.Dense(Random.Columns, Random.Columns, (i, j) => i == j ? 0 : -p[i, j] / p[j, j]);
        Close(expected, Scores(model, Random), 1e-5);
    }

    [Fact]
    public void Ials_scores_a_user_by_the_closed_form_and_every_item_vector_is_stationary()
    {
        var settings = new IalsSettings(Factors: 5, Epochs: 300, UnobservedWeight: 0.2, Regularisation: 0.01);
        using var model = Ials.Fit(Random, settings);
        int d = settings.Factors, items = Random.Columns, users = Random.Rows;
        var x = Dense(Random);
        var h = Matrix<double>.Build.Dense(items, d, (i, f) => model.ItemVectors[i * d + f]);
        var w = Matrix<double>.Build.Dense(users, d);
        for (int u = 0; u < users; u++) w.SetRow(u, Solve(h, x.Row(u), settings));
        Close(w * h.Transpose(), Scores(model, Random), 1e-4);

        for (int i = 0; i < items; i++)
            Assert.True((Solve(w, x.Column(i), settings) - h.Row(i)).L2Norm() <= 1e-3 * h.Row(i).L2Norm());
    }

    [Theory]
    [InlineData(0, 2 / 9.5)]
    [InlineData(1, 2 / 12.5)]
    [InlineData(2, 2 / 18.5)]
    public void Ials_regularises_by_a_power_of_the_observations(double exponent, double score)
    {
        // Vectors 1 and 2 of one dimension, alpha_0 = 0.5, a click on the second: (0.5 (1 + 4) + 4 + 3 (1 + 0.5 x 2)^nu) w = 2.
        var settings = new IalsSettings(Factors: 1, Regularisation: 3, RegularisationExponent: exponent, UnobservedWeight: 0.5);
        Assert.Equal([(float)score, (float)(2 * score)], Scores(Ials.Restore(settings, [1, 2]), FixedScores.Rows(2, [1])),
            (a, b) => Math.Abs(a - b) < 1e-6);
    }

    [Fact]
    public void The_time_of_slim_is_estimated_from_a_sample()
    {
        Assert.InRange(Slim.EstimateSeconds(Random, new(), sample: 1000), 1e-9, 60);
        Assert.Throws<ArgumentOutOfRangeException>(() => Slim.EstimateSeconds(Random, new(), sample: 0));
        using var stopped = new CancellationTokenSource();
        stopped.Cancel();
        Assert.ThrowsAny<Exception>(() => Slim.EstimateSeconds(Random, new(), monitor: new(null, stopped.Token)));
    }

    // The minimiser of the objective for one vector, clicks weighted 1 + alpha_0 and zeros alpha_0, written densely:
    // the target of a click is 1 / (1 + alpha_0), which makes the two quadratics equal up to a constant.
    private static Vector<double> Solve(Matrix<double> given, Vector<double> clicks, IalsSettings settings)
    {
        double unobserved = settings.UnobservedWeight!.Value;
        var weights = Matrix<double>.Build.DenseOfDiagonalVector(clicks + unobserved);
        double ridge = settings.Regularisation * (clicks.Sum() + unobserved * given.RowCount);
        var matrix = given.Transpose() * weights * given + ridge * Matrix<double>.Build.DenseIdentity(given.ColumnCount);
        return matrix.Solve(given.Transpose() * clicks);
    }

    private static Matrix<double> Dense(CsrMatrix matrix) =>
        Matrix<double>.Build.Dense(matrix.Rows, matrix.Columns, (u, i) => matrix.Contains(u, i) ? 1 : 0);

    private static void Close(Matrix<double> expected, float[] actual, double tolerance)
    {
        for (int u = 0; u < expected.RowCount; u++)
            for (int i = 0; i < expected.ColumnCount; i++)
                Assert.Equal(expected[u, i], actual[u * expected.ColumnCount + i], tolerance);
    }

    private static CsrMatrix RandomClicks(int users, int items)
    {
        var random = new Random(1);
        return FixedScores.Rows(items, [.. Enumerable.Range(0, users).Select(_ =>
            Enumerable.Range(0, items).Where(i => random.Next(items) > i).ToArray())]);
    }
}
