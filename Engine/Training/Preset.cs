using System.Text.Json;
using System.Text.Json.Nodes;
using ManualVae.Data;
using static ManualVae.Data.InputException;

namespace ManualVae.Training;

/// <summary>
/// Named settings that ship with the engine: <c>Presets/NAME.json</c> of autoencoders, <c>Presets/Baselines/NAME.json</c> of
/// baselines, same names as the flags. A preset that differs between the models has a second file for the DAE,
/// <c>NAME-dae.json</c>.
/// </summary>
public static class Preset
{
    private const string Prefix = "ManualVae.Training.Presets.", OfBaselines = Prefix + "Baselines.", Suffix = ".json";

    private static readonly JsonDocumentOptions Commented = new() { CommentHandling = JsonCommentHandling.Skip };

    /// <summary>All names of presets of autoencoders, in alphabetical order.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [.. NamesUnder(Prefix).Where(name => !(Prefix + name).StartsWith(OfBaselines, StringComparison.Ordinal))];

    /// <summary>All names of presets of baselines, in alphabetical order.</summary>
    public static IReadOnlyList<string> BaselineNames { get; } = NamesUnder(OfBaselines);

    /// <summary>The settings of a preset, for a model if the preset distinguishes models.</summary>
    /// <exception cref="InputException">No such preset.</exception>
    public static RunSettings Load(string name, string? model = null)
    {
        if (model == "multdae" && Names.Contains($"{name}-dae")) name = $"{name}-dae";
        string names = string.Join(", ", Names.Concat(BaselineNames));
        if (!Names.Contains(name))
        {
            var question = Spelling.Question(name, Names.Concat(BaselineNames));
            throw About($"{Setting(nameof(Preset))} {name}: unknown{question}; there are {names}.");
        }
        using var stream = Open(Prefix + name);
        return JsonSerializer.Deserialize<RunSettings>(stream, RunSettings.Json)!;
    }

    /// <summary>The settings of a baseline's preset by name, its <c>model</c> among them; null if there is none.</summary>
    public static JsonObject? OfBaseline(string name)
    {
        if (!BaselineNames.Contains(name)) return null;
        using var stream = Open(OfBaselines + name);
        return JsonNode.Parse(stream, documentOptions: Commented)!.AsObject();
    }

    private static string[] NamesUnder(string prefix) =>
        [.. typeof(Preset).Assembly.GetManifestResourceNames()
            .Where(n => n.StartsWith(prefix, StringComparison.Ordinal) && n.EndsWith(Suffix, StringComparison.Ordinal))
            .Select(n => n[prefix.Length..^Suffix.Length]).Order(StringComparer.Ordinal)];

    private static Stream Open(string resource) => typeof(Preset).Assembly.GetManifestResourceStream(resource + Suffix)!;
}
