using System.CommandLine;

namespace ManualVae.Tools.Help.Completion;

/// <summary>A verb as a shell sees it.</summary>
/// <param name="Path">Its words, as <c>data import</c>; empty for the program itself.</param>
/// <param name="Verbs">The verbs in it, with what they do.</param>
/// <param name="Flags">Its flags, with what may follow them.</param>
/// <param name="Free">What may stand where no flag stands.</param>
internal sealed record CompletedVerb(string Path, IReadOnlyList<Command> Verbs,
    IReadOnlyList<(string Name, string Meaning, FlagValues Values)> Flags, FlagValues Free)
{
    /// <summary>A command and all below it.</summary>
    public static IEnumerable<CompletedVerb> All(Command command)
    {
        string path = VerbPath.Of(command);
        Command[] verbs = [.. command.Subcommands.Where(verb => !verb.Hidden)];
        return verbs.SelectMany(All).Prepend(new(path, verbs,
            [.. VerbPath.Options(command).Select(o => (o.Name, o.Description ?? "", FlagValues.Of(path, o)))],
            FlagValues.Of(command)));
    }

    /// <summary>The words that may come next where no flag waits for its value: verbs, values and flags.</summary>
    public IEnumerable<string> Words =>
        Verbs.Select(verb => verb.Name).Concat(Free.Words).Concat(Flags.Select(flag => flag.Name));
}
