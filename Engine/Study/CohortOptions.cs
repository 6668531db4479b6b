using ManualVae.Data;
using static ManualVae.Data.InputException;

namespace ManualVae.Study;

/// <summary>Settings of <see cref="CohortStudy"/>.</summary>
public sealed record CohortOptions : IStudyOptions
{
    /// <summary>Clicks of each cohort's histories. Sizes that too few users have are reduced to what they have.</summary>
    public IReadOnlyList<int> Sizes { get; init; } = [5, 50, 350];

    /// <summary>Users whose histories are cut, at most; each gives one history to every cohort.</summary>
    public int Sources { get; init; } = 100;

    /// <summary>Ordered pairs of users for each two cohorts, or all there are.</summary>
    public int Pairs { get; init; } = 300;

    /// <summary>Latent draws in every expectation.</summary>
    public int Draws { get; init; } = 4;

    /// <summary>Length of the parameter change of a median step.</summary>
    public double Move { get; init; } = 0.01;

    /// <summary>k of the neighbourhoods of the purity, or half of a cohort if that is less.</summary>
    public int Neighbours { get; init; } = 20;

    /// <summary>Lay the histories out on a map.</summary>
    public bool Map { get; init; } = true;

    /// <summary>Seed of the users, the cuts, pairs, noise and the map.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Refuses options outside their ranges.</summary>
    /// <exception cref="InputException">Names the option and its range.</exception>
    public void Validate()
    {
        if (Sizes.Count < 2 || Sizes.Any(size => size < 1) || Sizes.Zip(Sizes.Skip(1)).Any(pair => pair.First >= pair.Second))
            throw About($"{Setting(nameof(Sizes))} {string.Join(',', Sizes)}: give two or more numbers of clicks that rise.");
        Check.AtLeast(2, Sources, ", help is between users");
        Check.AtLeast(1, Pairs);
        Check.AtLeast(1, Draws);
        Check.AtLeast(1, Neighbours);
        if (!(Move > 0 && double.IsFinite(Move))) throw About($"{Setting(nameof(Move))} {Move}: give a length above 0.");
        int mapped = TSne.Limit / Sizes.Count;
        if (Map && Sources > mapped)
            throw About($"{Setting(nameof(Sources))} {Sources}: give at most {mapped}, or {Setting(nameof(Map))} false.");
    }

    /// <inheritdoc/>
    public IStudyOptions FittedTo(int users) => this with { Sources = Math.Max(2, Math.Min(Sources, users)) };
}
