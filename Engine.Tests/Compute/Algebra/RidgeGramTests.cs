using ManualVae.Compute.Algebra;
using ManualVae.Data;
using MathNet.Numerics.LinearAlgebra;
using Xunit;

namespace ManualVae.Tests.Compute.Algebra;

public class RidgeGramTests
{
    [Theory]
    [InlineData(1, false)]
    [InlineData(40, false)] // too few to be worth blocks
    [InlineData(160, true)]
    [InlineData(301, true)]
    [InlineData(700, true)] // the rare half by blocks too
    public void The_inverse_agrees_with_that_of_another_library_in_the_items_own_order(int items, bool byBlocks)
    {
        var clicks = LongTail(items);
        var problem = new RidgeGram(clicks, ridge: 20, threads: 2);
        Assert.Equal(byBlocks, problem.RareCount > 0);
        var actual = new float[items * items];
        problem.Fill(actual);
        problem.Invert(actual);

        var x = Matrix<double>.Build.Dense(clicks.Rows, items);
        for (int u = 0; u < clicks.Rows; u++)
            foreach (int i in clicks.RowColumns(u)) x[u, i] = 1;
        var expected = (x.TransposeThisAndMultiply(x) + 20 * Matrix<double>.Build.DenseIdentity(items)).Inverse();
        for (int i = 0; i < items; i++)
            for (int j = 0; j < items; j++)
                Assert.True(Math.Abs(expected[i, j] - actual[i * items + j]) < 1e-6,
                    $"({i}, {j}): {expected[i, j]}, got {actual[i * items + j]}");
    }

    [Fact]
    public void Has_the_same_bits_for_any_number_of_threads()
    {
        float[] Inverse(int threads)
        {
            var problem = new RidgeGram(LongTail(500), ridge: 20, threads);
            var matrix = new float[500 * 500];
            problem.Fill(matrix);
            problem.Invert(matrix);
            return matrix;
        }
        var one = Inverse(1);
        foreach (int threads in new[] { 2, 3, 7 }) Assert.Equal(one, Inverse(threads));
    }

    [Fact]
    public void A_matrix_of_another_size_is_refused()
    {
        var problem = new RidgeGram(LongTail(40), ridge: 20);
        Assert.Contains("expected 40 x 40", Assert.Throws<ArgumentException>(() => problem.Fill(new float[39 * 39])).Message);
        Assert.Contains("expected 40 x 40", Assert.Throws<ArgumentException>(() => problem.Invert(new float[39 * 39])).Message);
    }

    /// <summary>Half of the items have a hundredth of the clicks, some none; in a shuffled order.</summary>
    private static CsrMatrix LongTail(int items)
    {
        var random = new Random(items);
        int[] order = [.. Enumerable.Range(0, items)];
        random.Shuffle(order);
        var pairs = new List<(int, int)>();
        for (int user = 0; user < 60; user++)
            for (int rank = 0; rank < items; rank++)
                if (random.NextDouble() < 0.6 * Math.Pow(0.5, 14.0 * rank / items) + 0.0005) pairs.Add((user, order[rank]));
        return CsrMatrix.FromPairs(60, items, pairs);
    }
}
