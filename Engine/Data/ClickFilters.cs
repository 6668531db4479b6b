using System.Text.Json.Serialization;

namespace ManualVae.Data;

/// <summary>Which clicks an import keeps; 0 or null turns a filter off.</summary>
public sealed record ClickFilters
{
    /// <summary>Ignore clicks rated lower; null keeps all.</summary>
    [JsonPropertyName("minimumRating")]
    public double? MinRating { get; init; }
    /// <summary>Remove items with fewer clicks, first and once.</summary>
    [JsonPropertyName("minimumItemClicks")]
    public int MinItemClicks { get; init; }
    /// <summary>Then remove users with fewer clicks, once.</summary>
    [JsonPropertyName("minimumUserClicks")]
    public int MinUserClicks { get; init; }
    /// <summary>Then remove users and items with fewer clicks until none is left.</summary>
    public int KCore { get; init; }
}
