using System.CommandLine;
using ManualVae.Study;
using ManualVae.Tools.Studies;

namespace ManualVae.Tools.Verbs.Study;

/// <summary><c>study gradients</c>: single users' gradients by layer and part of the loss.</summary>
internal static class StudyGradientsVerb
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var flags = new StudyFlags<GradientOptions>("gradients", 200, toys: true)
        {
            Defaults = run => new() { Objective = run.Objective, BatchSize = run.BatchSize },
        };
        return Verb.Create("gradients", "Each user's gradient: norm and direction by layer and part of the loss, spread "
            + "over draws, driving items.", parsed => flags.Study(parsed, (run, users, options, folder) =>
        {
            var result = GradientStudy.Run(run.Model, users, options);
            return (GradientOutput.Write(folder, run.Data, result), GradientOutput.Lines(result, run.Data));
        }), [.. flags.Options]);
    }
}
