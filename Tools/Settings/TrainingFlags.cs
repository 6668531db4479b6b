using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using ManualVae.Data;
using ManualVae.Models.Baselines;
using ManualVae.Training;

namespace ManualVae.Tools.Settings;

/// <summary>
/// Every property of <see cref="RunSettings"/> and of the baselines' settings as a flag, and as a name in the file of
/// <c>--config</c>. The preset comes first, then the file, then the flags.
/// </summary>
internal sealed class TrainingFlags
{
    private const string DefaultPreset = "liang2018";

    private readonly Dictionary<string, SettingFlag> _flags;

    private readonly Option<string?> _preset = new("--preset")
    {
        Description = $"Start from named settings: {string.Join(", ", Training.Preset.Names)}; one of a baseline "
            + "(docs/which-model.md) or a JSON file. "
            + $"[default: {DefaultPreset}, --batch-size and --beta-steps by the numbers of users and updates]",
        HelpName = "name",
    };

    private readonly Option<string?> _config = new("--config")
    {
        Description = "JSON file of settings, named like the flags; flags win.", HelpName = "file",
    };

    public TrainingFlags()
    {
        var defaults = new RunSettings();
        _flags = RunSettings.Properties
            .Select(p => new SettingFlag(p, defaults, p.Name == nameof(RunSettings.Model) ? ModelNames.Describe() : ""))
            .ToDictionary(flag => flag.Name);
        foreach (var baseline in BaselineCatalogue.All)
            foreach (var property in baseline.Defaults?.GetType().GetProperties() ?? [])
            {
                var flag = new SettingFlag(property, baseline.Defaults, $"({baseline.Name})");
                _flags.TryAdd(flag.Name, flag);
            }
    }

    /// <summary>The flags, for a command.</summary>
    public IEnumerable<Symbol> Options => [_preset, _config, .. _flags.Values.Select(flag => flag.Option)];

    /// <summary>Preset, file and flags together.</summary>
    /// <exception cref="InputException">An unknown name, a value out of range, or a setting that the model lacks.</exception>
    public ResolvedSettings Resolve(ParseResult parsed) =>
        Resolve(parsed.GetValue(_preset), parsed.GetValue(_config), Given(parsed));

    /// <summary>Preset, file and flags together, and over them the values of one trial of a search.</summary>
    /// <exception cref="InputException">As for the flags, which the trial's values are read like.</exception>
    /// <param name="parsed">The command line.</param>
    /// <param name="trial">The values.</param>
    /// <param name="reads">Where the model itself is varied: which flags this one has; the others are left out.</param>
    public ResolvedSettings Resolve(
        ParseResult parsed, IReadOnlyDictionary<string, string> trial, Func<string, bool>? reads = null)
    {
        var given = Given(parsed);
        if (reads is not null)
            foreach (string name in given.Select(p => p.Key).Where(name => !reads(name)).ToList()) given.Remove(name);
        foreach (var (name, value) in Read(trial)) given[name] = value?.DeepClone();
        bool baseline = reads is not null && BaselineCatalogue.Find((string?)given["model"] ?? "") is not null;
        return Resolve(baseline ? null : parsed.GetValue(_preset), baseline ? null : parsed.GetValue(_config), given);
    }

    /// <summary>Refuses to vary what is no setting.</summary>
    /// <exception cref="InputException">It is none.</exception>
    public void RequireKnown(string name) => Known(name);

    /// <summary>The model that the flags name, or the file or the preset.</summary>
    public string ModelOf(ParseResult parsed)
    {
        var (preset, settings) = Files(parsed.GetValue(_preset), parsed.GetValue(_config));
        return (string?)Given(parsed)["model"] ?? (string?)settings["model"]
            ?? Training.Preset.Load(preset ?? DefaultPreset).Model;
    }

    private SettingFlag Known(string name) => _flags.TryGetValue(name, out var flag) ? flag
        : throw new InputException($"--vary {name}: no such setting{Spelling.Question(name, _flags.Keys)}.");

    // The named preset, and over it the settings of a preset's file and of the configuration.
    private (string? Preset, JsonObject Settings) Files(string? preset, string? config)
    {
        JsonObject settings = [];
        if (preset?.EndsWith(".json", StringComparison.OrdinalIgnoreCase) == true)
        {
            settings = ReadConfig(preset);
            preset = null;
        }
        foreach (var (name, value) in config is null ? [] : ReadConfig(config)) settings[name] = value?.DeepClone();
        if (settings.Remove("preset", out var named)) preset ??= (string?)named;
        if (preset is not null && Training.Preset.OfBaseline(preset) is { } own)
            foreach (var (name, value) in own) settings.TryAdd(name, value?.DeepClone());
        return (preset, settings);
    }

    /// <summary>Settings by name, and over them the values of one trial of a search.</summary>
    /// <exception cref="InputException">As for the flags.</exception>
    public ResolvedSettings Resolve(JsonObject given, IReadOnlyDictionary<string, string> trial)
    {
        foreach (var (name, value) in Read(trial)) given[name] = value?.DeepClone();
        return Resolve(null, null, given);
    }

    /// <summary>The values of one trial of a search, read like flags.</summary>
    public JsonObject Read(IReadOnlyDictionary<string, string> trial)
    {
        var read = new JsonObject();
        foreach (var (name, value) in trial)
            read[name] = SettingText.Read($"--vary {name}", value, Known(name).Type);
        return read;
    }

    /// <summary>The flag that says what settings start from, if one is given.</summary>
    public string? Start(ParseResult parsed) =>
        parsed.GetValue(_preset) is string preset ? $"--preset {preset}"
        : parsed.GetValue(_config) is string config ? $"--config {config}" : null;

    /// <summary>The settings given as flags.</summary>
    public JsonObject Given(ParseResult parsed) => SettingFlag.Given(parsed, _flags.Values);

    /// <summary>Settings by name over a preset and a file.</summary>
    /// <param name="preset">Name of the preset, or null for the file's, or else the default.</param>
    /// <param name="config">JSON file, or null.</param>
    /// <param name="given">Settings that win.</param>
    public ResolvedSettings Resolve(string? preset, string? config, JsonObject given)
    {
        (preset, var settings) = Files(preset, config);
        foreach (var (name, value) in given) settings[name] = value?.DeepClone();

        string? model = (string?)settings["model"];
        if (model is not null) ModelNames.RequireKnown(model);
        if (model is not null && BaselineCatalogue.Find(model) is { } baseline)
            return ForBaseline(baseline, settings, preset);

        bool batchToData = preset is null && !settings.ContainsKey("batch-size"),
            rampToData = preset is null && !settings.ContainsKey("beta-steps");
        preset ??= DefaultPreset;
        BaselinePresets.Refuse(preset, model);
        var start = Training.Preset.Load(preset, model);
        var all = JsonSerializer.SerializeToNode(start, RunSettings.Json)!.AsObject();
        foreach (var (name, value) in settings)
            all[name] = all.ContainsKey(name) ? value?.DeepClone()
                : throw new InputException($"--{name} is not a setting of {model ?? start.Model}; see manualvae train --help.");
        var run = all.Deserialize<RunSettings>(RunSettings.Json)!;
        run.Validate();
        return ResolvedSettings.From(run, preset) with
        {
            BatchToData = batchToData,
            RampToData = rampToData && run.Variational,
        };
    }

    private static ResolvedSettings ForBaseline(Baseline baseline, JsonObject settings, string? preset)
    {
        var defaults = baseline.DefaultsAsJson();
        if (preset is not null)
            foreach (var (name, value) in BaselinePresets.Require(preset, baseline.Name)) defaults[name] = value?.DeepClone();
        var (own, shared) = (new JsonObject(), new JsonObject());
        foreach (var (name, value) in settings)
        {
            if (!ReadSettings.By(baseline.Name, name))
                throw new InputException($"--{name} is not a setting of {baseline.Name}; it has "
                    + (defaults.Count == 0 ? "none." : string.Join(", ", defaults.Select(d => $"--{d.Key}")) + "."));
            (defaults.ContainsKey(name) ? own : shared)[name] = value?.DeepClone();
        }
        var run = shared.Deserialize<RunSettings>(RunSettings.Json)!;
        run.Validate();
        if (!baseline.UsesBackend && run.Device is not ("auto" or "simd"))
            throw new InputException($"--device {run.Device}: {baseline.Name} computes on the processor; leave the flag out.");
        if (!baseline.UsesBackend && run.Threads != 0)
            throw new InputException($"--threads {run.Threads}: {baseline.Name} takes all threads; leave the flag out.");
        return new(run, preset,
            [.. own.Where(p => preset is null || !JsonNode.DeepEquals(p.Value, defaults[p.Key]))
                .Select(p => $"{p.Key}: {SettingText.Write(defaults[p.Key])} -> {SettingText.Write(p.Value)}")], own);
    }

    private JsonObject ReadConfig(string file)
    {
        if (!File.Exists(file))
            throw new InputException($"{file}: no such file; --config and --preset take a JSON file of settings.");
        JsonObject settings;
        try
        {
            settings = JsonNode.Parse(File.ReadAllText(file),
                documentOptions: new()
                {
                    CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, AllowDuplicateProperties = false,
                })
                as JsonObject ?? throw new InputException($"{file}: must hold one JSON object of settings.");
        }
        catch (JsonException problem)
        {
            throw new InputException(problem.LineNumber is { } line
                ? $"{file}, line {line + 1}: not JSON; settings look like {{\"epochs\": 100}}."
                : $"{file}: names a setting twice; leave one of them out.", problem);
        }
        foreach (var (name, value) in settings.ToList())
        {
            if (name == "preset") continue;
            if (!_flags.TryGetValue(name, out var flag))
                throw new InputException($"{file}: no setting '{name}'{Spelling.Question(name, _flags.Keys)}.");
            if (value is null && flag.Type == typeof(string)) continue; // no text is not the text "null"
            // The same reading as for flags, so that both accept and refuse the same.
            settings[name] = SettingText.Read($"{file}: {name}", SettingText.Write(value), flag.Type);
        }
        return settings;
    }
}
