using System.Numerics.Tensors;
using ManualVae.Data;

namespace ManualVae.Models.Alignment;

/// <summary>
/// Smoothed cosines of all pairs of items, G_ij = z_i.z_j / (|z_i| |z_j| + delta) with a zero diagonal (Monteil et al. 2024,
/// eq. 4; the diagonal as in the released code). Items x items, row-major.
/// </summary>
public static class SmoothedCosine
{
    // From this share of non-zeros on, dot products of dense rows take less time than sums over shared features.
    private const double Dense = 0.25;

    /// <summary>The cosines. Memory: items^2 x 4 bytes; of dense vectors, items x features x 4 more.</summary>
    /// <param name="features">Items x features.</param>
    /// <param name="delta">Smoothing, 0 or more.</param>
    /// <exception cref="InputException">More items than an array holds pairs of.</exception>
    public static float[] Of(CsrMatrix features, double delta)
    {
        int n = features.Rows;
        if ((long)n * n > Array.MaxLength)
            throw new InputException($"{n} items are too many for an item-item matrix: keep fewer items.");
        var norms = new double[n];
        for (int i = 0; i < n; i++)
            norms[i] = features.IsBinary ? Math.Sqrt(features.RowLength(i)) : TensorPrimitives.Norm(features.RowValues(i));
        var similarity = new float[n * n];
        if (features.EntryCount > Dense * n * features.Columns) DenseProducts(features, similarity);
        else SparseProducts(features, similarity);
        Cores.For(0, n, i =>
        {
            var row = similarity.AsSpan(i * n, n);
            for (int j = 0; j < n; j++)
                row[j] = i == j || row[j] == 0 ? 0 : (float)(row[j] / (norms[i] * norms[j] + delta));
        });
        return similarity;
    }

    private static void SparseProducts(CsrMatrix features, float[] products)
    {
        int n = features.Rows;
        var byFeature = features.Transpose();
        Cores.For(0, n, i =>
        {
            var row = products.AsSpan(i * n, n);
            for (int e = 0; e < features.RowLength(i); e++)
            {
                int feature = features.RowColumns(i)[e];
                float value = features.IsBinary ? 1 : features.RowValues(i)[e];
                var items = byFeature.RowColumns(feature);
                var values = byFeature.RowValues(feature);
                for (int o = 0; o < items.Length; o++) row[items[o]] += value * (byFeature.IsBinary ? 1 : values[o]);
            }
        });
    }

    private static void DenseProducts(CsrMatrix features, float[] products)
    {
        int n = features.Rows, width = features.Columns;
        var dense = new float[n][];
        for (int i = 0; i < n; i++)
        {
            dense[i] = new float[width];
            for (int e = 0; e < features.RowLength(i); e++)
                dense[i][features.RowColumns(i)[e]] = features.IsBinary ? 1 : features.RowValues(i)[e];
        }
        Cores.For(0, n, i =>
        {
            for (int j = 0; j < n; j++) products[i * n + j] = TensorPrimitives.Dot<float>(dense[i], dense[j]);
        });
    }
}
