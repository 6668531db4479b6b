using ManualVae.Compute.Algebra;
using ManualVae.Data;

namespace ManualVae.Models.Baselines;

/// <summary>
/// MARec's SLIM (Monteil et al. 2024, eq. 10): for each item i by itself the weighted ridge regression
/// min over t of ||W^1/2 (x_i - X t)||^2 + lambda ||t||^2 + g1 t_i^2 + d_i^2 ||W^1/2 (X t - alpha X A_i)||^2, W diagonal over
/// users, 1 where they clicked i and w1 where not. Neither weights nor diagonal are constrained.
/// </summary>
/// <remarks>
/// Both squares together are one, of X t to the target (x_i + d^2 alpha X A_i) / (1 + d^2) with lambda and g1 divided by 1 + d^2.
/// As printed (eq. 11) the target is x_i + d alpha X A_i; the matrix of eq. 11 has a term X'W X A D beside, which is nothing
/// where rarely clicked items have no clicks (their rows of X' are zero, and so are their weights), and is left out elsewhere.
/// <para>
/// Solved by conjugate gradients, many items side by side, see <see cref="MarecSlimSystems"/>. Coordinate descent is no way: on
/// MovieLens-1M it still moves after thousands of sweeps, and what it has then ranks otherwise.
/// </para>
/// </remarks>
public static class MarecSlim
{
    /// <summary>Bytes while fitting, beside two item-item matrices.</summary>
    internal static long Bytes(CsrMatrix train) => LinearAutoencoder.Bytes(train) + MarecSlimSystems.Bytes(train);

    /// <summary>T, items x items, row-major.</summary>
    /// <param name="train">X.</param>
    /// <param name="alignment">alpha A, items x items, row-major.</param>
    /// <param name="strengths">d of each item.</param>
    /// <param name="settings">Lambda, w1, g1, form.</param>
    /// <param name="monitor">Progress and cancellation.</param>
    internal static float[] Fit(
        CsrMatrix train, float[] alignment, double[] strengths, MarecSettings settings, FitMonitor monitor)
    {
        bool printed = settings.Form == MarecForm.Printed;
        int n = train.Columns, done = 0;
        var (weights, inverse) = (CoOccurrence.Allocate(n), CoOccurrence.Allocate(n));
        using var systems = new MarecSlimSystems(train, inverse, settings.NegativeWeight);
        // Items whose ridges differ by less than a factor of two share the inverse that the iterations start from.
        foreach (var group in Enumerable.Range(0, n).GroupBy(i => Math.ILogB(Total(i))).OrderBy(g => g.Key))
        {
            var gram = new RidgeGram(train, settings.Lambda / group.Max(Total) / settings.NegativeWeight);
            gram.Fill(inverse);
            gram.Invert(inverse, monitor.Cancellation);
            foreach (int[] items in group.Chunk(MarecSlimSystems.Lanes))
            {
                systems.Begin(items, alignment, Array.ConvertAll(items, Equation));
                int iterations = systems.Solve(weights, monitor.Cancellation);
                int before = done;
                done += items.Length;
                if (done * 8L / n > before * 8L / n)
                    monitor.Report?.Invoke($"marec: slim weights of {done} of {n} items, {iterations} iterations");
            }
        }
        return weights;

        double Total(int item) => printed ? 1 : 1 + strengths[item] * strengths[item];

        MarecSlimEquation Equation(int item) => new(
            settings.Lambda / Total(item), settings.DiagonalPenalty / Total(item), 1 / Total(item),
            printed ? strengths[item] : strengths[item] * strengths[item] / Total(item));
    }
}
