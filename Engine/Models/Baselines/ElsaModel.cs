using System.Numerics.Tensors;
using ManualVae.Data;

namespace ManualVae.Models.Baselines;

/// <summary>A vector of length 1 for each item; scores = x (A A' - I). The model of <see cref="Elsa"/>.</summary>
public sealed class ElsaModel : IBaseline
{
    private readonly float[] _vectors;

    internal ElsaModel(float[] vectors, int dimension)
    {
        if (dimension < 1 || vectors.Length % dimension != 0)
            throw new ArgumentException($"{vectors.Length} numbers are no vectors of {dimension}.", nameof(vectors));
        (_vectors, Dimension) = (vectors, dimension);
    }

    /// <inheritdoc/>
    public string Name => "elsa";

    /// <inheritdoc/>
    public int ItemCount => _vectors.Length / Dimension;

    /// <summary>d, the length of a vector.</summary>
    public int Dimension { get; }

    /// <summary>A, items x d, row-major, rows of length 1.</summary>
    public ReadOnlySpan<float> ItemVectors => _vectors;

    /// <inheritdoc/>
    public IReadOnlyList<Array> State => [_vectors];

    /// <inheritdoc/>
    public void Score(CsrMatrix foldIn, int firstRow, int rows, Span<float> scores) =>
        Rows.ForEach(scores, rows, ItemCount, (row, values) =>
        {
            var code = new float[Dimension];
            var clicked = foldIn.RowColumns(firstRow + row);
            ElsaLoss.Encode(_vectors, clicked, code);
            for (int i = 0; i < values.Length; i++)
                values[i] = TensorPrimitives.Dot<float>(code, _vectors.AsSpan(i * Dimension, Dimension));
            foreach (int item in clicked) values[item]--;
        });

    /// <summary>x A, the sum of the vectors of what was clicked: rows [firstRow, firstRow + rows), rows x d.</summary>
    public void Encode(CsrMatrix foldIn, int firstRow, int rows, Span<float> codes)
    {
        for (int row = 0; row < rows; row++)
            ElsaLoss.Encode(_vectors, foldIn.RowColumns(firstRow + row), codes.Slice(row * Dimension, Dimension));
    }

    /// <summary>What each click adds to an item's score: the cosine of their vectors, nothing to its own.</summary>
    /// <param name="clicks">The user's clicks.</param>
    /// <param name="items">The items.</param>
    /// <param name="contributions">Items x clicks, row-major.</param>
    internal void Contributions(ReadOnlySpan<int> clicks, ReadOnlySpan<int> items, Span<float> contributions)
    {
        for (int i = 0; i < items.Length; i++)
            for (int c = 0; c < clicks.Length; c++)
                contributions[i * clicks.Length + c] = items[i] == clicks[c] ? 0 : TensorPrimitives.Dot<float>(
                    _vectors.AsSpan(items[i] * Dimension, Dimension), _vectors.AsSpan(clicks[c] * Dimension, Dimension));
    }

    /// <inheritdoc/>
    public void Dispose() { }
}
