using System.CommandLine;
using ManualVae.Study;
using ManualVae.Tools.Studies;

namespace ManualVae.Tools.Verbs.Study;

/// <summary><c>study radius</c>: the latent sharing radius, compared with the measured effect of gradient steps.</summary>
internal static class StudyRadiusVerb
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var flags = new StudyFlags<RadiusOptions>("radius", 1000, batch: 512, toys: true)
        {
            Folder = options => options.Masked ? "radius-masked" : "radius",
        };
        return Verb.Create("radius", "The sharing radius (theorem 2.3) beside the truth: one gradient step on v, the "
            + "change of u's loss.", parsed => flags.Study(parsed, (run, users, options, folder) =>
        {
            var result = RadiusStudy.Run(run.Model, users, options, Session.Cancellation);
            var output = RadiusOutput.Write(folder, result, users, run.Data);
            return (output, RadiusOutput.Lines(result));
        }), [.. flags.Options]);
    }
}
