using System.CommandLine;
using ManualVae.Study;
using ManualVae.Tools.Studies;

namespace ManualVae.Tools.Verbs.Study;

/// <summary>
/// <c>study gap</c>: the loss of pairs of users at a shared latent code, and the cost of their posteriors' overlap.
/// </summary>
internal static class StudyGapVerb
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var flags = new StudyFlags<GapOptions>("gap", 500, batch: 500, toys: true);
        return Verb.Create("gap", "The compromise gap (theorem 2.5): what two users lose by sharing a code, and what "
            + "their posteriors' overlap costs.", parsed => flags.Study(parsed, (run, users, options, folder) =>
        {
            var result = GapStudy.Run(run.Model, users, options);
            return (GapOutput.Write(folder, run.Data, result, users), GapOutput.Lines(result));
        }), [.. flags.Options]);
    }
}
