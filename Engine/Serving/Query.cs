namespace ManualVae.Serving;

/// <summary>For whom items are wanted, and which.</summary>
public sealed record Query
{
    /// <summary>A user of the data by original id, or null for somebody new.</summary>
    public string? User { get; init; }

    /// <summary>
    /// Original ids of items the person clicked, beside what is known of the user. Unknown ids are skipped. A model that knows
    /// its training users only does not score by them.
    /// </summary>
    public IReadOnlyList<string> Items { get; init; } = [];

    /// <summary>Length of the list, 1 or more.</summary>
    public int Top { get; init; } = 10;

    /// <summary>Items of the history may be recommended too.</summary>
    public bool IncludeSeen { get; init; }

    /// <summary>Original ids of items that are not recommended.</summary>
    public IReadOnlyCollection<string> Exclude { get; init; } = [];

    /// <summary>Original ids of the only items that may be recommended; null for all.</summary>
    public IReadOnlyCollection<string>? Allow { get; init; }

    /// <summary>
    /// How many clicks to name that brought each item up; 0 names none. Cheap for linear models; an autoencoder scores the
    /// history once more for each of its clicks.
    /// </summary>
    public int Why { get; init; }
}
