using ManualVae.Data;

namespace ManualVae.Study;

/// <summary>
/// The gradients of many users' losses with respect to one layer's parameters. A user's gradient is an outer product. It is kept
/// as factors and never written out; inner products follow from the factors.
/// </summary>
/// <param name="name">The layer, such as <c>decoder.1</c>.</param>
/// <param name="rows">Number of users, or of (user, draw) rows.</param>
public abstract class GradientBlock(string name, int rows)
{
    /// <summary>The layer.</summary>
    public string Name { get; } = name;

    /// <summary>Number of gradients.</summary>
    public int Rows { get; } = rows;

    /// <summary>Number of parameters of the layer.</summary>
    public abstract long ParameterCount { get; }

    /// <summary>Inner product of a gradient with one of another block of the same layer.</summary>
    public abstract double Dot(int row, GradientBlock other, int otherRow);

    /// <summary>gradient += scale * the row's gradient, in the layout of the parameters: weight, then bias. For checks.</summary>
    public abstract void AddTo(int row, double scale, Span<double> gradient);

    /// <summary>
    /// gram[i, j] += scale * the inner product of gradient i here and gradient j of the other block, which has the same layer.
    /// Threads divide the rows; one thread computes each element.
    /// </summary>
    public void AddGram(double[] gram, GradientBlock other, double scale = 1)
    {
        // Tiles of 16 x 16 rows: a wide row of the output layer is read from memory once for each tile, not once for each pair.
        const int tile = 16;
        int columns = other.Rows, tiles = (Rows + tile - 1) / tile, across = (columns + tile - 1) / tile;
        Cores.For(0, tiles * across, t =>
        {
            var (a, b) = (t / across * tile, t % across * tile);
            bool symmetric = ReferenceEquals(other, this);
            if (symmetric && b < a) return;
            for (int i = a; i < Math.Min(a + tile, Rows); i++)
                for (int j = symmetric ? Math.Max(i, b) : b; j < Math.Min(b + tile, columns); j++)
                {
                    double dot = scale * Dot(i, other, j);
                    gram[(long)i * columns + j] += dot;
                    if (symmetric && j != i) gram[(long)j * columns + i] += dot;
                }
        });
    }
}
