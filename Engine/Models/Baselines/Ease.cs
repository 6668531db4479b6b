using ManualVae.Compute.Algebra;
using ManualVae.Data;

namespace ManualVae.Models.Baselines;

/// <summary>Settings of <see cref="Ease"/>.</summary>
/// <param name="Lambda">
/// Ridge, above 0. Steck's values are of the order of 500 (ML-20M), 1000 (Netflix), 200 (MSD); 500 is also best on ml-1m-strong.
/// </param>
public sealed record EaseSettings(double Lambda = 500);

/// <summary>
/// EASE^R (Steck 2019, "Embarrassingly Shallow Autoencoders for Sparse Data", eq. 8): the full-rank linear item-item model with
/// a zero diagonal, in closed form. P = (X'X + lambda I)^-1, B = I - P diag(1 / diag P), scores = x B.
/// </summary>
public sealed class Ease : IRecommender
{
    private readonly float[] _weights; // B, items x items

    private Ease(int itemCount, float[] weights) => (ItemCount, _weights) = (itemCount, weights);

    /// <summary>Solves for B. Memory: items^2 x 4 bytes.</summary>
    /// <exception cref="InputException">Lambda is not above 0, or the matrices do not fit into memory.</exception>
    public static Ease Fit(CsrMatrix train, EaseSettings settings, FitMonitor monitor = default)
    {
        if (!(settings.Lambda > 0)) throw new InputException($"ease: lambda must be above 0, not {settings.Lambda}.");
        int n = train.Columns;
        RequireMemory(n);
        var weights = new CoClicks(train).Gram();
        monitor.Pass($"ease: X'X of {n} items");
        for (int i = 0; i < n; i++) weights[i * n + i] += (float)settings.Lambda;
        SymmetricInverse.InPlace(weights, n, cancellation: monitor.Cancellation);
        monitor.Pass("ease: inverse");
        InverseToWeights(weights, n);
        return new(n, weights);
    }

    /// <inheritdoc/>
    public string Name => "ease";

    /// <inheritdoc/>
    public int ItemCount { get; }

    /// <inheritdoc/>
    public int BatchSize => 256;

    /// <summary>B, items x items, row-major: entry (i, j) is what a click on i adds to the score of j.</summary>
    public ReadOnlySpan<float> Weights => _weights;

    /// <inheritdoc/>
    public void Score(CsrMatrix foldIn, int firstRow, int rows, Span<float> scores) =>
        ParallelRows.For(scores, rows, ItemCount, (row, values) =>
            CoClicks.SumRows(_weights, foldIn.RowColumns(firstRow + row), values));

    /// <inheritdoc/>
    public void Dispose() { }

    /// <summary>Turns P into I - P diag(1 / diag P) in place; P need not be symmetric.</summary>
    internal static void InverseToWeights(float[] p, int n)
    {
        var diagonal = new float[n];
        for (int j = 0; j < n; j++) diagonal[j] = p[j * n + j];
        Parallel.For(0, n, i =>
        {
            for (int j = 0; j < n; j++) p[i * n + j] = i == j ? 0 : -p[i * n + j] / diagonal[j];
        });
    }

    private static void RequireMemory(int items)
    {
        long needed = (long)items * items * 4, available = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        if (needed > available)
            throw new InputException(
                $"ease: {items} items need about {needed >> 20} MiB, this machine has {available >> 20}: keep fewer items or use another model.");
    }
}
