using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Parsing;
using ManualVae.Data;
using ManualVae.Tools.Settings;

namespace ManualVae.Tools.Help;

/// <summary>A command line that was not understood, in one line: what, what was perhaps meant, where to read more.</summary>
internal static class UsageError
{
    /// <summary>The line; null where the command line can be run.</summary>
    public static string? Describe(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        // A word that was not understood explains more than the verb or flag that is missing for it. Where a verb takes words, an
        // unknown flag is one of them for the parser.
        var words = command.Arguments.Select(parsed.GetResult).OfType<ArgumentResult>().SelectMany(result => result.Tokens);
        string? flag = words.Select(word => word.Value).FirstOrDefault(word => word.StartsWith("--", StringComparison.Ordinal));
        string? message = parsed.UnmatchedTokens.Count > 0 ? Unknown(command, parsed.UnmatchedTokens[0])
            : flag is not null ? Unknown(command, flag)
            : parsed.Errors.Count > 0 ? Misused(parsed.Errors[0])
            : null;
        if (message is null) return null;
        string path = VerbPath.Of(command);
        return $"{message} Try: manualvae {(path.Length > 0 ? $"{path} " : "")}--help";
    }

    private static string Unknown(Command command, string word)
    {
        if (word.StartsWith('-'))
        {
            string name = word.Split('=', ':')[0];
            string question = Spelling.Question(name, VerbPath.Options(command).Select(o => o.Name));
            string? place = command.Arguments.FirstOrDefault()?.Name;
            return question.Length > 0 || place is null || !name.Equals($"--{place}", StringComparison.OrdinalIgnoreCase)
                ? $"Unknown flag {word}{question}."
                : $"Unknown flag {word}: {place} comes without a flag, as in: manualvae {VerbPath.Of(command)} {place}.";
        }
        return command.Subcommands.Count > 0
            ? $"Unknown verb '{word}'{Spelling.Question(word, command.Subcommands.Where(c => !c.Hidden).Select(c => c.Name))}."
            : $"Unexpected word '{word}'.";
    }

    /// <summary>A known flag with no value, with several, or with one that it does not take.</summary>
    private static string Misused(ParseError error)
    {
        var result = error.SymbolResult as OptionResult ?? error.SymbolResult?.Parent as OptionResult;
        string said = OneLine(error.Message);
        if (result is null || said.StartsWith("--", StringComparison.Ordinal)) return said;
        var (option, values) = (result.Option, result.Tokens);
        if (values.Count == 0 && result.IdentifierTokenCount > 0 && option.Arity.MinimumNumberOfValues > 0)
            return $"{option.Name} needs a value: {option.Name} {(option.HelpName ?? "value").ToUpperInvariant()}.";
        if (values.Count > 1 && option.Arity.MaximumNumberOfValues == 1)
            return $"{option.Name} was given {values.Count} values "
                + $"({string.Join(", ", values.Select(v => $"'{v.Value}'"))}); it takes one.";
        string[] choices = [.. option.GetCompletions(CompletionContext.Empty).Select(choice => choice.Label)];
        if (choices.Length > 0 && values.FirstOrDefault(value => !choices.Contains(value.Value)) is { } wrong)
            return $"{option.Name} '{wrong.Value}': give {SettingText.OneOf(wrong.Value, choices)}.";
        return values.Count == 1 && SettingText.Wanted(option.ValueType) is { } wanted
            ? $"{option.Name} '{values[0].Value}': give {wanted}." : said;
    }

    private static string OneLine(string message) =>
        string.Join(' ', message.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
