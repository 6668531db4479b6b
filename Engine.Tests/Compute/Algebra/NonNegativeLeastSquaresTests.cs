using ManualVae.Compute.Algebra;
using MathNet.Numerics.LinearAlgebra;
using Xunit;

namespace ManualVae.Tests.Compute.Algebra;

public class NonNegativeLeastSquaresTests
{
    [Fact]
    public void By_hand()
    {
        // (x - 2)^2 + (y + 1)^2: y is bound. With a coupling of 1 the bound y leaves x alone too.
        Assert.Equal([2.0, 0.0], NonNegativeLeastSquares.Solve([1, 0, 0, 1], [2, -1]));
        Assert.Equal([2.0, 0.0], NonNegativeLeastSquares.Solve([1, 1, 1, 2], [2, 1]));
        Assert.Empty(NonNegativeLeastSquares.Solve([], []));
        Assert.Equal([0.0], NonNegativeLeastSquares.Solve([0], [0]));
    }

    [Theory]
    [InlineData(1, 3)]
    [InlineData(2, 6)]
    [InlineData(3, 9)]
    [InlineData(4, 12)]
    public void Every_choice_of_bound_unknowns_is_no_better(int seed, int n)
    {
        var random = new Random(seed);
        var design = Matrix<double>.Build.Dense(3 * n, n, (_, _) => random.NextDouble() - 0.3);
        var y = Vector<double>.Build.Dense(3 * n, _ => random.NextDouble() - 0.5);
        var (a, b) = (design.TransposeThisAndMultiply(design), design.TransposeThisAndMultiply(y));
        var x = Vector<double>.Build.DenseOfArray(NonNegativeLeastSquares.Solve(a.ToRowMajorArray(), b.ToArray()));
        AssertOptimal(a, b, x);

        // The oracle: the best of all 2^n least squares solutions of some columns that have no negative weight.
        double best = 0;
        for (int mask = 1; mask < 1 << n; mask++)
        {
            int[] free = [.. Enumerable.Range(0, n).Where(i => (mask >> i & 1) == 1)];
            var part = Matrix<double>.Build.Dense(free.Length, free.Length, (i, j) => a[free[i], free[j]]);
            var right = Vector<double>.Build.Dense(free.Length, i => b[free[i]]);
            var z = part.Solve(right);
            if (z.Minimum() >= 0) best = Math.Min(best, -0.5 * (right * z));
        }
        Assert.Equal(best, 0.5 * (x * a * x) - b * x, 1e-9);
        Assert.Contains(0.0, x);
    }

    [Fact]
    public void A_column_that_is_there_twice_is_used_and_one_without_values_is_not()
    {
        var design = Matrix<double>.Build.DenseOfArray(new double[,] { { 1, 2, 0, 1 }, { 2, 4, 0, 0 }, { 3, 6, 0, 5 } });
        var y = Vector<double>.Build.Dense([1.0, 2, 4]);
        var (a, b) = (design.TransposeThisAndMultiply(design), design.TransposeThisAndMultiply(y));
        var x = Vector<double>.Build.DenseOfArray(NonNegativeLeastSquares.Solve(a.ToRowMajorArray(), b.ToArray()));
        AssertOptimal(a, b, x);
        Assert.Equal(0, x[2]);
        Assert.Equal(1, x[0] + 2 * x[1], 0.2);
    }

    // Karush, Kuhn and Tucker: no slope along an unknown above 0, none upwards at 0.
    private static void AssertOptimal(Matrix<double> a, Vector<double> b, Vector<double> x)
    {
        var slope = b - a * x;
        for (int i = 0; i < x.Count; i++)
        {
            Assert.True(x[i] >= 0);
            if (x[i] > 0) Assert.Equal(0, slope[i], 1e-9);
            else Assert.True(slope[i] <= 1e-9, $"{slope[i]}");
        }
    }
}
