using System.CommandLine;

namespace ManualVae.Tools.Help;

/// <summary>Verbs by their words, as <c>data import</c>.</summary>
internal static class VerbPath
{
    /// <summary>The words of a verb; empty for the program itself.</summary>
    public static string Of(Command command) =>
        string.Join(' ', Above(command).OfType<Command>().Prepend(command).Where(c => c is not RootCommand).Reverse()
            .Select(c => c.Name));

    /// <summary>Every verb that does something, below a command.</summary>
    public static IEnumerable<Command> Leaves(Command command) =>
        command.Subcommands.Count == 0 ? [command] : command.Subcommands.Where(c => !c.Hidden).SelectMany(Leaves);

    /// <summary>The options that a command line with this verb may have, its own first.</summary>
    public static IEnumerable<Option> Options(Command command) =>
        command.Options.Concat(Above(command).OfType<Command>().SelectMany(c => c.Options).Where(o => o.Recursive))
            .Where(option => !option.Hidden);

    private static IEnumerable<Symbol> Above(Symbol symbol) =>
        symbol.Parents.FirstOrDefault() is { } parent ? Above(parent).Prepend(parent) : [];
}
