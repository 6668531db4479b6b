using System.CommandLine;
using ManualVae.Study;
using ManualVae.Tools.Studies;

namespace ManualVae.Tools.Verbs.Study;

/// <summary><c>study gradients</c>: single users' gradients by layer and part of the loss.</summary>
internal static class StudyGradientsVerb
{
    public static Command Create()
    {
        var flags = new StudyFlags(200);
        var draws = new Option<int>("--draws") { Description = "Draws of masks and noise.", HelpName = "n",
            DefaultValueFactory = _ => 8 };
        return Verb.Create("gradients",
            "Each user's gradient: norm and direction by layer and part of the loss, spread over draws, driving items.", parsed =>
        {
            var (run, users) = flags.Open(parsed);
            using (run)
            {
                var result = GradientStudy.Run(run.Model, users, new GradientOptions
                {
                    Draws = parsed.GetValue(draws), Objective = run.Objective, Seed = flags.Seed(parsed),
                });
                return flags.Print(parsed, GradientOutput.Write(run, result), GradientOutput.Lines(result, run.Data));
            }
        }, [.. flags.Options, draws]);
    }
}
