namespace ManualVae.Data.Import;

/// <summary>The order in which a strong split draws the held-out clicks: the draws depend on it.</summary>
public enum FoldInOrder
{
    /// <summary>Users by original id, the clicks of a user in the order of the file: the code of Liang et al. 2018.</summary>
    Source,
    /// <summary>Users and items by their positions after the division, as where only matrices are left.</summary>
    Positions,
}

/// <summary>What <c>data import</c> is asked to do.</summary>
public sealed record ImportOptions
{
    /// <summary>Name of the format, see <see cref="ClickFormats.Names"/>.</summary>
    public required string Format { get; init; }
    /// <summary>The file or folder to read.</summary>
    public required string Input { get; init; }
    /// <summary>Which clicks to keep.</summary>
    public ClickFilters Filters { get; init; } = new();
    /// <summary>How to divide them; null = as the format's files are divided, else strong.</summary>
    public SplitKind? Split { get; init; }
    /// <summary>Seed of the strong split, 0 to 2^32 - 1.</summary>
    public uint Seed { get; init; } = 98765;
    /// <summary>Users held out for validation and again for the test; null = a tenth of all, at most 10,000.</summary>
    public int? HeldOutUsers { get; init; }
    /// <summary>
    /// Order of the strong split's draws; null = as in the source, or by positions where ready-made parts were merged, which
    /// leaves the source without an order of its own.
    /// </summary>
    public FoldInOrder? FoldInOrder { get; init; }
    /// <summary>Share of the clicks held out for validation by the temporal split.</summary>
    public double ValidationRatio { get; init; } = 0.1;
    /// <summary>Share of the clicks held out for the test by the temporal split.</summary>
    public double TestRatio { get; init; } = 0.2;
    /// <summary>
    /// Where the source divides train and test but has no validation part: hold out one training click of each user (the last
    /// by time where known, else a random one) as validation, with drawn negatives where the test has sampled ones.
    /// </summary>
    public bool CarveValidation { get; init; }
    /// <summary>Format <c>csv</c>: name of the column of users.</summary>
    public string? UserColumn { get; init; }
    /// <summary>Format <c>csv</c>: name of the column of items.</summary>
    public string? ItemColumn { get; init; }
    /// <summary>Format <c>csv</c>: name of the column of ratings.</summary>
    public string? RatingColumn { get; init; }
    /// <summary>Format <c>csv</c>: name of the column of times.</summary>
    public string? TimeColumn { get; init; }
    /// <summary>Format <c>csv</c>: the separator.</summary>
    public string Separator { get; init; } = ",";
}
