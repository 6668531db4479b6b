using System.Text.Json.Nodes;
using ManualVae.Data;
using ManualVae.Training;

namespace ManualVae.Tools.Settings;

/// <summary>Settings as one training run will use them.</summary>
/// <param name="Run">Every setting of the engine.</param>
/// <param name="Preset">The preset they started from, or null for a baseline.</param>
/// <param name="Deviations">Where they deviate from it, as "name: preset -> run".</param>
/// <param name="Baseline">The settings of a baseline that differ from its defaults, or null for an autoencoder.</param>
internal sealed record ResolvedSettings(
    RunSettings Run, string? Preset, IReadOnlyList<string> Deviations, JsonObject? Baseline = null)
{
    /// <summary>The batch shall suit the number of training users: nobody asked for a preset or a batch size.</summary>
    public bool BatchToData { get; init; }

    /// <summary>Beta shall rise over a share of the run's updates: nobody asked for a preset or for steps.</summary>
    public bool RampToData { get; init; }

    /// <summary>The settings as they are on a dataset.</summary>
    public ResolvedSettings On(PreparedDataset data)
    {
        if (!BatchToData && !RampToData) return this;
        int users = Run.TrainedOn(data).Train.Rows;
        var run = BatchToData ? Run with { BatchSize = RunSettings.BatchSizeFor(users) } : Run;
        if (RampToData)
            run = run with { BetaSteps = BetaSchedule.StepsFor(run.BetaSchedule, run.Beta, run.UpdatesOn(users)) };
        return From(run, Preset);
    }

    /// <summary>The settings of an autoencoder.</summary>
    /// <param name="run">Every setting.</param>
    /// <param name="preset">The preset they started from; null for none.</param>
    public static ResolvedSettings From(RunSettings run, string? preset) =>
        new(run, preset, preset is null ? [] : run.DeviationsFrom(Training.Preset.Load(preset, run.Model)));
}
