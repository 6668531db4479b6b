using ManualVae.Compute;
using ManualVae.Data;

namespace ManualVae.Study;

/// <summary>The toys by name.</summary>
public static class StudyToyCatalogue
{
    /// <summary>Default of <see cref="Make"/>'s spread.</summary>
    public const double Spread = 1;

    /// <summary>Name of each toy and what it is.</summary>
    public static IReadOnlyList<(string Name, string Description)> All { get; } =
    [
        ("two-users", "two users, three items: numbers to check by hand (docs/worked-examples.md)"),
        ("inside", "users of two tastes, hardly trained: up to half of the pairs lie inside the sharing radius"),
        ("duplicates", "groups of near-duplicates, briefly trained: masks bring some pairs together and part others"),
    ];

    /// <summary>Makes a toy. A pure function of its arguments.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="backend">Where it computes; stays the caller's. The reference backend has double precision.</param>
    /// <param name="spread">
    /// How far the codes of <c>inside</c> lie from each other, above 0: the larger, the fewer pairs inside. Other toys have none.
    /// </param>
    /// <param name="rows">Most rows of one pass.</param>
    /// <returns>The toy, which the caller disposes of.</returns>
    /// <exception cref="InputException">No toy has that name, or the spread is not above 0.</exception>
    public static StudyToy Make(string name, IBackend backend, double spread = Spread, int rows = 512)
    {
        if (!(spread > 0 && double.IsFinite(spread)))
            throw InputException.About($"{InputException.Setting("ToySpread")} {spread}: give a number above 0.");
        string[] names = [.. All.Select(toy => toy.Name)];
        string all = string.Join(", ", names);
        return name switch
        {
            "two-users" => TwoUserToy.Make(backend, rows),
            "inside" => TasteToy.Inside(backend, spread, rows),
            "duplicates" => TasteToy.Duplicates(backend, rows),
            _ => throw InputException.About(
                $"{InputException.Setting("Toy")} {name}: unknown{Spelling.Question(name, names)}; give one of {all}."),
        };
    }
}
