using ManualVae.Data;

namespace ManualVae.Tools.Sweep;

/// <summary>How a sweep chooses its trials.</summary>
internal enum SweepSampler
{
    /// <summary>Every combination of the values.</summary>
    Grid,
    /// <summary>Independent draws.</summary>
    Random,
    /// <summary><see cref="TreeParzen"/>.</summary>
    Tpe,
}

/// <summary>What a search is, beside the space and the settings of its trials.</summary>
internal sealed record SweepOptions
{
    /// <summary>Trials of a search that ends by a budget alone.</summary>
    private const int Unlimited = 10_000;

    /// <summary>How trials are chosen.</summary>
    public SweepSampler Sampler { get; init; }

    /// <summary>Most trials; null for no limit but the budget's.</summary>
    public int? Trials { get; init; }

    /// <summary>Most epochs, of all trials together; a fitted baseline counts as one. Null for no limit.</summary>
    public int? BudgetEpochs { get; init; }

    /// <summary>Seed of the draws.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Runs of a trial, each with a seed of its own; their mean counts.</summary>
    public int Seeds { get; init; } = 1;

    /// <summary>Epochs of the rungs, ending with those of a whole trial; null without halving.</summary>
    public IReadOnlyList<int>? Rungs { get; init; }

    /// <summary>Trials of a round: what they are depends on earlier rounds only.</summary>
    public int Round { get; init; } = 4;

    /// <summary>Random trials before the first proposal.</summary>
    public int Startup { get; init; } = 16;

    /// <summary>Number of rungs.</summary>
    public int RungCount => Rungs?.Count ?? 1;

    /// <summary>Most trials, a number in any case.</summary>
    public int MostTrials => Trials ?? Unlimited;

    /// <summary>Nothing that is chosen depends on results: all trials are one round.</summary>
    public bool OneRound => Sampler != SweepSampler.Tpe && Rungs is null;

    /// <summary>Refuses impossible values.</summary>
    /// <exception cref="InputException">A value is out of range, or no end is given.</exception>
    public void Validate()
    {
        Require(Trials is null or >= 1, "--trials", Trials);
        Require(BudgetEpochs is null or >= 1, "--budget-epochs", BudgetEpochs);
        Require(Seeds >= 1, "--seeds", Seeds);
        Require(Round >= 1, "--round", Round);
        Require(Startup >= 1, "--startup", Startup);

        static void Require(bool holds, string flag, int? value)
        {
            if (!holds) throw new InputException($"{flag} is {value}; it must be at least 1.");
        }
    }
}
