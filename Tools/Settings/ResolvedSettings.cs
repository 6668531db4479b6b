using System.Text.Json.Nodes;
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
    /// <summary>The settings of an autoencoder.</summary>
    /// <param name="run">Every setting.</param>
    /// <param name="preset">The preset they started from; null for none.</param>
    public static ResolvedSettings From(RunSettings run, string? preset) =>
        new(run, preset, preset is null ? [] : run.DeviationsFrom(Training.Preset.Load(preset, run.Model)));
}
