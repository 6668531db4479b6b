namespace ManualVae.Data;

/// <summary>What happened to the clicks between the source and the folder.</summary>
public sealed record ImportTally
{
    /// <summary>Lines (or pairs) read.</summary>
    public long ClicksRead { get; init; }
    /// <summary>Lines left out because they cannot be read.</summary>
    public long BadLines { get; init; }
    /// <summary>Lines left out by <see cref="Import.ImportOptions.Where"/>.</summary>
    public long LeftOutByWhere { get; init; }
    /// <summary>Clicks below the minimum rating.</summary>
    public long BelowMinimumRating { get; init; }
    /// <summary>Repeated (user, item) pairs merged into one.</summary>
    public long DuplicatesMerged { get; init; }
    /// <summary>Clicks that the minimum numbers of clicks removed.</summary>
    public long RemovedByFilters { get; init; }
    /// <summary>Clicks of held-out users on items that no training user clicked.</summary>
    public long UnknownItemsDropped { get; init; }
    /// <summary>Held-out clicks that are in the user's fold-in too: kept, as published, but never found.</summary>
    public long HeldOutAlsoInFoldIn { get; init; }
}
