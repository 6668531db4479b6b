using ManualVae.Compute;
using ManualVae.Compute.Reference;
using ManualVae.Compute.Simd;
using ManualVae.Data;
using ManualVae.Models;
using Xunit;

namespace ManualVae.Tests.Models;

public sealed class ImplicitSlimTests
{
    private const int Users = 9, Items = 12, Width = 3;
    private static readonly CsrMatrix Clicks = ToyClicks.Random(Users, Items);

    /// <summary>The formula on dense matrices, product by product.</summary>
    [Theory]
    [InlineData(false, 0)]
    [InlineData(false, 4)]
    [InlineData(true, 4)]
    public void It_is_its_formula_on_dense_matrices(bool simd, int threshold)
    {
        const double lambda = 3, alpha = 20;
        using IBackend backend = simd ? new SimdBackend(2) : new ReferenceBackend();
        var (w, tensor) = Vectors(backend);
        Update(backend, tensor, threshold, lambda, alpha, rowsOfBatch: 4);
        int[] counts = Clicks.ColumnCounts();
        double[,] g = new double[Items, Items], a = new double[Items, Width];
        for (int i = 0; i < Items; i++)
        {
            for (int k = 0; k < Width; k++) a[i, k] = counts[i] < threshold ? 0 : w[i, k];
            for (int j = 0; j < Items; j++)
            {
                g[i, j] = i == j ? lambda : 0;
                for (int user = 0; user < Users; user++)
                    if (Clicks.Contains(user, i) && Clicks.Contains(user, j)) g[i, j]++;
            }
        }
        var scaled = Product(g, a);
        for (int i = 0; i < Items; i++)
            for (int k = 0; k < Width; k++) scaled[i, k] /= (counts[i] + lambda) * (counts[i] + lambda);
        var c = Product(g, scaled);
        // W_new solves W_new' = (A'W)' (I / alpha + A'C)^-1 C': checked without an inverse, by Z = pseudo-solution.
        var left = Product(Transposed(a), c);
        for (int k = 0; k < Width; k++) left[k, k] += 1 / alpha;
        var z = Solve3(left, Product(Transposed(a), w));
        var expected = Product(c, z);
        double[] found = backend.Values(tensor);
        for (int i = 0; i < Items; i++)
            for (int k = 0; k < Width; k++) Assert.Equal(expected[i, k], found[i * Width + k], simd ? 1e-3 : 1e-9);
    }

    /// <summary>With a large alpha and no rare items the vectors keep their products: A'W_new = A'W.</summary>
    [Fact]
    public void Without_shrinking_the_vectors_keep_their_products_with_the_old_ones()
    {
        using var backend = new ReferenceBackend();
        var (w, tensor) = Vectors(backend);
        Update(backend, tensor, 0, 3, 1e12, rowsOfBatch: 9);
        double[] found = backend.Values(tensor);
        double[,] moved = new double[Items, Width];
        for (int i = 0; i < Items; i++)
            for (int k = 0; k < Width; k++) moved[i, k] = found[i * Width + k];
        double[,] before = Product(Transposed(w), w), after = Product(Transposed(w), moved);
        for (int i = 0; i < Width; i++)
            for (int k = 0; k < Width; k++) Assert.Equal(before[i, k], after[i, k], 1e-6);
        Assert.NotEqual(w[0, 0], moved[0, 0], 1e-3);
    }

    private static void Update(
        IBackend backend, Tensor tensor, int threshold, double lambda, double alpha, int rowsOfBatch)
    {
        using var memory = new MemoryScope(backend);
        var batch = memory.AllocateBatch(rowsOfBatch, Items, SparseBatch.LargestBatch(rowsOfBatch, Clicks));
        new ImplicitSlim(memory, Clicks, batch, Width + 2, threshold, lambda, alpha).Update(tensor);
    }

    private static (double[,], Tensor) Vectors(IBackend backend)
    {
        var (w, tensor) = (new double[Items, Width], backend.Allocate(Items, Width));
        var values = new float[Items * Width];
        for (int e = 0; e < values.Length; e++)
            w[e / Width, e % Width] = values[e] = (float)CounterRandom.Normal(new(4, 0, RandomPurpose.Study), 0, (uint)e);
        backend.Upload(values, tensor);
        return (w, tensor);
    }

    private static double[,] Product(double[,] a, double[,] b)
    {
        var c = new double[a.GetLength(0), b.GetLength(1)];
        for (int i = 0; i < a.GetLength(0); i++)
            for (int j = 0; j < b.GetLength(1); j++)
                for (int k = 0; k < b.GetLength(0); k++) c[i, j] += a[i, k] * b[k, j];
        return c;
    }

    private static double[,] Transposed(double[,] a)
    {
        var t = new double[a.GetLength(1), a.GetLength(0)];
        for (int i = 0; i < t.GetLength(0); i++)
            for (int j = 0; j < t.GetLength(1); j++) t[i, j] = a[j, i];
        return t;
    }

    /// <summary>Three equations by Cramer's rule.</summary>
    private static double[,] Solve3(double[,] a, double[,] b)
    {
        double Determinant(double[,] m) =>
            m[0, 0] * (m[1, 1] * m[2, 2] - m[1, 2] * m[2, 1]) - m[0, 1] * (m[1, 0] * m[2, 2] - m[1, 2] * m[2, 0])
            + m[0, 2] * (m[1, 0] * m[2, 1] - m[1, 1] * m[2, 0]);
        var x = new double[3, 3];
        for (int column = 0; column < 3; column++)
            for (int unknown = 0; unknown < 3; unknown++)
            {
                var m = (double[,])a.Clone();
                for (int i = 0; i < 3; i++) m[i, unknown] = b[i, column];
                x[unknown, column] = Determinant(m) / Determinant(a);
            }
        return x;
    }
}
