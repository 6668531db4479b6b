using System.Globalization;
using ManualVae.Training;

namespace ManualVae.Tools.Runs;

/// <summary>What a person should know of a training: one line each.</summary>
internal static class TrainingAdvice
{
    private const int FewEpochs = 5; // of fewer, nothing can be said

    /// <summary>What can be known before it.</summary>
    /// <param name="settings">Every setting.</param>
    /// <param name="users">Training users.</param>
    /// <param name="earlier">Updates of the run that it goes on from.</param>
    public static IEnumerable<string> Before(RunSettings settings, int users, long earlier = 0)
    {
        long updates = earlier + settings.UpdatesOn(users);
        double reached = new BetaSchedule(settings.BetaSchedule, settings.Beta, settings.BetaSteps).At(updates);
        if (HasTarget(settings) && reached < settings.Beta)
            yield return string.Create(CultureInfo.InvariantCulture,
                $"warning    beta will reach only {reached:0.####} of {settings.Beta:0.####} in the {updates:#,0} updates of ")
                + "this run; for all of it give --beta-steps "
                + BetaSchedule.StepsFor(settings.BetaSchedule, settings.Beta, updates).ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>What its epochs show.</summary>
    /// <param name="run">The run.</param>
    /// <param name="epochs">Its epochs.</param>
    /// <param name="users">Training users.</param>
    public static IEnumerable<string> After(RunFolder run, IReadOnlyList<EpochMetrics> epochs, int users)
    {
        var settings = run.Manifest.Settings;
        long earlier = run.Manifest.ContinuedFrom?.Updates ?? 0;
        if (HasTarget(settings) && epochs[^1].Beta < settings.Beta && !Before(settings, users, earlier).Any())
            yield return string.Create(CultureInfo.InvariantCulture,
                $"warning    the run ended with beta {epochs[^1].Beta:0.####}, before it reached {settings.Beta:0.####}; ")
                + "a larger --patience or fewer --beta-steps lets it";
        if (run.Manifest.ContinuedFrom is { Validation: not null } && !epochs.Any(epoch => epoch.Best))
            yield return "note       no epoch did better than the run it goes on from, whose weights are kept as the best; "
                + "more --epochs, or another --learning-rate, may";
        if (epochs.Count < FewEpochs || epochs.LastOrDefault(epoch => epoch.Best) is not { } best) yield break;
        if (best.Validation == 0)
            yield return $"warning    {settings.ValidationMetric} stayed 0; check the data, or try another --learning-rate";
        else if (best.Epoch == 1)
            yield return "warning    nothing improved after the first epoch; try another --learning-rate or --beta";
        else if (best.Epoch == epochs.Count && settings.LearningRateSchedule == LearningRateScheduleKind.Constant)
            yield return "note       the best epoch is the last, so more may help; go on with: manualvae train --resume --output "
                + $"{run.Path} --epochs {2 * epochs.Count}";
        else if (best.Epoch == epochs.Count)
            yield return $"note       the best epoch is the last, so a run of more may do better: --epochs {2 * epochs.Count}";
    }

    private static bool HasTarget(RunSettings settings) =>
        settings is { Variational: true, BetaSchedule: BetaScheduleKind.Linear, Beta: > 0 };
}
