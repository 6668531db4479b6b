using System.Text.Json;
using ManualVae.Data;
using static ManualVae.Data.InputException;

namespace ManualVae.Training;

/// <summary>
/// Named settings that ship with the engine: <c>Presets/NAME.json</c>, same names as the flags. A preset that differs between the
/// models has a second file for the DAE, <c>NAME-dae.json</c>.
/// </summary>
public static class Preset
{
    private const string Prefix = "ManualVae.Training.Presets.", Suffix = ".json";

    /// <summary>All names, in alphabetical order.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [.. typeof(Preset).Assembly.GetManifestResourceNames()
            .Where(n => n.StartsWith(Prefix, StringComparison.Ordinal) && n.EndsWith(Suffix, StringComparison.Ordinal))
            .Select(n => n[Prefix.Length..^Suffix.Length]).Order(StringComparer.Ordinal)];

    /// <summary>The settings of a preset, for a model if the preset distinguishes models.</summary>
    /// <exception cref="InputException">No such preset.</exception>
    public static RunSettings Load(string name, string? model = null)
    {
        if (model == "multdae" && Names.Contains($"{name}-dae")) name = $"{name}-dae";
        string names = string.Join(", ", Names);
        if (!Names.Contains(name))
            throw About($"{Setting(nameof(Preset))} {name}: unknown{Spelling.Question(name, Names)}; there are {names}.");
        using var stream = typeof(Preset).Assembly.GetManifestResourceStream(Prefix + name + Suffix)!;
        return JsonSerializer.Deserialize<RunSettings>(stream, RunSettings.Json)!;
    }
}
