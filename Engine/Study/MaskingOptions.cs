using ManualVae.Data;
using static ManualVae.Data.InputException;

namespace ManualVae.Study;

/// <summary>Settings of <see cref="MaskingStudy"/>.</summary>
public sealed record MaskingOptions : IStudyOptions
{
    /// <summary>Pairs of users, half near and half far.</summary>
    public int Pairs { get; init; } = 400;

    /// <summary>Mask draws.</summary>
    public int Draws { get; init; } = 10;

    /// <summary>Probabilities that a click is dropped.</summary>
    public IReadOnlyList<double> Rates { get; init; } = [0, 0.25, 0.5, 0.75];

    /// <summary>k of the neighbourhoods.</summary>
    public int Neighbours { get; init; } = 20;

    /// <summary>Shares of a history to cut for near-duplicates, a user beside itself, on both sides of the threshold.</summary>
    public IReadOnlyList<double> Cuts { get; init; } = [0.1, 0.25, 0.4, 0.6, 0.75, 0.9];

    /// <summary>Users whose history is cut, for each share.</summary>
    public int Duplicates { get; init; } = 100;

    /// <summary>Seed of pairs, cuts and masks.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Refuses options outside their ranges.</summary>
    /// <exception cref="InputException">Names the option and its range.</exception>
    public void Validate()
    {
        Check.AtLeast(2, Pairs, ", half near and half far");
        Check.AtLeast(2, Draws);
        Check.AtLeast(1, Neighbours);
        Check.AtLeast(1, Duplicates);
        Check.Shares(Cuts);
        foreach (double rate in Rates)
            if (!(rate >= 0 && rate < 1)) throw About($"{Setting(nameof(Rates))} {rate}: give rates in [0, 1).");
    }

    /// <inheritdoc/>
    public IStudyOptions FittedTo(int users) =>
        this with
        {
            Pairs = PairSampler.AtMost(Pairs, users),
            Neighbours = NearestUsers.AtMost(Neighbours, users),
            Duplicates = Math.Min(Duplicates, users),
        };
}
