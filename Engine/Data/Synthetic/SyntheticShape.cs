using static ManualVae.Data.InputException;

namespace ManualVae.Data.Synthetic;

/// <summary>
/// Size and character of made-up clicks. Popularity of the item at rank r (from 0) is proportional to (r +
/// HeadShift)^-PopularityExponent exp(-r / TailLength), and no lower than what gives FewestItemClicks; activity is
/// FewestUserClicks plus a log-normal number, scaled so that all users together have exactly Interactions clicks.
/// </summary>
public sealed record SyntheticShape
{
    /// <summary>Name of the shape.</summary>
    public required string Name { get; init; }
    /// <summary>Users, held-out ones included.</summary>
    public required int Users { get; init; }
    /// <summary>Items.</summary>
    public required int Items { get; init; }
    /// <summary>Clicks.</summary>
    public required long Interactions { get; init; }
    /// <summary>Users held out for validation, and again for the test.</summary>
    public required int HeldOutUsers { get; init; }
    /// <summary>Planted factors (tastes); each has its items and its genres.</summary>
    public int Factors { get; init; } = 150;
    /// <summary>Tastes that make up one user, drawn with repetition.</summary>
    public int TastesOfAUser { get; init; } = 5;
    /// <summary>Share of clicks drawn from the user's tastes; the rest follows plain popularity.</summary>
    public double PersonalShare { get; init; } = 0.82;
    /// <summary>Exponent of the power law.</summary>
    public double PopularityExponent { get; init; } = 1.08;
    /// <summary>Ranks over which the head is flat.</summary>
    public double HeadShift { get; init; } = 20;
    /// <summary>Rank, as a share of the items, at which the power law begins to die out.</summary>
    public double TailLength { get; init; } = 0.125;
    /// <summary>Clicks that the rarest items are expected to have.</summary>
    public double FewestItemClicks { get; init; } = 1;
    /// <summary>Clicks of the least active users.</summary>
    public int FewestUserClicks { get; init; } = 5;
    /// <summary>Standard deviation of the logarithm of activity.</summary>
    public double ActivitySpread { get; init; } = 1.18;

    /// <summary>
    /// MovieLens-20M as prepared by Liang et al. 2018: counts published there; popularity and activity fitted to the held-out
    /// halves of its 20,000 validation and test users (see the tests for how close).
    /// </summary>
    public static SyntheticShape MovieLens20M { get; } = new()
    {
        Name = "ml-20m", Users = 136_677, Items = 20_108, Interactions = 9_990_682, HeldOutUsers = 10_000,
    };

    /// <summary>Netflix as prepared by Liang et al. 2018: counts published there; character as MovieLens.</summary>
    public static SyntheticShape Netflix { get; } = new()
    {
        Name = "netflix", Users = 463_435, Items = 17_769, Interactions = 56_900_000, HeldOutUsers = 40_000,
        FewestItemClicks = 20,
    };

    /// <summary>
    /// Million Song as prepared by Liang et al. 2018: counts published there, 33.6 million clicks, users of at least 20 and
    /// songs of about 200; the flatter popularity is assumed, not fitted.
    /// </summary>
    public static SyntheticShape MillionSong { get; } = new()
    {
        Name = "msd", Users = 571_355, Items = 41_140, Interactions = 33_600_000, HeldOutUsers = 50_000, Factors = 400,
        PopularityExponent = 0.7, HeadShift = 30, TailLength = 0.5, FewestItemClicks = 150, FewestUserClicks = 20,
        ActivitySpread = 1,
    };

    /// <summary>The built-in data of <c>demo</c>: small enough to train on in seconds, and with tastes worth learning.</summary>
    public static SyntheticShape Small { get; } = new()
    {
        Name = "small", Users = 4_000, Items = 1_200, Interactions = 200_000, HeldOutUsers = 400, Factors = 30, TastesOfAUser = 3,
        PopularityExponent = 0.8, HeadShift = 10, TailLength = 0.5, FewestItemClicks = 8, FewestUserClicks = 10,
        ActivitySpread = 0.8,
    };

    /// <summary>All presets by name.</summary>
    public static IReadOnlyDictionary<string, SyntheticShape> Presets { get; } =
        new[] { Small, MovieLens20M, Netflix, MillionSong }.ToDictionary(shape => shape.Name);

    /// <summary>Refuses a shape that cannot be made.</summary>
    /// <exception cref="InputException">Says which number is wrong.</exception>
    public void Validate()
    {
        static void Require(bool holds, FormattableString message)
        {
            if (!holds) throw About(message);
        }
        Require(Users >= 3, $"{Setting(nameof(Users))} {Users}: must be at least 3.");
        Require(Items >= 10, $"{Setting(nameof(Items))} {Items}: must be at least 10.");
        Require(HeldOutUsers >= 1 && 2L * HeldOutUsers < Users,
            $"{Setting(nameof(HeldOutUsers))} {HeldOutUsers}: twice that must be fewer than the {Users} users.");
        long least = (long)Users * FewestUserClicks, most = Math.Min((long)Users * (Items / 2), int.MaxValue - 1024L);
        Require(Interactions >= least && Interactions <= most,
            $"{Setting(nameof(Interactions))} {Interactions}: {Users} users and {Items} items need from {least} to {most}.");
        Require(Interactions >= Items, $"{Setting(nameof(Interactions))} {Interactions}: fewer than the {Items} items.");
        Require((long)(Users - 2 * HeldOutUsers) * FewestUserClicks >= Items,
            $"{Setting(nameof(Users))} {Users}: too few training users for {Items} items to be clicked once each.");
    }
}
