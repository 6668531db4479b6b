using ManualVae.Compute.Algebra;
using ManualVae.Data;

namespace ManualVae.Models.Baselines;

/// <summary>
/// Full-rank linear autoencoders in closed form. G = X'X, Gamma diagonal, C = (G + Gamma)^-1; column j of W is -s_j times column
/// j of C outside the diagonal, and d_j on it. Members differ in Gamma, s and d only, so all of them cost one inverse.
/// Gamma_jj = lambda + p / (1 - p) G_jj: dropping a click of the input with probability p is, in expectation, this ridge (Steck
/// 2020).
/// </summary>
internal static class LinearAutoencoder
{
    /// <summary>What a member says of a column.</summary>
    /// <param name="inverse">C_jj.</param>
    /// <param name="gamma">Gamma_jj.</param>
    /// <param name="clicks">G_jj.</param>
    /// <returns>s_j and d_j.</returns>
    public delegate (double Scale, double Diagonal) Column(double inverse, double gamma, double clicks);

    /// <summary>Solves for W. Memory: items^2 x 4 bytes, and panels of the inverse.</summary>
    /// <param name="name">The member.</param>
    /// <param name="train">Clicks; their values are ignored.</param>
    /// <param name="given">lambda, above 0; null takes one that suits the data.</param>
    /// <param name="dropout">p, in [0, 1).</param>
    /// <param name="column">The member's columns.</param>
    /// <param name="monitor">Progress and cancellation.</param>
    /// <exception cref="InputException">A setting is out of range, or the matrix does not fit into memory.</exception>
    public static ItemItemModel Fit(
        string name, CsrMatrix train, double? given, double dropout, Column column, FitMonitor monitor)
    {
        double lambda = given ?? DataDefaults.Ridge(train);
        var (weights, _) = Solve(name, train, lambda, dropout, column, monitor);
        return new(name, train.Columns, weights) { FromData = DataDefaults.Taken(("lambda", given, lambda)) };
    }

    /// <summary>W [I, I], and the diagonal of C.</summary>
    internal static (float[] Weights, float[] Diagonal) Solve(
        string name, CsrMatrix train, double lambda, double dropout, Column column, FitMonitor monitor)
    {
        if (!(lambda > 0 && double.IsFinite(lambda))) throw new InputException($"{name}: lambda must be above 0, not {lambda}.");
        if (!(dropout is >= 0 and < 1)) throw new InputException($"{name}: dropout must be in [0, 1), not {dropout}.");
        int n = train.Columns;
        double share = dropout / (1 - dropout);
        monitor.Needs(name, Bytes(train));
        var weights = CoOccurrence.Allocate(n);
        var gram = new RidgeGram(train, lambda, share: share);
        gram.Fill(weights);
        monitor.Pass($"{name}: X'X of {n} items");
        gram.Invert(weights, monitor.Cancellation);
        monitor.Pass($"{name}: inverse");
        var (scale, diagonal, inverse) = (new float[n], new float[n], new float[n]);
        foreach (var (j, clicks) in train.ColumnCounts().Index())
        {
            inverse[j] = weights[j * n + j];
            var (s, d) = column(inverse[j], lambda + share * clicks, clicks);
            (scale[j], diagonal[j]) = ((float)s, (float)d);
        }
        Cores.For(0, n, i =>
        {
            var row = weights.AsSpan(i * n, n);
            for (int j = 0; j < row.Length; j++) row[j] *= -scale[j];
            row[i] = diagonal[i];
        });
        return (weights, inverse);
    }

    /// <summary>What solving takes.</summary>
    internal static long Bytes(CsrMatrix train) =>
        CoOccurrence.Bytes(train.Columns) + InverseBytes(train.Columns) + CoOccurrence.Bytes(train);

    // Two panels of n x 256, packed once more for the product.
    internal static long InverseBytes(int items) => 4L * 256 * items * sizeof(float);
}
