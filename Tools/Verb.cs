using System.CommandLine;
using ManualVae.Compute;
using ManualVae.Data;

namespace ManualVae.Tools;

/// <summary>What all verbs share.</summary>
internal static class Verb
{
    private static bool _saidDevice;

    /// <summary>Signalled by Ctrl-C or SIGTERM; long verbs watch it, save and throw <see
    /// cref="OperationCanceledException"/>.</summary>
    public static CancellationToken Cancellation { get; private set; }

    /// <summary>A command starts: nothing has been said yet.</summary>
    public static void Begin(CancellationToken cancellation) => (Cancellation, _saidDevice) = (cancellation, false);

    /// <summary>Makes a backend; that <c>auto</c> found no GPU is said on standard error, once a command.</summary>
    /// <param name="device">As in <c>--device</c>.</param>
    /// <param name="threads">Threads; 0 for all.</param>
    /// <param name="precision">Of a GPU's products.</param>
    /// <param name="asked">The person named the device, or is about to wait for it.</param>
    public static IBackend Backend(string device, int threads, Precision precision = Compute.Precision.Fp32, bool asked = true) =>
        Backends.Create(device, threads, line =>
        {
            if (asked && !_saidDevice) Console.Error.WriteLine(line);
            _saidDevice |= asked;
        }, precision);

    /// <summary><c>--json</c>: one JSON document on standard output.</summary>
    public static Option<bool> Json() => new("--json") { Description = "Print one JSON document on standard output." };

    /// <summary><c>--run</c>: the run folder to use.</summary>
    public static Option<string> Run() => new("--run") { Description = "Run folder (made by: manualvae train).",
        HelpName = "folder", Required = true };

    /// <summary><c>--top</c>: length of a list.</summary>
    public static Option<int> Top() => new("--top") { Description = "How many items.", HelpName = "k",
        DefaultValueFactory = _ => 10 };

    /// <summary><c>--precision</c>: of a GPU's matrix products, single unless asked for otherwise.</summary>
    public static Option<Precision> Precision() => new Option<Precision>("--precision")
    {
        Description = "Matrix products of a GPU: fp32, or tf32 on its tensor cores. [default: fp32]", HelpName = "fp32|tf32",
    }.AcceptOnlyFromAmong("fp32", "tf32");

    /// <summary>Refuses a count below 1.</summary>
    /// <exception cref="InputException">It is.</exception>
    public static int Positive(string flag, int value) =>
        value >= 1 ? value : throw new InputException($"{flag} {value}: give a whole number of 1 or more.");

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
