namespace ManualVae.Evaluation;

/// <summary>Quantiles of samples, by one definition for tests, intervals and studies.</summary>
public static class Quantiles
{
    /// <summary>
    /// The value below which a share of the values lies, interpolated between the two nearest (type 7 of Hyndman and Fan 1996,
    /// numpy's default; MathNet's differs in the last bit); NaN without values. Sorts a copy.
    /// </summary>
    /// <param name="values">The sample, in any order.</param>
    /// <param name="share">In [0, 1]; 0.5 gives the median.</param>
    public static double Of(IEnumerable<double> values, double share)
    {
        double[] sorted = [.. values.Order()];
        if (sorted.Length == 0) return double.NaN;
        double at = share * (sorted.Length - 1);
        int below = (int)at;
        return below + 1 < sorted.Length ? sorted[below] + (at - below) * (sorted[below + 1] - sorted[below]) : sorted[below];
    }
}
