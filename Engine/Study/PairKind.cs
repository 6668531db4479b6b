namespace ManualVae.Study;

/// <summary>How two users' clicks relate (local and global collaboration in arXiv 2511.06781; the thresholds are ours).</summary>
public enum PairKind
{
    /// <summary>Items in common, and ||x_u - x_v||_1 within the lowest quarter of all pairs.</summary>
    Local,
    /// <summary>Items in common, yet far in l1.</summary>
    Global,
    /// <summary>No item in common.</summary>
    Unrelated,
}
