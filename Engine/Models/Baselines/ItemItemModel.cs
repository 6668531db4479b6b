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

    /// <summary>W, items x items, row-major: entry (i, j) is what a click on i adds to the score of j.</summary>
    public ReadOnlySpan<float> Weights => _weights;

    /// <inheritdoc/>
    public IReadOnlyList<Array> State => [_weights];

    /// <inheritdoc/>
    public void Score(CsrMatrix foldIn, int firstRow, int rows, Span<float> scores) =>
        Rows.ForEach(scores, rows, ItemCount, (row, values) =>
            CoOccurrence.SumRows(_weights, foldIn.RowColumns(firstRow + row), values));

    /// <inheritdoc/>
    public void Dispose() { }
}
