using System.CommandLine;
using System.CommandLine.Parsing;
using System.Runtime.InteropServices;
using ManualVae.Data;
using ManualVae.Tools.Settings;
using ManualVae.Tools.Verbs;

namespace ManualVae.Tools;

/// <summary>
/// The <c>manualvae</c> command. Results go to standard output, progress and messages to standard error. The rooms of Tools,
/// from the ground up: ExitCode, Readable, Terminal, OutputFile, Session and Flags; Charts and Settings; Runs and Datasets;
/// Report, Serve, Studies, Sweep, Tables and Bench; Mechanisms; Verbs; and this program, the only one that knows the verbs.
/// </summary>
public static class Program
{
    /// <summary>Runs one verb and returns its exit code.</summary>
    public static int Main(string[] args)
    {
        using var interruption = new CancellationTokenSource();
        void Interrupt(PosixSignalContext context)
        {
            context.Cancel = true; // let the verb write its checkpoint; it ends by itself
            interruption.Cancel();
        }
        using var onInterrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt);
        using var onTerminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Interrupt);
        return Run(args, interruption.Token);
    }

    /// <summary>Parses and runs; every error becomes one line on standard error and an exit code.</summary>
    public static int Run(string[] args, CancellationToken cancellation)
    {
        Session.Begin(cancellation);
        var parsed = Root().Parse(args, new ParserConfiguration
        {
            EnablePosixBundling = false,
            ResponseFileTokenReplacer = null, // an id may begin with @
        });
        if (parsed.Errors.Count > 0)
        {
            // A word that was not understood explains more than the verb or flag that is missing for it.
            var error = parsed.Errors.FirstOrDefault(e => e.Message.StartsWith("Unrecognized", StringComparison.Ordinal))
                ?? parsed.Errors[0];
            string message = string.Join(' ', error.Message.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
            Console.Error.WriteLine($"manualvae: {message} Try: manualvae {PathTo(parsed.CommandResult)}--help");
            return ExitCode.WrongUsage;
        }
        try
        {
            return parsed.Invoke(new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null
            });
        }
        catch (InputException problem)
        {
            Console.Error.WriteLine($"manualvae: {OneLine(problem.Describe(SettingFlag.Of))}");
            return ExitCode.WrongUsage;
        }
        catch (OperationCanceledException)
        {
            Console.Error.WriteLine("manualvae: interrupted");
            return ExitCode.Interrupted;
        }
        catch (Exception problem)
        {
            Console.Error.WriteLine($"manualvae: failed: {OneLine(problem.Message)}");
            if (Environment.GetEnvironmentVariable("MANUALVAE_DEBUG") is not null) Console.Error.WriteLine(problem);
            return ExitCode.Failed;
        }
    }

    // The message may hold text of a file; control characters in it must not reach the terminal.
    private static string OneLine(string message) => string.Concat(message.Select(c => char.IsControl(c) ? ' ' : c));

    // "data import " for a verb in a verb.
    private static string PathTo(CommandResult verb) =>
        verb.Parent is CommandResult parent ? $"{PathTo(parent)}{verb.Command.Name} " : "";

    internal static RootCommand Root() => new("Trains, studies and serves VAE recommenders on a hand-written engine.")
    {
        DemoVerb.Create(), DataVerb.Create(), TrainVerb.Create(), EvaluateVerb.Create(), RecommendVerb.Create(),
        SimilarVerb.Create(), StudyVerb.Create(), GradcheckVerb.Create(), TablesVerb.Create(), CompareVerb.Create(),
        EnsembleVerb.Create(), SweepVerb.Create(), ReportVerb.Create(), ExportVerb.Create(), ServeVerb.Create(),
        BenchVerb.Create(), DevicesVerb.Create(),
    };
}
