namespace ManualVae.Evaluation;

/// <summary>What a metric measures; <see cref="Metric.Definition"/> states each formula.</summary>
public enum MetricKind
{
    /// <summary>Hits / min(K, held-out) (Liang et al. 2018).</summary>
    Recall,
    /// <summary>Hits / held-out.</summary>
    RecallAll,
    /// <summary>Normalised discounted cumulative gain, the ideal list cut at min(K, held-out).</summary>
    Ndcg,
    /// <summary>Hits / K.</summary>
    Precision,
    /// <summary>Mean average precision.</summary>
    Map,
    /// <summary>Mean reciprocal rank of the first hit.</summary>
    Mrr,
    /// <summary>Share of users with at least one hit.</summary>
    HitRate,
    /// <summary>Share of the items that anybody is recommended.</summary>
    Coverage,
    /// <summary>Inequality of how often items are recommended.</summary>
    Gini,
    /// <summary>Mean self-information of the recommended items.</summary>
    Novelty,
}
