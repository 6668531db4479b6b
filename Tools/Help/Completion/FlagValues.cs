using System.CommandLine;
using System.CommandLine.Completions;
using ManualVae.Data.Download;
using ManualVae.Data.Import;
using ManualVae.Data.Synthetic;
using ManualVae.Evaluation;
using ManualVae.Tools.Settings;
using ManualVae.Training;

namespace ManualVae.Tools.Help.Completion;

/// <summary>Kinds of what may follow a flag.</summary>
internal enum ValueKind
{
    /// <summary>No value: the next word is a flag.</summary>
    Switch,

    /// <summary>A number or text that nobody can guess.</summary>
    Free,

    /// <summary>One of some words.</summary>
    Words,

    /// <summary>A folder.</summary>
    Folder,

    /// <summary>A file.</summary>
    File,
}

/// <summary>What may follow a flag, or stand where no flag stands.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Words">The words; empty for other kinds.</param>
internal sealed record FlagValues(ValueKind Kind, IReadOnlyList<string> Words)
{
    private static readonly string[] Devices = ["auto", "simd", "reference", "gpu", "ilgpu-cpu"];

    private static readonly string[] Metrics = [.. Metric.KindNames.Select(name =>
        name is "AUC" or "GAUC" ? name : name is "RBP" ? "RBP@0.8" : $"{name}@{(name is "NDCG" ? 100 : 20)}")];

    /// <summary>What may follow a flag.</summary>
    public static FlagValues Of(string verb, Option option)
    {
        if (option.Arity.MaximumNumberOfValues == 0 || option.ValueType == typeof(bool)) return new(ValueKind.Switch, []);
        return Of(option.HelpName, (verb, option.Name) switch
        {
            (_, "--model") => ModelNames.All,
            ("data synthesize", "--preset") => SyntheticShape.Presets.Keys,
            (_, "--preset") => Preset.Names.Concat(Preset.BaselineNames),
            ("data import", "--format") => ClickFormats.Names,
            (_, "--device") => Devices,
            (_, "--metrics" or "--validation-metric") => Metrics,
            _ => option.GetCompletions(CompletionContext.Empty).Select(completion => completion.Label),
        }, isFile: option.Name is "--input" or "--svg" || (verb, option.Name) is ("data import", "--items"));
    }

    /// <summary>What may stand where no flag stands.</summary>
    public static FlagValues Of(Command command)
    {
        if (command.Arguments.FirstOrDefault() is not { } argument) return new(ValueKind.Free, []);
        return Of(argument.Name is "RUN" or "DIR" ? "folder" : null, argument.Name switch
        {
            "NAME" => DatasetCatalogue.Read().Select(entry => entry.Name),
            "VERB" => command.Parents.OfType<Command>().First().Subcommands.Select(verb => verb.Name),
            _ => argument.GetCompletions(CompletionContext.Empty).Select(completion => completion.Label),
        });
    }

    private static FlagValues Of(string? helpName, IEnumerable<string> known, bool isFile = false)
    {
        string[] words = [.. known];
        if (words.Length == 0 && helpName?.Contains('|', StringComparison.Ordinal) == true) words = helpName.Split('|');
        return words.Length > 0 ? new(ValueKind.Words, words)
            : new(isFile || Says("file") ? ValueKind.File
                : Says("folder") || Says("dir") ? ValueKind.Folder : ValueKind.Free, []);

        bool Says(string kind) => helpName?.StartsWith(kind, StringComparison.OrdinalIgnoreCase) == true;
    }
}
