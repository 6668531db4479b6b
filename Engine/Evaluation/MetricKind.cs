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
    /// <summary>Mean number of training users of the recommended items.</summary>
    AveragePopularity,
    /// <summary>Share of the recommended items outside the most clicked fifth.</summary>
    LongTail,
    /// <summary>How unlike the recommended items are.</summary>
    Diversity,
    /// <summary>Hits that a list of the most clicked items would not have.</summary>
    Serendipity,
    /// <summary>How far the genres of the list are from those of the user's clicks.</summary>
    Calibration,
    /// <summary>How unequally items of three groups by popularity are recommended.</summary>
    StatisticalParity,
    /// <summary>Chance that a held-out item scores above another one, as a mean over users.</summary>
    Auc,
    /// <summary>The same, users weighted by their held-out items.</summary>
    Gauc,
    /// <summary>Rank-biased precision.</summary>
    RankBiasedPrecision,
    /// <summary>How much better users with many clicks are served than the others.</summary>
    UserGap,
    /// <summary>How much more often popular items are found, where they should be, than the others.</summary>
    ItemGap,
}
