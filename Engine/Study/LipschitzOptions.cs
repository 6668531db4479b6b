using ManualVae.Data;

namespace ManualVae.Study;

/// <summary>Settings of <see cref="LipschitzStudy"/>.</summary>
public sealed record LipschitzOptions : IStudyOptions
{
    /// <summary>Random pairs of users.</summary>
    public int Pairs { get; init; } = 2000;

    /// <summary>Shares of a history to cut for near-duplicates, a user beside itself.</summary>
    /// <remarks>0 removes a single click.</remarks>
    public IReadOnlyList<double> Cuts { get; init; } = [0, 0.1, 0.25, 0.5, 0.75];

    /// <summary>Users whose history is cut, for each share.</summary>
    public int Duplicates { get; init; } = 200;

    /// <summary>Inputs masked as in training, instead of the clean ones.</summary>
    public bool Masked { get; init; }

    /// <summary>Mask draws, if masked.</summary>
    public int Draws { get; init; } = 8;

    /// <summary>Seed of pairs, cuts and masks.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Refuses options outside their ranges.</summary>
    /// <exception cref="InputException">Names the option and its range.</exception>
    public void Validate()
    {
        Check.AtLeast(1, Pairs);
        Check.AtLeast(1, Duplicates);
        Check.AtLeast(1, Draws);
        Check.Shares(Cuts);
    }

    /// <inheritdoc/>
    public IStudyOptions FittedTo(int users) =>
        this with { Pairs = PairSampler.AtMost(Pairs, users), Duplicates = Math.Min(Duplicates, users) };
}
