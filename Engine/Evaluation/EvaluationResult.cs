namespace ManualVae.Evaluation;

/// <summary>What an evaluation found.</summary>
/// <param name="Rows">The evaluated rows of the split, increasing.</param>
/// <param name="SkippedUsers">Users skipped because none of their clicks is held out.</param>
/// <param name="Metrics">The metrics, in the order asked for.</param>
/// <param name="EmptyFoldIn">Evaluated users of whom the model was shown nothing: they are ranked without knowledge.</param>
public sealed record EvaluationResult(
    int[] Rows, int SkippedUsers, IReadOnlyList<MetricResult> Metrics, int EmptyFoldIn = 0)
{
    /// <summary>Number of evaluated users.</summary>
    public int Users => Rows.Length;

    /// <summary>The mean of a metric by its name.</summary>
    /// <exception cref="KeyNotFoundException">The metric was not asked for.</exception>
    public double this[string metric] =>
        Metrics.FirstOrDefault(m => m.Metric.Name == metric)?.Mean
        ?? throw new KeyNotFoundException(
            $"{metric} was not evaluated; there are {string.Join(", ", Metrics.Select(m => m.Metric))}.");
}
