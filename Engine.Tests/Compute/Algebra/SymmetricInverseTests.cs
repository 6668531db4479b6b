using ManualVae.Compute.Algebra;
using ManualVae.Data;
using MathNet.Numerics.LinearAlgebra;
using Xunit;

namespace ManualVae.Tests.Compute.Algebra;

public class SymmetricInverseTests
{
    [Fact]
    public void A_known_two_by_two_inverse_from_the_lower_triangle_alone()
    {
        float[] matrix = [4, float.NaN, 2, 3];
        SymmetricInverse.InPlace(matrix, 2);
        Assert.Equal([0.375f, -0.25f, -0.25f, 0.5f], matrix);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(31)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(700)]
    public void Agrees_with_the_double_precision_inverse_of_another_library(int n)
    {
        var (single, reference) = RidgeGram(n);
        SymmetricInverse.InPlace(single, n, threads: 2);
        if (n == 0) return;
        var expected = reference.Inverse();
        double largest = expected.Enumerate().Max(Math.Abs);
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++)
                Assert.True(Math.Abs(expected[i, j] - single[i * n + j]) < 2e-5 * largest, $"({i}, {j})");
    }

    [Fact]
    public void Has_the_same_bits_for_any_number_of_threads()
    {
        var (one, _) = RidgeGram(600);
        var many = (float[])one.Clone();
        SymmetricInverse.InPlace(one, 600, threads: 1);
        SymmetricInverse.InPlace(many, 600, threads: 3);
        Assert.Equal(one, many);
    }

    [Fact]
    public void A_matrix_that_is_not_positive_definite_is_refused_with_its_row()
    {
        var matrix = new float[300 * 300];
        for (int i = 0; i < 300; i++) matrix[i * 301] = i == 270 ? -1 : 1;
        var problem = Assert.Throws<ArithmeticException>(() => SymmetricInverse.InPlace(matrix, 300));
        Assert.Contains("row 270", problem.Message);
        Assert.Throws<ArgumentException>(() => SymmetricInverse.InPlace(matrix, 299));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void The_Gram_matrix_counts_common_users(int threads)
    {
        var clicks = RandomClicks(200, 150);
        var gram = new float[150 * 150];
        SparseGram.Compute(clicks, gram, threads);
        var dense = Matrix<double>.Build.Dense(200, 150);
        for (int u = 0; u < 200; u++)
            foreach (int i in clicks.RowColumns(u)) dense[u, i] = 1;
        var expected = dense.TransposeThisAndMultiply(dense);
        for (int i = 0; i < 150; i++)
            for (int j = 0; j < 150; j++) Assert.Equal(expected[i, j], gram[i * 150 + j]);
    }

    private static (float[] Single, Matrix<double> Double) RidgeGram(int n)
    {
        var gram = new float[n * n];
        SparseGram.Compute(RandomClicks(3 * n + 1, n), gram);
        for (int i = 0; i < n; i++) gram[i * n + i] += 20;
        return (gram, n == 0 ? null! : Matrix<double>.Build.Dense(n, n, (i, j) => gram[i * n + j]));
    }

    private static CsrMatrix RandomClicks(int users, int items)
    {
        var random = new Random(users);
        var pairs = new List<(int, int)>();
        for (int u = 0; u < users; u++)
            for (int i = 0; i < items; i++)
                if (random.NextDouble() < 0.3 / (1 + 0.05 * i)) pairs.Add((u, i));
        return CsrMatrix.FromPairs(users, items, pairs);
    }
}
