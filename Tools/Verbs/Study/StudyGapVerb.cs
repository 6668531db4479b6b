using System.CommandLine;
using ManualVae.Study;
using ManualVae.Tools.Studies;

namespace ManualVae.Tools.Verbs.Study;

/// <summary>
/// <c>study gap</c>: what it would cost pairs of users to share a code, and how much of it their posteriors pay.
/// </summary>
internal static class StudyGapVerb
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var flags = new StudyFlags<GapOptions>(500);
        return Verb.Create("gap", "The compromise gap (theorem 2.5): what two users lose by sharing a code, and what "
            + "their posteriors' overlap costs.", parsed =>
        {
            var options = flags.Read(parsed);
            options.Validate();
            var (run, users) = flags.Open(parsed, options.Seed, batch: 500);
            using (run)
            {
                var result = GapResult.Of(run.Model, users, options);
                return flags.Print(parsed, GapOutput.Write(run, result, users), GapOutput.Lines(result));
            }
        }, [.. flags.Options]);
    }
}
