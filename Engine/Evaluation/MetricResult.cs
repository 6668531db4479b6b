namespace ManualVae.Evaluation;

/// <summary>One metric of an evaluation.</summary>
/// <param name="Metric">Which metric.</param>
/// <param name="Mean">Mean over the evaluated users, NaN without any; for coverage and Gini the value itself.</param>
/// <param name="StandardError">
/// Standard deviation (divided by n, as numpy's default) / sqrt(n), as Liang et al. report it; null for coverage and Gini.
/// </param>
/// <param name="PerUser">Value of each user of <see cref="EvaluationResult.Rows"/>; null for coverage and Gini.</param>
public sealed record MetricResult(Metric Metric, double Mean, double? StandardError, double[]? PerUser)
{
    /// <summary>The mean and standard error of per-user values, summed in their order.</summary>
    public static MetricResult FromUsers(Metric metric, double[] values)
    {
        var (mean, error) = MeanOf(values);
        return new(metric, mean, error, values);
    }

    /// <summary>The mean and its standard error (divided by n, as above) of any users' values; NaN without any.</summary>
    public static (double Mean, double StandardError) MeanOf(ReadOnlySpan<double> values)
    {
        double sum = 0, squares = 0;
        foreach (double value in values) sum += value;
        double mean = sum / values.Length;
        foreach (double value in values) squares += (value - mean) * (value - mean);
        return (mean, Math.Sqrt(squares / values.Length) / Math.Sqrt(values.Length));
    }
}
