using System.Collections;
using System.CommandLine;
using System.CommandLine.Completions;
using System.Globalization;
using System.Text;

namespace ManualVae.Tools.Help;

/// <summary>What <c>--help</c> prints: what the verb does, how it is called, examples, and its flags by group.</summary>
internal static class HelpPage
{
    /// <summary>The page of a verb, or of a group of verbs.</summary>
    /// <param name="command">The verb.</param>
    /// <param name="width">Characters in a line.</param>
    /// <param name="all">Show the flags that are seldom needed too.</param>
    public static string Of(Command command, int width, bool all)
    {
        if (command is RootCommand) return Overview.Of(command, width);
        string path = VerbPath.Of(command);
        var page = new StringBuilder();
        foreach (string line in HelpText.Wrapped(command.Description ?? "", width)) page.Append(line).Append('\n');
        page.Append($"\nUsage: manualvae {path}{(command.Subcommands.Count > 0 ? " VERB" : "")}"
            + $"{string.Concat(command.Arguments.Select(Usage))} [options]\n");
        HelpText.Section(page, "Verbs",
            command.Subcommands.Where(verb => !verb.Hidden).Select(v => (v.Name, v.Description ?? "")), width);
        string[] examples = [.. Examples.Of(path)];
        if (examples.Length > 0) page.Append("\nExamples:\n");
        foreach (string example in examples) page.Append($"  {Continued(example, width - 2)}\n");
        HelpText.Section(page, "Arguments", command.Arguments.Select(a => (a.Name, a.Description ?? "")), width);
        var (groups, left) = FlagGroups.Of(command, all);
        foreach (var (title, options) in groups)
            HelpText.Section(page, title, options.Select(option => (Label(option), Description(option))), width);
        if (left > 0) page.Append($"\n{left} more flags: manualvae {path} --help-all\n");
        if (command.Subcommands.Count > 0) page.Append($"\nMore of a verb: manualvae help {path} VERB\n");
        return page.ToString();
    }

    // A command that is too long goes on below, in a form that a shell takes.
    private static string Continued(string command, int width) =>
        string.Join(" \\\n      ", HelpText.Wrapped(command.Replace(" --", "\0--", StringComparison.Ordinal)
            .Replace(' ', '\u00a0').Replace('\0', ' '), width - 6));

    private static string Usage(Argument argument) =>
        $" {(argument.Arity.MinimumNumberOfValues > 0 ? argument.Name : $"[{argument.Name}]")}"
            + (argument.Arity.MaximumNumberOfValues > 1 ? " ..." : "");

    private static string Label(Option option)
    {
        string names = string.Join(", ", option.Aliases.Where(a => a.StartsWith('-') && a != "-?")
            .OrderBy(a => a.Length).Append(option.Name));
        string value = option.HelpName ?? (option.ValueType == typeof(bool) ? ""
            : string.Join('|', option.GetCompletions(CompletionContext.Empty).Select(c => c.Label)));
        return value.Length > 0 ? $"{names} <{value}>" : names;
    }

    private static string Description(Option option)
    {
        string text = option.Name == "--help" ? "Show this page." : option.Description ?? "";
        if (option.Required) return $"{text} (required)";
        object? value = option.HasDefaultValue && option.ValueType != typeof(bool) ? option.GetDefaultValue() : null;
        if (value is null or (IEnumerable and not string)) return text;
        string shown = Convert.ToString(value, CultureInfo.InvariantCulture)!;
        return $"{text} [default: {(value is Enum ? shown.ToLowerInvariant() : shown)}]";
    }
}
