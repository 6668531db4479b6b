namespace ManualVae.Tools.Mechanisms;

/// <summary>Names of the figures: columns of <c>figures.csv</c> and rows of the printed table.</summary>
internal static class MechanismNames
{
    public const string Helps = "P(helps)", Local = "P(helps) local", Global = "P(helps) global",
        Unrelated = "P(helps) unrelated",
        Decay = "W2 and helping, Spearman", CosineDecay = "W2 and cosine, Spearman", FixedDecay = "W2 and helping, clicks fixed",
        RelativeDecay = "relative W2 and helping", RelativeCosineDecay = "relative W2 and cosine", Control = "control, Spearman",
        ClickDecay = "click overlap and helping", Lipschitz = "L, largest", LipschitzMedian = "L, median pair",
        PositiveRadius = "||g_u|| above Delta_x, share", Inside = "inside r_share, share",
        InsideOwn = "inside, own constant, share",
        InsidePairs = "inside r_share, pairs", InsideOwnPairs = "inside, own constant, pairs",
        NotHelped = "inside but not helped, pairs",
        FirstOrder = "first-order error, power of step",
        MaskedLocal = "P(helps) local, masked", MaskedGlobal = "P(helps) global, masked", MaskedDecay = "W2 and helping, masked",
        NearInput = "near pairs, input distance", NearLatent = "near pairs, latent distance",
        FarInput = "far pairs, input distance", FarLatent = "far pairs, latent distance",
        Kept = "neighbours kept, two masks", KeptClean = "neighbours kept, mask and clean", OwnDistance = "own / other distance",
        Overlap = "latent and click neighbours alike", LocalNeighbours = "latent neighbours local",
        GlobalNeighbours = "latent neighbours global",
        UnrelatedNeighbours = "latent neighbours unrelated", RankCorrelation = "rank correlation, W2 and clicks",
        Purity = "cohort purity",
        FewMiddle = "few to middle clicks / mean W2", MiddleMany = "middle to many clicks / mean W2",
        FewMany = "few to many clicks / mean W2",
        MaskVariance = "variance of mu across masks", RelativeVariance = "variance / users' spread",
        CentroidDistance = "distance to centroid",
        Sigma = "mean sigma", Kl = "KL", Informative = "informative dimensions", Active = "active dimensions",
        Information = "mutual information", MeanDistance = "mean W2", Validation = "best validation", Ndcg = "test NDCG@100",
        Recall = "test Recall@20";

    /// <summary>A share or a probability, which no interval may take out of [0, 1].</summary>
    public static bool IsShare(string name) =>
        name.StartsWith("P(helps)", StringComparison.Ordinal) || name.EndsWith(", share", StringComparison.Ordinal);

    /// <summary>P(helps) in the i-th tenth of relative latent distance, and where that is.</summary>
    public static string TenthHelps(int i) => $"P(helps), tenth {i + 1} of relative W2";

    /// <inheritdoc cref="TenthHelps"/>
    public static string TenthDistance(int i) => $"relative W2, tenth {i + 1}";
}
