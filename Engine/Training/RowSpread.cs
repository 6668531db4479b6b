using ManualVae.Compute;

namespace ManualVae.Training;

/// <summary>How far the rows of a tensor lie apart.</summary>
public static class RowSpread
{
    /// <summary>
    /// Root mean square distance of the rows, cut to the first columns, from their mean: 0 where all are equal.
    /// </summary>
    public static double Of(IBackend backend, Tensor rows, int? columns = null)
    {
        int width = columns ?? rows.Columns;
        double[] values = backend.Values(rows);
        double total = 0;
        for (int k = 0; k < width; k++)
        {
            double mean = 0;
            for (int row = 0; row < rows.Rows; row++) mean += values[(row * rows.Columns) + k] / rows.Rows;
            for (int row = 0; row < rows.Rows; row++) total += Math.Pow(values[(row * rows.Columns) + k] - mean, 2) / rows.Rows;
        }
        return Math.Sqrt(total);
    }
}
