using System.Text;
using System.Text.Json;
using ManualVae.Data;
using ManualVae.Tests.Models;
using ManualVae.Tools;
using Xunit;

namespace ManualVae.Tests.Tools;

/// <summary>Tests that capture the console run one after another, and beside nothing else.</summary>
[CollectionDefinition(nameof(CommandLine), DisableParallelization = true)]
public sealed class CommandLineCollection;

/// <summary>What a command left behind.</summary>
internal sealed record CommandResult(int ExitCode, string Output, string Messages)
{
    /// <summary>Standard output as one JSON document.</summary>
    public JsonElement Json => JsonDocument.Parse(Output).RootElement;

    /// <summary>The command did its work.</summary>
    public CommandResult Succeeded()
    {
        Assert.True(ExitCode == 0, $"exit code {ExitCode}: {Messages}");
        return this;
    }
}

/// <summary>Runs verbs in this process and captures what they print.</summary>
internal static class CommandLine
{
    /// <summary>Runs a verb.</summary>
    public static CommandResult Run(params string[] arguments) => RunUntil(null, arguments);

    /// <summary>Runs a verb and interrupts it, as Ctrl-C does, once its messages contain a text.</summary>
    public static CommandResult RunUntil(string? message, params string[] arguments)
    {
        using var interruption = new CancellationTokenSource();
        var (output, messages) = (new StringWriter(), new Watching(message, interruption));
        var (oldOutput, oldError) = (Console.Out, Console.Error);
        Console.SetOut(output);
        Console.SetError(messages);
        try
        {
            return new(Program.Run(arguments, interruption.Token), output.ToString(), messages.ToString());
        }
        finally
        {
            Console.SetOut(oldOutput);
            Console.SetError(oldError);
        }
    }

    /// <summary>
    /// A prepared folder of 40 users and 20 items with titles, where users of even number click even items: 24 training users,
    /// then 8 of validation (20 to 27 excluded), then 8 of the test.
    /// </summary>
    public static string WriteToyData(string folder, string source = "checkerboard") => SmallData.Save(
        folder, ToyClicks.Checkerboard(SmallData.Users, SmallData.Items), source,
        [.. Enumerable.Range(0, SmallData.Users).Select(u => $"u{u}")],
        new ItemList([.. Enumerable.Range(0, SmallData.Items).Select(i => $"i{i}")],
            [.. Enumerable.Range(0, SmallData.Items).Select(i => $"Title {i}")]));

    private sealed class Watching(string? message, CancellationTokenSource interruption) : StringWriter
    {
        public override Encoding Encoding => Encoding.UTF8;

        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            if (message is not null && value?.Contains(message, StringComparison.Ordinal) == true) interruption.Cancel();
        }
    }
}
