using System.Numerics.Tensors;
using ManualVae.Compute;
using ManualVae.Compute.Algebra;
using ManualVae.Data;

namespace ManualVae.Models.Baselines;

/// <summary>
/// How many users clicked both of two items: X'X of a click matrix X (users x items), click values ignored. Counts are exact in
/// single precision up to 2^24 users.
/// </summary>
public sealed class CoOccurrence
{
    private readonly CsrMatrix _users, _items;

    /// <summary>Prepares to count; no items x items array is made.</summary>
    public CoOccurrence(CsrMatrix train) => (_users, _items) = (train, train.Transpose());

    /// <summary>Number of items.</summary>
    public int ItemCount => _users.Columns;

    /// <summary>Number of users who clicked an item.</summary>
    public int Clicks(int item) => _items.RowLength(item);

    /// <summary>One row of X'X, its diagonal included.</summary>
    public void Counts(int item, Span<float> counts)
    {
        counts.Clear();
        foreach (int user in _items.RowColumns(item))
            foreach (int other in _users.RowColumns(user)) counts[other]++;
    }

    /// <summary>
    /// co-clicks / (sqrt(clicks(i) clicks(j)) + shrinkage) of one item with every item, itself included; 0 for 0/0.
    /// </summary>
    public void Cosines(int item, double shrinkage, Span<float> cosines)
    {
        Counts(item, cosines);
        for (int other = 0; other < cosines.Length; other++)
            if (cosines[other] > 0)
                cosines[other] = (float)(cosines[other] / (Math.Sqrt((double)Clicks(item) * Clicks(other)) + shrinkage));
    }

    /// <summary>The whole of X'X, row-major. Memory: items^2 x 4 bytes.</summary>
    /// <exception cref="InputException">It does not fit into memory, or into an array.</exception>
    public float[] Gram()
    {
        var gram = Allocate(ItemCount);
        SparseGram.Compute(_users, gram);
        return gram;
    }

    /// <summary>Room for an item-item matrix, not cleared.</summary>
    /// <exception cref="InputException">It does not fit into memory, or into an array.</exception>
    internal static float[] Allocate(int items)
    {
        long bytes = Bytes(items);
        if ((long)items * items > Array.MaxLength)
            throw new InputException(
                $"{items} items need an item-item matrix of {bytes >> 30} GiB, more than one array holds: keep fewer items.");
        HostMemory.Require(bytes, $"{items} items need about {HostMemory.Mebibytes(bytes)}",
            "keep fewer items or use another model");
        return GC.AllocateUninitializedArray<float>(items * items);
    }

    /// <summary>Bytes of an item-item matrix.</summary>
    internal static long Bytes(int items) => (long)items * items * sizeof(float);

    /// <summary>Bytes of the transposed copy of the clicks that counting needs.</summary>
    internal static long Bytes(CsrMatrix train) =>
        train.EntryCount * (train.IsBinary ? sizeof(int) : sizeof(int) + sizeof(float)) + train.Columns * (long)sizeof(long);

    /// <summary>scores = sum of the rows of <paramref name="weights"/> (items x items) that a user clicked.</summary>
    internal static void SumRows(ReadOnlySpan<float> weights, ReadOnlySpan<int> clicked, Span<float> scores)
    {
        scores.Clear();
        foreach (int item in clicked) TensorPrimitives.Add(scores, weights.Slice(item * scores.Length, scores.Length), scores);
    }
}
