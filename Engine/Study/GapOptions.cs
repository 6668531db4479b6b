using ManualVae.Data;

namespace ManualVae.Study;

/// <summary>Settings of <see cref="GapStudy"/>.</summary>
public sealed record GapOptions : IStudyOptions
{
    /// <summary>Pairs of users.</summary>
    public int Pairs { get; init; } = 500;

    /// <summary>Draws from each posterior.</summary>
    public int Draws { get; init; } = 20;

    /// <summary>Seed of pairs and draws.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Refuses options outside their ranges.</summary>
    /// <exception cref="InputException">Names the option and its range.</exception>
    public void Validate()
    {
        Check.AtLeast(1, Pairs);
        Check.AtLeast(1, Draws);
    }

    /// <inheritdoc/>
    public IStudyOptions FittedTo(int users) => this with { Pairs = PairSampler.AtMost(Pairs, users) };
}
