using System.Diagnostics;
using Xunit;

namespace ManualVae.Tests.Samples;

/// <summary>A program of samples/ in a process of its own.</summary>
internal static class SampleProcess
{
    /// <summary>The source text of a sample.</summary>
    public static string Source(string name) =>
        File.ReadAllText(Path.Combine(TestData.RepositoryRoot, "samples", name, "Program.cs"));

    /// <summary>Starts a sample. The caller kills it if it does not end by itself.</summary>
    public static Process Start(string name, params string[] arguments)
    {
        var start = new ProcessStartInfo(ToolProcess.Host) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string word in arguments.Prepend(Path.Combine(AppContext.BaseDirectory, name + ".dll")))
            start.ArgumentList.Add(word);
        return Process.Start(start)!;
    }

    /// <summary>Runs a sample to its end and returns the lines it printed.</summary>
    public static string[] Run(string name, params string[] arguments)
    {
        using var process = Start(name, arguments);
        var errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{name}: exit code {process.ExitCode}, {errors.Result}");
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }

    /// <summary>Where a service says that it listens.</summary>
    public static async Task<Uri> Address(Process service)
    {
        const string Mark = "Now listening on: ";
        var lines = new List<string>();
        while (await service.StandardOutput.ReadLineAsync() is { } line)
        {
            lines.Add(line);
            if (line.Contains(Mark, StringComparison.Ordinal)) return new(line.Split(Mark)[1].Trim());
        }
        throw new InvalidOperationException($"the service ended: {string.Join('\n', lines)}"
            + await service.StandardError.ReadToEndAsync());
    }
}
