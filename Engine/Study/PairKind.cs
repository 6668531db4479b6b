namespace ManualVae.Study;

/// <summary>Relation of two users' clicks: local and global as in arXiv 2511.06781; the thresholds are ours.</summary>
public enum PairKind
{
    /// <summary>Items in common, and ||x_u - x_v||_1 within the lowest quarter of all pairs.</summary>
    Local,
    /// <summary>Items in common, but far in l1.</summary>
    Global,
    /// <summary>No item in common.</summary>
    Unrelated,
}
