using System.Text.Json.Nodes;
using ManualVae.Training;

namespace ManualVae.Tools.Runs;

/// <summary>How a training ended.</summary>
internal sealed record TrainingOutcome(
    string Run, string Model, int Epochs, int BestEpoch, string ValidationMetric, double? Validation, double BestBeta,
    long Parameters, double Seconds, ContinuedFrom? ContinuedFrom = null, JsonObject? FromData = null, double? Popularity = null)
{
    /// <summary>Whether the validation metric is no better than what popularity reaches; null where it is not known.</summary>
    public bool? AtPopularity => Validation is double model && Popularity is double popularity
        ? new PopularityCheck(ValidationMetric, model, popularity).AtLevel : null;

    /// <summary>The outcome of a run with these epochs; none for a baseline.</summary>
    public static TrainingOutcome Of(RunFolder run, IReadOnlyList<EpochMetrics> epochs)
    {
        var best = epochs.LastOrDefault(epoch => epoch.Best);
        return new(run.Path, run.Manifest.Model, epochs.Count, best?.Epoch ?? 0, run.Manifest.Settings.ValidationMetric,
            best is null ? run.Manifest.ContinuedFrom?.Validation : best.Validation, best?.Beta ?? 0, run.Manifest.Parameters,
            epochs.Sum(epoch => epoch.Seconds), run.Manifest.ContinuedFrom, run.Manifest.FromData);
    }

    /// <summary>True if so many epochs after the best one brought no improvement, which ends a training; 0 for never.</summary>
    public bool RanOutOf(int patience) => patience > 0 && BestEpoch > 0 && Epochs - BestEpoch >= patience;

    /// <summary>One line for people.</summary>
    public override string ToString() => Epochs == 0
        ? $"{Run}: {Model} fitted in {Seconds:0.0} s"
          + (Validation is double fitted ? $", validation {ValidationMetric} {fitted:0.0000}" : "")
        : $"{Run}: {Model}, {Readable.Count(Epochs, "epoch")} in {Readable.Clock(TimeSpan.FromSeconds(Seconds))}, "
          + (Validation is double value
              ? $"best epoch {BestEpoch}{(BestEpoch > 0 ? "" : " (the older run)")} with validation "
                + $"{ValidationMetric} {value:0.0000}"
              : "no validation part: the last epoch counts");
}
