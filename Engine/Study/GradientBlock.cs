namespace ManualVae.Study;

/// <summary>
/// The gradients of many users' losses by one layer's parameters, kept as factors. A user's gradient is never written out: it is
/// an outer product, and inner products follow from the factors.
/// </summary>
/// <param name="name">The layer, such as <c>decoder.1</c>.</param>
/// <param name="rows">Number of users (or of user x draw rows).</param>
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
    /// gram[i, j] += scale * the inner product of gradient i here with gradient j of another block of the same layer and as many
    /// rows. Rows are shared among threads; each element is one thread's work.
    /// </summary>
    public void AddGram(double[] gram, GradientBlock other, double scale = 1)
    {
        // Tiles of 16 x 16 rows: the wide output layer's rows are read from memory once a tile, not once a pair.
        const int tile = 16;
        int tiles = (Rows + tile - 1) / tile;
        Parallel.For(0, tiles * tiles, t =>
        {
            var (a, b) = (t / tiles * tile, t % tiles * tile);
            bool symmetric = ReferenceEquals(other, this);
            if (symmetric && b < a) return;
            for (int i = a; i < Math.Min(a + tile, Rows); i++)
                for (int j = symmetric ? Math.Max(i, b) : b; j < Math.Min(b + tile, Rows); j++)
                {
                    double dot = scale * Dot(i, other, j);
                    gram[(long)i * Rows + j] += dot;
                    if (symmetric && j != i) gram[(long)j * Rows + i] += dot;
                }
        });
    }
}
