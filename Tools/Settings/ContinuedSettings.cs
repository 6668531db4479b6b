using System.Text.Json;
using System.Text.Json.Nodes;
using ManualVae.Data;
using ManualVae.Training;

namespace ManualVae.Tools.Settings;

/// <summary>The settings of a run that goes on from another: that one's, changed by flags.</summary>
internal static class ContinuedSettings
{
    // Of the epochs before, for a tenth more clicks (docs/continue.md).
    private const double EpochShare = 1.0 / 12;

    // ALS solves exactly in each pass, and begins near the end.
    private const int IalsEpochs = 1;

    /// <summary>Settings of the new run.</summary>
    /// <param name="older">The run that it goes on from.</param>
    /// <param name="given">Flags, by the names of settings.</param>
    /// <param name="flags">All flags.</param>
    /// <exception cref="InputException">A flag is no setting of the model, or another model.</exception>
    public static ResolvedSettings Of(RunFolder older, JsonObject given, TrainingFlags flags)
    {
        var manifest = older.Manifest;
        if (given["model"] is { } model && (string?)model != manifest.Model)
            throw new InputException($"--model {model}: the run {older.Path} is {manifest.Model}; leave it out, or train anew.");
        var all = JsonSerializer.SerializeToNode(manifest.Settings, RunSettings.Json)!.AsObject();
        if (manifest.BaselineSettings is { } own)
        {
            RunSettings.RemoveDefaults(all);
            foreach (var (name, value) in own) all[name] = value?.DeepClone();
            if (manifest.Model is "ials" or "wmf") all["epochs"] = IalsEpochs;
            foreach (var (name, value) in given) all[name] = value?.DeepClone();
            return flags.Resolve(null, null, all);
        }
        all["epochs"] = Math.Max(1, (int)Math.Ceiling(EpochShare * EpochsOf(older)));
        foreach (var (name, value) in given)
            all[name] = all.ContainsKey(name) ? value?.DeepClone()
                : throw new InputException($"--{name} is not a setting of {manifest.Model}; see manualvae train --help.");
        var settings = all.Deserialize<RunSettings>(RunSettings.Json)!;
        settings.Validate();
        return ResolvedSettings.From(settings, manifest.Preset);
    }

    // Those of still earlier runs count too.
    private static int EpochsOf(RunFolder run) =>
        File.Exists(run.LastCheckpoint) && Checkpoint.ReadHeader(run.LastCheckpoint).State is var state
            ? (state.Start?.Epochs ?? 0) + state.Epoch : 0;
}
