using System.CommandLine;
using ManualVae.Evaluation;

namespace ManualVae.Tools.Runs;

/// <summary>The flag that says under which protocol held-out clicks are looked for.</summary>
internal sealed class ProtocolFlag
{
    private readonly Option<string?> _protocol = new Option<string?>("--protocol")
    {
        Description = "What a model is shown of a user, and what is not ranked. known: all clicks known before the part, none of "
            + "them ranked. On ready-made splits also diffrec: training clicks are shown, validation clicks are only not ranked; "
            + "lightgcn: training clicks are shown, validation clicks are ranked like other items. [default: known]",
        HelpName = "known|diffrec|lightgcn",
    }.AcceptOnlyFromAmong("known", "diffrec", "lightgcn");

    /// <summary>The flag, for a command.</summary>
    public Option Option => _protocol;

    /// <summary>The name given, or null.</summary>
    public string? Given(ParseResult parsed) => parsed.GetValue(_protocol);

    /// <summary>The protocol: the one given, or that of all clicks known.</summary>
    public EvaluationProtocol Read(ParseResult parsed) => Of(Given(parsed));

    /// <summary>The protocol of a name, or that of all clicks known.</summary>
    public static EvaluationProtocol Of(string? name) => Enum.Parse<EvaluationProtocol>(name ?? "known", ignoreCase: true);

    /// <summary>Its name in flags and in results.</summary>
    public static string NameOf(EvaluationProtocol protocol) => protocol.ToString().ToLowerInvariant();
}
