using System.Numerics.Tensors;
using ManualVae.Data;

namespace ManualVae.Models.Baselines;

/// <summary>What is known of items besides clicks, as a sparse matrix items x features.</summary>
public static class ItemFeatures
{
    /// <summary>One feature for each genre, or null if no item has a genre.</summary>
    public static CsrMatrix? FromGenres(ItemList items) => ItemAttribute.Genres(items)?.Values;

    /// <summary>
    /// Smoothed cosines of all pairs of items, G_ij = z_i.z_j / (|z_i| |z_j| + delta) with a zero diagonal (Monteil et al. 2024,
    /// eq. 4; the diagonal as in the released code). Items x items, row-major.
    /// </summary>
    public static float[] SmoothedCosines(CsrMatrix features, double delta)
    {
        int n = features.Rows;
        if ((long)n * n > Array.MaxLength)
            throw new InputException($"{n} items are too many for an item-item matrix: keep fewer items.");
        var byFeature = features.Transpose();
        var norms = new double[n];
        for (int i = 0; i < n; i++)
            norms[i] = features.IsBinary ? Math.Sqrt(features.RowLength(i)) : TensorPrimitives.Norm(features.RowValues(i));
        var similarity = new float[n * n];
        Parallel.For(0, n, i =>
        {
            var row = similarity.AsSpan(i * n, n);
            for (int e = 0; e < features.RowLength(i); e++)
            {
                int feature = features.RowColumns(i)[e];
                float value = features.IsBinary ? 1 : features.RowValues(i)[e];
                var items = byFeature.RowColumns(feature);
                var values = byFeature.RowValues(feature);
                for (int o = 0; o < items.Length; o++) row[items[o]] += value * (byFeature.IsBinary ? 1 : values[o]);
            }
            for (int j = 0; j < n; j++)
                row[j] = i == j || row[j] == 0 ? 0 : (float)(row[j] / (norms[i] * norms[j] + delta));
        });
        return similarity;
    }
}
