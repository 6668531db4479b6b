using ManualVae.Compute.Algebra;
using MathNet.Numerics.LinearAlgebra;
using Xunit;

namespace ManualVae.Tests.Compute.Algebra;

public class SmallSystemsTests
{
    [Fact]
    public void Cholesky_solves_sums_of_outer_products()
    {
        foreach (int n in (int[])[1, 2, 7, 8, 9, 16, 17, 40])
        {
            var random = new Random(n);
            var vectors = Matrix<float>.Build.Dense(9, n, (_, _) => random.NextSingle() - 0.5f);
            var sum = new float[n * n];
            for (int i = 0; i < n; i++) sum[i * n + i] = 1;
            float[][] v = vectors.ToRowArrays();
            Cholesky.AddOuterProducts(v[0], v[1], v[2], v[3], sum);
            Cholesky.AddOuterProducts(v[4], v[5], v[6], v[7], sum);
            Cholesky.AddOuterProduct(v[8], sum);
            var expected = vectors.TransposeThisAndMultiply(vectors) + Matrix<float>.Build.DenseIdentity(n);
            for (int i = 0; i < n; i++)
                for (int j = 0; j <= i; j++) Assert.Equal(expected[i, j], sum[i * n + j], 1e-5);

            var b = Vector<float>.Build.Dense(n, _ => random.NextSingle());
            var x = b.ToArray();
            Cholesky.Solve(sum, x);
            Assert.Equal(expected.Solve(b).ToArray(), x, (p, q) => Math.Abs(p - q) < 1e-5);
        }
        Assert.Throws<ArithmeticException>(() => Cholesky.Solve([1, 2, 2, 1], new float[2]));
    }

    [Fact]
    public void Linear_systems_are_solved_with_pivoting()
    {
        double[] a = [0, 2, 1, /**/ 1, 1, 0, /**/ 3, 0, 1], b = [8, 1, /**/ 3, 2, /**/ 7, 3];
        LinearSolve.Solve(a, b, 3, 2);
        var expected = Matrix<double>.Build.DenseOfRowMajor(3, 3, [0, 2, 1, 1, 1, 0, 3, 0, 1])
            .Solve(Matrix<double>.Build.DenseOfRowMajor(3, 2, [8, 1, 3, 2, 7, 3]));
        Assert.Equal(expected.ToRowMajorArray(), b, (x, y) => Math.Abs(x - y) < 1e-12);
        Assert.Throws<ArithmeticException>(() => LinearSolve.Solve([1, 1, 1, 1], [1, 1], 2, 1));
    }
}
