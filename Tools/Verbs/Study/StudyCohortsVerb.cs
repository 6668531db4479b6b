using System.CommandLine;
using ManualVae.Study;
using ManualVae.Tools.Studies;

namespace ManualVae.Tools.Verbs.Study;

/// <summary><c>study cohorts</c>: short, middle and long histories cut from the same users.</summary>
internal static class StudyCohortsVerb
{
    private const int Everybody = 1_000_000; // histories as long as asked for are rare

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var flags = new StudyFlags<CohortOptions>("cohorts", Everybody, batch: 512);
        return Verb.Create("cohorts", "Histories of few, some and many clicks: where they lie in latent space, and who "
            + "helps whom.", parsed => flags.Run(parsed, (run, users, options, folder) =>
        {
            var result = CohortStudy.Run(run.Model, users, options, Session.Cancellation);
            return (CohortOutput.Write(folder, result), CohortOutput.Lines(result));
        }), [.. flags.Options]);
    }
}
