using ManualVae.Data;

namespace ManualVae.Serving;

/// <summary>A query in the model's columns, and its answer.</summary>
/// <param name="Query">What was asked.</param>
/// <param name="User">Row of the user in the histories; null for somebody new.</param>
/// <param name="History">The clicks, increasing.</param>
/// <param name="NotRanked">All that is not recommended, increasing: the history too, unless it may be.</param>
/// <param name="Allowed">The only items to recommend, increasing; null for all.</param>
/// <param name="Unknown">Ids that the model does not know.</param>
internal sealed record Request(
    Query Query, int? User, int[] History, int[] NotRanked, int[]? Allowed, IReadOnlyList<string> Unknown)
{
    /// <summary>All histories, for a model that tells its users by their row; else null.</summary>
    public CsrMatrix? TrainingUsers { get; init; }

    /// <summary>True if the model tells this user by the row.</summary>
    public bool IsByRow => TrainingUsers is not null && User is not null;

    /// <summary>True if nothing is known of the person, so that popularity answers.</summary>
    public bool FromPopularity { get; set; }

    /// <summary>The items found, best first.</summary>
    public int[] Items { get; set; } = [];

    /// <summary>Their scores.</summary>
    public float[] Scores { get; set; } = [];

    /// <summary>The clicks that brought each item up, or null if they were not asked for.</summary>
    public (int Click, float Contribution)[][]? Why { get; set; }
}
