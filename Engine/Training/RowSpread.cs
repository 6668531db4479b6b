using ManualVae.Compute;
using ManualVae.Compute.Ranks;

namespace ManualVae.Training;

/// <summary>How far the rows of a tensor lie apart.</summary>
public static class RowSpread
{
    /// <summary>
    /// Root mean square distance of the rows, cut to the first columns, from their mean: 0 where all are equal.
    /// </summary>
    /// <param name="backend">Where they lie.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="columns">How many columns count; null for all.</param>
    /// <param name="shared">Each rank has rows of its own, and the spread is that of all.</param>
    public static double Of(IBackend backend, Tensor rows, int? columns = null, bool shared = false)
    {
        var ranks = shared ? backend.Ranks : Communicator.Alone;
        int width = columns ?? rows.Columns;
        double[] values = backend.Values(rows), means = new double[width];
        double count = ranks.Sum(rows.Rows), total = 0;
        for (int k = 0; k < width; k++)
            for (int row = 0; row < rows.Rows; row++) means[k] += values[(row * rows.Columns) + k] / count;
        ranks.Sum<double>(means);
        for (int k = 0; k < width; k++)
            for (int row = 0; row < rows.Rows; row++)
                total += Math.Pow(values[(row * rows.Columns) + k] - means[k], 2) / count;
        return Math.Sqrt(ranks.Sum(total));
    }
}
