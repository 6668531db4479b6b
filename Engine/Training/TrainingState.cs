namespace ManualVae.Training;

/// <summary>
/// Where a run stands; with the weights, the moments and the counter-based draws, all that the future depends on.
/// </summary>
public sealed record TrainingState
{
    /// <summary>Epochs completed.</summary>
    public int Epoch { get; init; }

    /// <summary>Gradient updates done: also the position of every random stream.</summary>
    public long Updates { get; init; }

    /// <summary>Batches done of the epoch under way.</summary>
    public int BatchesOfEpoch { get; init; }

    /// <summary>Seconds of the epoch under way.</summary>
    public double EpochSeconds { get; init; }

    /// <summary>
    /// Sums over the users of the epoch under way: reconstruction, KL, anchor, total loss; decoder passes are not counted.
    /// </summary>
    public double[] EpochSums { get; init; } = [0, 0, 0, 0];

    /// <summary>Best validation value so far.</summary>
    public double? BestValue { get; init; }

    /// <summary>Epoch of the best validation value, from 1; 0 for none.</summary>
    public int BestEpoch { get; init; }

    /// <summary>beta at the end of the best epoch.</summary>
    public double BestBeta { get; init; }

    /// <summary>Where the hold schedule stopped.</summary>
    public double? HeldBeta { get; init; }

    /// <summary>What came before epoch 1 of a run that goes on from another; null for one that starts anew.</summary>
    public TrainingStart? Start { get; init; }

    /// <summary>False for numbers that no training leaves, as a damaged file may hold.</summary>
    internal bool IsSound => Epoch >= 0 && BatchesOfEpoch >= 0 && BestEpoch >= 0 && BestEpoch <= Epoch
        && EpochSums is { Length: 4 } && EpochSums.All(double.IsFinite)
        && double.IsFinite(EpochSeconds + BestBeta + (BestValue ?? 0) + (HeldBeta ?? 0))
        && (Start is null || (Start.Epochs >= 0 && Start.Updates >= 0 && Start.EncoderUpdates >= 0 && Start.DecoderUpdates >= 0))
        && Updates >= (Start?.Updates ?? 0) && Updates <= uint.MaxValue;
}

/// <summary>What a run inherits from the one that it goes on from.</summary>
/// <param name="Epochs">Epochs before, for the order of the users and the anchors' warm-up.</param>
/// <param name="Updates">Gradient updates before; <see cref="TrainingState.Updates"/> counts on from here.</param>
/// <param name="EncoderUpdates">Those of the encoder.</param>
/// <param name="DecoderUpdates">Those of the decoder.</param>
/// <param name="Validation">The validation metric before the first update; null without validation users.</param>
public sealed record TrainingStart(int Epochs, long Updates, long EncoderUpdates, long DecoderUpdates, double? Validation);
