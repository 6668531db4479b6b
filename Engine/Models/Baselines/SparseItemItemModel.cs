using ManualVae.Data;

namespace ManualVae.Models.Baselines;

/// <summary>A linear item-item model most of whose weights are 0: scores = x W.</summary>
public sealed class SparseItemItemModel : IBaseline
{
    internal SparseItemItemModel(string name, CsrMatrix weights) => (Name, Weights) = (name, weights);

    internal SparseItemItemModel(string name, IReadOnlyList<Array> state)
        : this(name, new CsrMatrix(state[0].Length - 1, (long[])state[0], (int[])state[1], (float[])state[2])) { }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public int ItemCount => Weights.Columns;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, double> FromData { get; init; } = DataDefaults.Nothing;

    /// <summary>W, items x items: entry (i, j) is what a click on i adds to the score of j.</summary>
    public CsrMatrix Weights { get; }

    /// <inheritdoc/>
    public IReadOnlyList<Array> State =>
        [Weights.RowOffsets.ToArray(), Weights.ColumnIndices.ToArray(), Weights.Values.ToArray()];

    /// <inheritdoc/>
    public void Score(CsrMatrix foldIn, int firstRow, int rows, Span<float> scores) =>
        Rows.ForEach(scores, rows, ItemCount, (row, values) =>
        {
            values.Clear();
            foreach (int clicked in foldIn.RowColumns(firstRow + row))
            {
                var items = Weights.RowColumns(clicked);
                var added = Weights.RowValues(clicked);
                for (int e = 0; e < items.Length; e++) values[items[e]] += added[e];
            }
        });

    /// <summary>What each click adds to an item's score: its weight.</summary>
    /// <param name="clicks">The user's clicks.</param>
    /// <param name="items">The items.</param>
    /// <param name="contributions">Items x clicks, row-major; 0 at the start.</param>
    internal void Contributions(ReadOnlySpan<int> clicks, ReadOnlySpan<int> items, Span<float> contributions)
    {
        for (int i = 0; i < items.Length; i++)
            for (int c = 0; c < clicks.Length; c++)
                if (Weights.RowColumns(clicks[c]).BinarySearch(items[i]) is >= 0 and var entry)
                    contributions[i * clicks.Length + c] = Weights.RowValues(clicks[c])[entry];
    }

    /// <inheritdoc/>
    public void Dispose() { }
}
