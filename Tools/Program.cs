using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using System.Reflection;
using System.Runtime.InteropServices;
using ManualVae.Compute;
using ManualVae.Data;
using ManualVae.Tools.Help;
using ManualVae.Tools.Settings;
using ManualVae.Tools.Verbs;

namespace ManualVae.Tools;

/// <summary>
/// The <c>manualvae</c> command. Results go to standard output, progress and messages to standard error. The rooms of Tools,
/// from the ground up: ExitCode, Readable, Terminal, OutputFile, Session and Flags; Charts and Settings; Help; Runs and Datasets;
/// Report, Serve, Studies, Sweep, Recipe, Tables and Bench; Mechanisms; Verbs; and this program, which alone knows the verbs.
/// </summary>
public static class Program
{
    private const string MaxMemory = "--max-memory";

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
        if (parsed.Action is HelpAction || Has(parsed, "--help-all"))
        {
            Console.Out.Write(HelpPage.Of(parsed.CommandResult.Command, Terminal.HelpWidth, Has(parsed, "--help-all")));
            return ExitCode.Done;
        }
        using var silence = Has(parsed, "--quiet") ? Terminal.Quiet() : null;
        if (UsageError.Describe(parsed) is { } usage) return Failed(ExitCode.WrongUsage, usage);
        return Session.Leave(Invoke(parsed));
    }

    private static int Invoke(ParseResult parsed)
    {
        try
        {
            if (parsed.GetValue<string?>(MaxMemory) is { } most) HostMemory.Limit = ByteSize.Read(MaxMemory, most);
            return parsed.Invoke(new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null
            });
        }
        catch (InputException problem)
        {
            return Failed(ExitCode.WrongUsage, problem.Describe(SettingFlag.Of));
        }
        catch (OperationCanceledException)
        {
            return Failed(ExitCode.Interrupted, "interrupted");
        }
        catch (Exception problem)
        {
            if (Environment.GetEnvironmentVariable("MANUALVAE_DEBUG") is not null) Terminal.Errors.WriteLine(problem);
            return Failed(ExitCode.Failed, $"failed: {problem.Message}");
        }
    }

    private static bool Has(ParseResult parsed, string flag) =>
        parsed.Tokens.Any(token => token.Type == TokenType.Option && token.Value == flag);

    // The message may hold text of a file; control characters in it must not reach the terminal.
    private static int Failed(int code, string message)
    {
        if (!Session.Speaks(code, out string who)) return code;
        Terminal.Errors.WriteLine($"manualvae: {who}{Terminal.Plain(message)}");
        return code;
    }

    internal static RootCommand Root()
    {
        var root = new RootCommand("ManualVae trains, studies and serves VAE recommenders on a hand-written engine.")
        {
            DemoVerb.Create(), DataVerb.Create(), TrainVerb.Create(), EvaluateVerb.Create(), RecommendVerb.Create(),
            SimilarVerb.Create(), StudyVerb.Create(), GradcheckVerb.Create(), TablesVerb.Create(), CompareVerb.Create(),
            EnsembleVerb.Create(), SweepVerb.Create(), RecipeVerb.Create(), ReportVerb.Create(), ExportVerb.Create(),
            ServeVerb.Create(), BenchVerb.Create(), DevicesVerb.Create(), CompletionVerb.Create(), HelpVerb.Create(),
        };
        root.Add(new Option<bool>("--quiet")
        {
            Description = "Print results and errors only: no progress, no notes.", Recursive = true, Arity = ArgumentArity.Zero,
        });
        root.Add(new Option<bool>("--help-all")
        {
            Description = "Show every flag, those that are seldom needed too.", Recursive = true, Arity = ArgumentArity.Zero,
        });
        root.Add(new Option<string?>(MaxMemory)
        {
            Description = "Refuse work that is estimated to need more, before it starts. [default: what there is]",
            HelpName = "2GiB", Recursive = true,
        });
        root.Options.Remove(root.Options.OfType<VersionOption>().Single());
        root.Add(new Option<bool>("--version") { Description = "Print version and runtime.", Arity = ArgumentArity.Zero });
        // A group of verbs alone, and the program alone, say what they can do.
        foreach (var group in root.Subcommands.Where(verb => verb.Subcommands.Count > 0).Prepend(root))
            group.SetAction(parsed => Console.Out.Write(Has(parsed, "--version") ? Version
                : HelpPage.Of(group, Terminal.HelpWidth, all: false)));
        return root;
    }

    private static string Version => "manualvae "
        + typeof(Program).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion
        + $", {RuntimeInformation.FrameworkDescription}, {RuntimeInformation.RuntimeIdentifier}\n";
}
