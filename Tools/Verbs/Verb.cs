using System.CommandLine;

namespace ManualVae.Tools.Verbs;

/// <summary>Makes commands.</summary>
internal static class Verb
{
    /// <summary>A command with its options and what it does.</summary>
    public static Command Create(string name, string description, Func<ParseResult, int> run, params Symbol[] symbols)
    {
        var command = new Command(name, description);
        foreach (var symbol in symbols)
            switch (symbol)
            {
                case Option option: command.Add(option); break;
                case Argument argument: command.Add(argument); break;
                case Command verb: command.Add(verb); break;
            }
        command.SetAction(run);
        return command;
    }
}
