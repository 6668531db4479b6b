using ManualVae.Tools.Sweep;

namespace ManualVae.Tools.Recipe;

/// <summary>A model that a recipe tries: a baseline over a grid that grows, or a member of the family over a space.</summary>
/// <param name="Name">Name in tables.</param>
/// <param name="Why">Why it is tried on data of this shape, one line.</param>
/// <param name="Fixed">Settings of all its trials, the model among them.</param>
internal sealed record RecipeCandidate(string Name, string Why, IReadOnlyDictionary<string, string> Fixed)
{
    /// <summary>Of a baseline: where its search begins and how it grows; none for a single fit.</summary>
    public IReadOnlyList<GridAxis> Axes { get; init; } = [];

    /// <summary>Of a baseline: most fits.</summary>
    public int Most { get; init; } = 1;

    /// <summary>Of a member of the family: settings that did well elsewhere, tried first.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, string>> Starts { get; init; } = [];

    /// <summary>Of a member of the family: what is drawn after the starts; null for a baseline.</summary>
    public SweepSpace? Space { get; init; }

    /// <summary>The model, as in <c>--model</c>.</summary>
    public string Model => Fixed["model"];
}
