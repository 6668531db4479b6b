using ManualVae.Data;

namespace ManualVae.Models.Baselines;

/// <summary>A linear item-item model: scores = x W.</summary>
public sealed class ItemItemModel : IBaseline
{
    private readonly float[] _weights;

    internal ItemItemModel(string name, int itemCount, float[] weights) =>
        (Name, ItemCount, _weights) = (name, itemCount, weights);

    internal ItemItemModel(string name, IReadOnlyList<Array> state)
        : this(name, (int)Math.Sqrt(state[0].LongLength), (float[])state[0])
    {
        if ((long)ItemCount * ItemCount != _weights.LongLength)
            throw new ArgumentException($"{_weights.LongLength} weights are no square.", nameof(state));
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public int ItemCount { get; }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, double> FromData { get; init; } = DataDefaults.Nothing;

    /// <summary>W, items x items, row-major: entry (i, j) is what a click on i adds to the score of j.</summary>
    public ReadOnlySpan<float> Weights => _weights;

    /// <inheritdoc/>
    public IReadOnlyList<Array> State => [_weights];

    /// <inheritdoc/>
    public void Score(CsrMatrix foldIn, int firstRow, int rows, Span<float> scores) =>
        Rows.ForEach(scores, rows, ItemCount, (row, values) =>
            CoOccurrence.SumRows(_weights, foldIn.RowColumns(firstRow + row), values));

    /// <summary>What each click adds to an item's score: its weight.</summary>
    /// <param name="clicks">The user's clicks.</param>
    /// <param name="items">The items.</param>
    /// <param name="contributions">Items x clicks, row-major.</param>
    internal void Contributions(ReadOnlySpan<int> clicks, ReadOnlySpan<int> items, Span<float> contributions)
    {
        for (int i = 0; i < items.Length; i++)
            for (int c = 0; c < clicks.Length; c++)
                contributions[i * clicks.Length + c] = _weights[clicks[c] * ItemCount + items[i]];
    }

    /// <inheritdoc/>
    public void Dispose() { }
}
