using System.CommandLine;
using ManualVae.Data;

namespace ManualVae.Tools.Help;

/// <summary>A command line that was not understood, in one line: what, what was perhaps meant, where to read more.</summary>
internal static class UsageError
{
    /// <summary>The line.</summary>
    public static string Describe(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        // A word that was not understood explains more than the verb or flag that is missing for it.
        string message = parsed.UnmatchedTokens.Count > 0
            ? Unknown(command, parsed.UnmatchedTokens[0]) : OneLine(parsed.Errors[0].Message);
        string path = VerbPath.Of(command);
        return $"{message} Try: manualvae {(path.Length > 0 ? $"{path} " : "")}--help";
    }

    private static string Unknown(Command command, string word)
    {
        if (word.StartsWith('-'))
        {
            string name = word.Split('=', ':')[0];
            return $"Unknown flag {word}{Spelling.Question(name, VerbPath.Options(command).Select(o => o.Name))}.";
        }
        return command.Subcommands.Count > 0
            ? $"Unknown verb '{word}'{Spelling.Question(word, command.Subcommands.Where(c => !c.Hidden).Select(c => c.Name))}."
            : $"Unexpected word '{word}'.";
    }

    private static string OneLine(string message) =>
        string.Join(' ', message.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
