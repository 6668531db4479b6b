namespace ManualVae.Data;

/// <summary>What a prepared folder holds; every number refers to its files.</summary>
public sealed record DatasetCounts
{
    /// <summary>All users in <c>users.tsv</c>.</summary>
    public int Users { get; init; }
    /// <summary>Rows of the training matrix.</summary>
    public int TrainUsers { get; init; }
    /// <summary>Rows of the validation part, 0 without one.</summary>
    public int ValidationUsers { get; init; }
    /// <summary>Rows of the test part, 0 without one.</summary>
    public int TestUsers { get; init; }
    /// <summary>All items in <c>items.tsv</c>.</summary>
    public int Items { get; init; }
    /// <summary>Clicks in <c>train.csr</c>.</summary>
    public long TrainClicks { get; init; }
    /// <summary>Clicks shown of held-out users in validation (strong generalisation only).</summary>
    public long ValidationFoldInClicks { get; init; }
    /// <summary>Clicks to be found in validation.</summary>
    public long ValidationHeldOutClicks { get; init; }
    /// <summary>Clicks shown of held-out users in the test (strong generalisation only).</summary>
    public long TestFoldInClicks { get; init; }
    /// <summary>Clicks to be found in the test.</summary>
    public long TestHeldOutClicks { get; init; }
    /// <summary>Sampled negatives of the test (sampled protocol only).</summary>
    public long TestCandidates { get; init; }
}
