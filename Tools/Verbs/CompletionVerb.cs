using System.CommandLine;
using ManualVae.Tools.Help.Completion;

namespace ManualVae.Tools.Verbs;

/// <summary><c>manualvae completion</c>: a script with which a shell completes verbs, flags and their values.</summary>
internal static class CompletionVerb
{
    public static Command Create()
    {
        var shell = new Argument<string>("SHELL") { Description = $"One of {string.Join(", ", CompletionScript.Shells)}." };
        shell.AcceptOnlyFromAmong([.. CompletionScript.Shells]);
        return Verb.Create("completion", "A script with which your shell completes verbs, flags and values.", parsed =>
        {
            Console.Out.Write(CompletionScript.For(parsed.GetValue(shell)!, parsed.RootCommandResult.Command));
            return ExitCode.Done;
        }, shell);
    }
}
