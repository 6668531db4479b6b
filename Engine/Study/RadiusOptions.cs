using static ManualVae.Data.InputException;

namespace ManualVae.Study;

/// <summary>Settings of <see cref="RadiusStudy"/>.</summary>
public sealed record RadiusOptions : IStudyOptions
{
    /// <summary>Ordered pairs of users, stratified by latent distance and kind.</summary>
    public int Pairs { get; init; } = 2000;

    /// <summary>Latent draws in every expectation.</summary>
    public int Draws { get; init; } = 4;

    /// <summary>Length of the parameter change of a median step.</summary>
    public double Move { get; init; } = 0.01;

    /// <summary>
    /// Points between the codes of u and v at which the gradient's change is measured, for the local constant; 0 takes the two
    /// ends alone.
    /// </summary>
    public int SegmentPoints { get; init; } = 2;

    /// <summary>Posteriors of masked input, as in training, instead of the clean one.</summary>
    public bool Masked { get; init; }

    /// <summary>Seed of pairs, noise and masks.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Refuses options outside their ranges.</summary>
    /// <exception cref="Data.InputException">Names the option and its range.</exception>
    public void Validate()
    {
        Check.AtLeast(1, Pairs);
        Check.AtLeast(1, Draws);
        Check.AtLeast(0, SegmentPoints);
        if (!(Move > 0 && double.IsFinite(Move))) throw About($"{Setting(nameof(Move))} {Move}: give a length above 0.");
    }

    /// <inheritdoc/>
    public IStudyOptions FittedTo(int users) => this with { Pairs = PairSampler.AtMost(Pairs, users) };
}
