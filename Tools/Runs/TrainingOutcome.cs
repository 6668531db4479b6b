using System.Globalization;

namespace ManualVae.Tools.Runs;

/// <summary>How a training ended.</summary>
internal sealed record TrainingOutcome(
    string Run, string Model, int Epochs, int BestEpoch, string ValidationMetric, double? Validation, double BestBeta,
        long Parameters, double Seconds)
{
    public override string ToString() => Epochs == 0
        ? string.Create(CultureInfo.InvariantCulture, $"{Run}: {Model} fitted in {Seconds:0.0} s")
        : string.Create(CultureInfo.InvariantCulture,
            $"{Run}: {Model}, {Epochs} epochs in {Terminal.Clock(TimeSpan.FromSeconds(Seconds))}, ")
          + (Validation is double value
              ? string.Create(CultureInfo.InvariantCulture,
                  $"best epoch {BestEpoch} with validation {ValidationMetric} {value:0.0000}")
              : "no validation part: the last epoch counts");
}
