using System.Diagnostics;

namespace ManualVae.Tests.Long;

/// <summary>How a command ended.</summary>
/// <param name="Code">Exit code; 137 after a kill.</param>
/// <param name="Messages">Standard error.</param>
public sealed record Ending(int Code, string Messages)
{
    /// <summary>The last line of the messages.</summary>
    public string LastLine => Messages.TrimEnd().Split('\n')[^1];

    /// <summary>It did its work, or said in one line why not.</summary>
    public bool IsClear => Code == 0 || Code == 130
        || Code is 1 or 2 && LastLine.StartsWith("manualvae: ", StringComparison.Ordinal)
            && !Messages.Contains("   at ", StringComparison.Ordinal);
}

/// <summary>The <c>manualvae</c> command as a process of its own.</summary>
public static class ToolProcess
{
    /// <summary>Longest time a command on small data may take on a busy machine.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromMinutes(3);

    /// <summary>The program that runs assemblies: this process's own, or that of the path.</summary>
    public static string Host { get; } =
        Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? Environment.ProcessPath! : "dotnet";

    /// <summary>Starts a command.</summary>
    /// <param name="arguments">Of the command.</param>
    /// <param name="limits">Words of a shell that come before it, such as <c>ulimit -n 30</c>; null for none.</param>
    /// <param name="user">Number of the user to become; null for the own one.</param>
    public static Process Start(IEnumerable<string> arguments, string? limits = null, int? user = null)
    {
        IEnumerable<string> words = [Host, Path.Combine(AppContext.BaseDirectory, "manualvae.dll"), .. arguments];
        if (user is int id) words = ["setpriv", $"--reuid={id}", "--clear-groups", .. words];
        if (limits is not null) words = ["sh", "-c", $"{limits}; exec \"$@\"", "sh", .. words];
        var start = new ProcessStartInfo(words.First())
        {
            RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true,
        };
        foreach (string word in words.Skip(1)) start.ArgumentList.Add(word);
        start.Environment["DOTNET_TieredPGO"] = "0"; // starts sooner
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        if (limits is not null)
        {
            // The runtime itself would not start: it keeps its code in a file in memory, and opens pipes for debuggers.
            start.Environment["DOTNET_EnableWriteXorExecute"] = "0";
            start.Environment["DOTNET_EnableDiagnostics"] = "0";
        }
        if (user is not null) start.Environment["HOME"] = "/tmp";
        var process = Process.Start(start)!;
        process.StandardInput.Close();
        return process;
    }

    /// <summary>Waits for the end of a process, and ends it where that takes too long.</summary>
    public static Ending End(Process process)
    {
        var output = process.StandardOutput.ReadToEndAsync();
        var messages = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(Patience))
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
            return new(-1, $"hung for {Patience.TotalMinutes} minutes: {messages.Result}");
        }
        Task.WaitAll(output, messages);
        return new(process.ExitCode, messages.Result);
    }

    /// <summary>Runs a command to its end.</summary>
    public static Ending Run(IEnumerable<string> arguments, string? limits = null, int? user = null)
    {
        using var process = Start(arguments, limits, user);
        return End(process);
    }

    /// <summary>Sends a signal by its name, such as TERM.</summary>
    public static void Signal(Process process, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{process.Id}"]);
        kill.WaitForExit();
    }
}
