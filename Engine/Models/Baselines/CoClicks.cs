using System.Numerics.Tensors;
using ManualVae.Compute.Algebra;
using ManualVae.Data;

namespace ManualVae.Models.Baselines;

/// <summary>
/// How many users clicked both of two items: X'X of a click matrix X (users x items), click values ignored. Counts are exact in
/// single precision up to 2^24 users.
/// </summary>
public sealed class CoClicks
{
    private readonly CsrMatrix _users, _items;

    /// <summary>Prepares to count; no items x items array is made.</summary>
    public CoClicks(CsrMatrix train) => (_users, _items) = (train, train.Transpose());

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

    /// <summary>co-clicks / (sqrt(clicks(i) clicks(j)) + shrinkage) of one item with every item, itself included; 0 for 0/0.</summary>
    public void Cosines(int item, double shrinkage, Span<float> cosines)
    {
        Counts(item, cosines);
        for (int other = 0; other < cosines.Length; other++)
            if (cosines[other] > 0)
                cosines[other] = (float)(cosines[other] / (Math.Sqrt((double)Clicks(item) * Clicks(other)) + shrinkage));
    }

    /// <summary>The whole of X'X, row-major. Memory: items^2 x 4 bytes.</summary>
    /// <exception cref="InputException">It does not fit into one array.</exception>
    public float[] Gram()
    {
        int n = ItemCount;
        if ((long)n * n > Array.MaxLength)
            throw new InputException($"{n} items need an item-item matrix of {(long)n * n * 4 >> 30} GiB, more than one array holds: keep fewer items.");
        var gram = GC.AllocateUninitializedArray<float>(n * n);
        SparseGram.Compute(_users, gram);
        return gram;
    }

    /// <summary>scores = sum of the rows of <paramref name="weights"/> (items x items) that a user clicked.</summary>
    internal static void SumRows(ReadOnlySpan<float> weights, ReadOnlySpan<int> clicked, Span<float> scores)
    {
        scores.Clear();
        foreach (int item in clicked) TensorPrimitives.Add(scores, weights.Slice(item * scores.Length, scores.Length), scores);
    }

    /// <summary>The same for sparse weights and many users: scores (rows x items) of rows of a fold-in.</summary>
    internal static void SumRows(CsrMatrix weights, CsrMatrix foldIn, int firstRow, int rows, Span<float> scores) =>
        ParallelRows.For(scores, rows, weights.Columns, (row, values) =>
        {
            values.Clear();
            foreach (int clicked in foldIn.RowColumns(firstRow + row))
            {
                var items = weights.RowColumns(clicked);
                var added = weights.RowValues(clicked);
                for (int e = 0; e < items.Length; e++) values[items[e]] += added[e];
            }
        });
}
