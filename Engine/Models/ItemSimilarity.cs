using System.Numerics.Tensors;
using ManualVae.Compute;
using ManualVae.Models.Baselines;

namespace ManualVae.Models;

/// <summary>The items most like a given one, best first: never itself; of equally similar items the lower one first.</summary>
public static class ItemSimilarity
{
    /// <summary>
    /// By the cosine of item vectors: a decoder's output rows, factors, item-item weights. An item with a vector of zeros is like
    /// nothing: 0.
    /// </summary>
    /// <param name="vectors">Items x dimension, row-major.</param>
    /// <param name="itemCount">Number of items.</param>
    /// <param name="item">The item whose neighbours are wanted.</param>
    /// <param name="k">How many, at most.</param>
    public static (int Item, float Similarity)[] ByVectors(ReadOnlySpan<float> vectors, int itemCount, int item, int k)
    {
        CheckItem(item, itemCount);
        int d = vectors.Length / itemCount;
        if (vectors.Length != itemCount * d)
            throw new ArgumentException($"{vectors.Length} numbers are no {itemCount} vectors.", nameof(vectors));
        var query = vectors.Slice(item * d, d);
        float queryNorm = TensorPrimitives.Norm(query);
        var cosines = new float[itemCount];
        for (int i = 0; i < itemCount; i++)
        {
            var vector = vectors.Slice(i * d, d);
            float norms = queryNorm * TensorPrimitives.Norm(vector);
            cosines[i] = norms > 0 ? TensorPrimitives.Dot(query, vector) / norms : 0;
        }
        return Best(cosines, item, k);
    }

    /// <summary>By the cosine of their clicks: users of both / sqrt(users of one x users of the other).</summary>
    public static (int Item, float Similarity)[] ByClicks(CoOccurrence clicks, int item, int k)
    {
        CheckItem(item, clicks.ItemCount);
        var cosines = new float[clicks.ItemCount];
        clicks.Cosines(item, shrinkage: 0, cosines);
        return Best(cosines, item, k);
    }

    private static (int Item, float Similarity)[] Best(float[] similarities, int item, int k)
    {
        k = Math.Min(k, similarities.Length);
        var (items, values) = (new int[k], new float[k]);
        TopK.Select(similarities, [item], items, values);
        return [.. items.Zip(values).TakeWhile(pair => pair.First >= 0)];
    }

    private static void CheckItem(int item, int itemCount)
    {
        if ((uint)item >= (uint)itemCount)
            throw new ArgumentOutOfRangeException(nameof(item), item, $"There are {itemCount} items.");
    }
}
