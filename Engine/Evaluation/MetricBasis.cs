namespace ManualVae.Evaluation;

/// <summary>What a metric is computed from.</summary>
internal enum MetricBasis
{
    /// <summary>Where the hits are in one user's list (<see cref="UserMetrics"/>).</summary>
    Hits,
    /// <summary>Which items are in one user's list (<see cref="ListMetrics"/>).</summary>
    Items,
    /// <summary>The lists of all users together (<see cref="ListCounts"/>).</summary>
    AllLists,
    /// <summary>One user's scores of all items (<see cref="ScoreMetrics"/>).</summary>
    Scores,
}
