using ManualVae.Data;
using ManualVae.Tools;

namespace ManualVae.Tests.Long.Fuzz;

/// <summary>Commands in this process, without what they print.</summary>
public static class Commands
{
    /// <summary>Runs a command that must do its work.</summary>
    public static void Succeed(params string[] arguments)
    {
        var (code, messages) = Run(arguments);
        if (code != ExitCode.Done) throw new InvalidOperationException($"{string.Join(' ', arguments)}: {messages}");
    }

    /// <summary>Runs a command on a file that may be damaged.</summary>
    /// <exception cref="InputException">The command refused it in one line.</exception>
    /// <exception cref="InvalidOperationException">The command failed.</exception>
    public static void ReadOrRefuse(params string[] arguments)
    {
        var (code, messages) = Run(arguments);
        string last = messages.TrimEnd().Split('\n')[^1];
        if (code == ExitCode.Done) return;
        if (code == ExitCode.WrongUsage && last.StartsWith("manualvae: ", StringComparison.Ordinal))
            throw new InputException(last);
        throw new InvalidOperationException($"exit code {code}: {messages}");
    }

    private static (int Code, string Messages) Run(string[] arguments)
    {
        var (oldOutput, oldError) = (Console.Out, Console.Error);
        var messages = new StringWriter();
        Console.SetOut(TextWriter.Null);
        Console.SetError(messages);
        try
        {
            return (ManualVae.Tools.Program.Run(arguments, CancellationToken.None), messages.ToString());
        }
        finally
        {
            Console.SetOut(oldOutput);
            Console.SetError(oldError);
        }
    }
}
