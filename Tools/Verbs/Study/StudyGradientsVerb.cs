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
        var flags = new StudyFlags<GradientOptions>(200);
        return Verb.Create("gradients", "Each user's gradient: norm and direction by layer and part of the loss, spread "
            + "over draws, driving items.", parsed =>
        {
            var options = flags.Read(parsed);
            options.Validate();
            var (run, users) = flags.Open(parsed, options.Seed);
            using (run)
            {
                var result = GradientStudy.Run(run.Model, users, options with { Objective = run.Objective });
                return flags.Print(parsed, GradientOutput.Write(run, result), GradientOutput.Lines(result, run.Data));
            }
        }, [.. flags.Options]);
    }
}
