using System.Text.Json.Nodes;
using ManualVae.Data;
using ManualVae.Training;

namespace ManualVae.Tools.Settings;

/// <summary>Which presets go with which model.</summary>
internal static class BaselinePresets
{
    /// <summary>The settings of a preset for a baseline, without its name.</summary>
    /// <exception cref="InputException">No such preset, or one for another model.</exception>
    public static JsonObject Require(string preset, string model)
    {
        if (Preset.OfBaseline(preset) is not { } settings)
        {
            Preset.Load(preset); // refuses what there is not
            throw new InputException($"--preset {preset}: is for autoencoders; {model} has {Of(model)}.");
        }
        if (ModelOf(settings) != model)
            throw new InputException($"--preset {preset}: is for {ModelOf(settings)}; {model} has {Of(model)}.");
        settings.Remove("model");
        return settings;
    }

    /// <summary>Refuses the preset of a baseline for an autoencoder.</summary>
    /// <exception cref="InputException">It is one.</exception>
    public static void Refuse(string preset, string? model)
    {
        if (Preset.OfBaseline(preset) is { } settings)
            throw new InputException($"--preset {preset}: is for {ModelOf(settings)}, not for {model}; leave out --model.");
    }

    private static string Of(string model)
    {
        string[] names = [.. Preset.BaselineNames.Where(name => ModelOf(Preset.OfBaseline(name)!) == model)];
        return names.Length == 0 ? "no presets, only settings of its own" : string.Join(", ", names);
    }

    private static string? ModelOf(JsonObject settings) => (string?)settings["model"];
}
