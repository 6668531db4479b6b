using ManualVae.Data;
using ManualVae.Models;
using ManualVae.Models.Baselines;
using ManualVae.Tests.Evaluation;
using MathNet.Numerics.LinearAlgebra;
using Xunit;

namespace ManualVae.Tests.Models.Baselines;

public class ElsaTests
{
    private const int D = 5;

    // A user without clicks, one with a single click, one with all.
    private static readonly CsrMatrix Clicks = FixedScores.Rows(7,
        [0, 1], [0, 1, 2], [], [3], [0, 3, 6], [0, 1, 2, 3, 4, 5, 6], [2, 4, 5, 6], [1, 5]);

    private static readonly int[] Users = [.. Enumerable.Range(0, 8)];

    private static Matrix<double> Vectors(int seed)
    {
        var random = new Random(seed);
        var a = Matrix<double>.Build.Dense(7, D, (_, _) => (float)(random.NextDouble() - 0.4));
        return a.NormalizeRows(2);
    }

    private static float[] Floats(Matrix<double> a) => [.. a.ToRowMajorArray().Select(value => (float)value)];

    /// <summary>The loss as it is defined, with the user x item scores.</summary>
    private static double Loss(Matrix<double> a, int[] users)
    {
        double sum = 0;
        foreach (int user in users.Where(user => Clicks.RowLength(user) > 0))
        {
            var x = Vector<double>.Build.Dense(a.RowCount, i => Clicks.Contains(user, i) ? 1 : 0);
            var y = a * (a.Transpose() * x) - x;
            sum += (y / y.L2Norm() - x / x.L2Norm()).DotProduct(y / y.L2Norm() - x / x.L2Norm());
        }
        return sum / users.Length;
    }

    private static Matrix<double> Differences(Matrix<double> a, Func<Matrix<double>, double> loss)
    {
        const double step = 1e-5;
        return Matrix<double>.Build.Dense(a.RowCount, a.ColumnCount, (i, f) =>
        {
            Matrix<double> up = a.Clone(), down = a.Clone();
            (up[i, f], down[i, f]) = (a[i, f] + step, a[i, f] - step);
            return (loss(up) - loss(down)) / (2 * step);
        });
    }

    [Theory]
    [InlineData(8)]
    [InlineData(3)]
    [InlineData(1)]
    public void The_gradient_is_that_of_the_loss(int count)
    {
        var a = Vectors(3);
        int[] users = Users[..count];
        using var loss = new ElsaLoss(Clicks, D, batch: 8);
        var gradient = new float[7 * D];
        Array.Fill(gradient, float.NaN); // it is overwritten
        Assert.Equal(Loss(a, users), loss.Backward(Floats(a), users, gradient), 1e-5);
        var expected = Differences(a, moved => Loss(moved, users));
        double scale = expected.Enumerate().Max(Math.Abs);
        for (int i = 0; i < 7; i++)
            for (int f = 0; f < D; f++) Assert.Equal(expected[i, f], gradient[i * D + f], 1e-4 * scale);
    }

    [Fact]
    public void On_the_tangent_it_is_the_gradient_with_rows_of_length_one()
    {
        var a = Vectors(4);
        using var loss = new ElsaLoss(Clicks, D, batch: 8);
        var gradient = new float[7 * D];
        loss.Backward(Floats(a), Users, gradient);
        var expected = Differences(a, moved => Loss(moved.NormalizeRows(2), Users));
        for (int i = 0; i < 7; i++)
        {
            var row = gradient.AsSpan(i * D, D);
            Elsa.ToTangent(Floats(a).AsSpan(i * D, D), row);
            for (int f = 0; f < D; f++) Assert.Equal(expected[i, f], row[f], 1e-4);
        }
    }

    [Fact]
    public void Rows_keep_length_one_and_scores_are_the_formula()
    {
        using var model = Elsa.Fit(Clicks, new(Factors: D, Epochs: 5, BatchSize: 3, LearningRate: 0.1));
        var a = Matrix<double>.Build.Dense(7, D, (i, f) => model.ItemVectors[i * D + f]);
        Assert.All(a.EnumerateRows(), row => Assert.Equal(1, row.L2Norm(), 1e-5));
        var x = Matrix<double>.Build.Dense(8, 7, (u, i) => Clicks.Contains(u, i) ? 1 : 0);
        var expected = x * (a * a.Transpose() - Matrix<double>.Build.DenseIdentity(7));
        var scores = new float[8 * 7];
        model.Score(Clicks, 0, 8, scores);
        for (int u = 0; u < 8; u++)
            for (int i = 0; i < 7; i++) Assert.Equal(expected[u, i], scores[u * 7 + i], 1e-5);
    }

    [Fact]
    public void The_loss_falls()
    {
        var losses = new LossLog();
        using var model = Elsa.Fit(Clicks, new(Factors: D, Epochs: 30, BatchSize: 3, LearningRate: 0.05), losses.Monitor);
        losses.AssertFell(30);
    }

    [Fact]
    public void Contributions_add_up_to_the_score()
    {
        using var model = Elsa.Fit(Clicks, new(Factors: D, Epochs: 2));
        int[] history = [0, 3, 6], items = [0, 1, 4];
        var parts = Explanations.Of(model, history, items);
        var scores = new float[7];
        model.Score(FixedScores.Rows(7, history), 0, 1, scores);
        for (int i = 0; i < items.Length; i++)
            Assert.Equal(scores[items[i]], parts.AsSpan(i * 3, 3).ToArray().Sum(), 1e-5);
    }

    [Fact]
    public void A_users_vector_times_an_items_is_the_score_of_what_was_not_clicked()
    {
        using var model = Elsa.Fit(Clicks, new(Factors: D, Epochs: 2));
        var (scores, codes) = (new float[7], new float[2 * D]);
        model.Encode(Clicks, 3, 2, codes); // users 3 and 4
        model.Score(Clicks, 4, 1, scores);
        foreach (int item in new[] { 1, 2, 4, 5 })
            Assert.Equal(scores[item], Dot(codes.AsSpan(D), model.ItemVectors.Slice(item * D, D)), 1e-5);
        Assert.Equal(model.ItemVectors.Slice(3 * D, D).ToArray(), codes[..D]); // a single click
    }

    private static double Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++) sum += a[i] * b[i];
        return sum;
    }

    [Fact]
    public void Fitting_stops_when_asked_and_refuses_what_it_cannot_take()
    {
        using var stopped = new CancellationTokenSource();
        stopped.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => Elsa.Fit(Clicks, new(Factors: 2), new(null, stopped.Token)));
        Assert.Throws<InputException>(() => Elsa.Fit(Clicks, new(Factors: 0)));
        Assert.Throws<InputException>(() => Elsa.Fit(Clicks, new(LearningRate: 0)));
        Assert.Throws<InputException>(() => Elsa.Fit(Clicks, new(BatchSize: 0)));
    }
}
