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
public static class Ease
{
    /// <summary>Solves for B. Memory: items^2 x 4 bytes, and panels of the inverse.</summary>
    /// <exception cref="InputException">Lambda is not above 0, or the matrix does not fit into memory.</exception>
    public static ItemItemModel Fit(CsrMatrix train, EaseSettings settings, FitMonitor monitor = default) =>
        new("ease", train.Columns, Solve(train, settings, monitor).Weights);

    /// <summary>B [I, I], and the diagonal of P.</summary>
    internal static (float[] Weights, float[] Diagonal) Solve(CsrMatrix train, EaseSettings settings, FitMonitor monitor)
    {
        if (!(settings.Lambda > 0)) throw new InputException($"ease: lambda must be above 0, not {settings.Lambda}.");
        int n = train.Columns;
        monitor.Needs("ease", Bytes(train));
        var weights = CoOccurrence.Allocate(n);
        var gram = new RidgeGram(train, settings.Lambda);
        gram.Fill(weights);
        monitor.Pass($"ease: X'X of {n} items");
        gram.Invert(weights, monitor.Cancellation);
        monitor.Pass("ease: inverse");
        return (weights, InverseToWeights(weights, n));
    }

    /// <summary>What fitting takes.</summary>
    internal static long Bytes(CsrMatrix train) =>
        CoOccurrence.Bytes(train.Columns) + InverseBytes(train.Columns) + CoOccurrence.Bytes(train);

    // Two panels of n x 256, packed once more for the product.
    internal static long InverseBytes(int items) => 4L * 256 * items * sizeof(float);

    /// <summary>Turns P into I - P diag(1 / diag P) in place; P need not be symmetric. Returns diag P.</summary>
    internal static float[] InverseToWeights(float[] p, int n)
    {
        var diagonal = new float[n];
        for (int j = 0; j < n; j++) diagonal[j] = p[j * n + j];
        Parallel.For(0, n, i =>
        {
            for (int j = 0; j < n; j++) p[i * n + j] = i == j ? 0 : -p[i * n + j] / diagonal[j];
        });
        return diagonal;
    }
}
