using System.CommandLine;
using ManualVae.Data;
using ManualVae.Tools.Help;

namespace ManualVae.Tools.Verbs;

/// <summary><c>manualvae help</c>: what the program or one of its verbs does.</summary>
internal static class HelpVerb
{
    public static Command Create()
    {
        var words = new Argument<string[]>("VERB")
        {
            Description = "A verb, such as train or data import.",
            Arity = ArgumentArity.ZeroOrMore
        };
        var all = new Option<bool>("--all") { Description = "Every flag, those that are seldom needed too." };
        return Verb.Create("help", "What a verb does, with examples.", parsed =>
        {
            Command command = parsed.RootCommandResult.Command;
            foreach (string word in parsed.GetValue(words)!)
            {
                var names = command.Subcommands.Where(verb => !verb.Hidden).Select(verb => verb.Name);
                command = command.Subcommands.FirstOrDefault(verb => verb.Name == word)
                    ?? throw new InputException($"help {word}: no such verb{Spelling.Question(word, names)}; "
                        + "manualvae alone lists them.");
            }
            Console.Out.Write(HelpPage.Of(command, Terminal.HelpWidth, parsed.GetValue(all)));
            return ExitCode.Done;
        }, words, all);
    }
}
