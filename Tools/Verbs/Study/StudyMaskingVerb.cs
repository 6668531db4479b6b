using System.CommandLine;
using ManualVae.Study;
using ManualVae.Tools.Studies;

namespace ManualVae.Tools.Verbs.Study;

/// <summary><c>study masking</c>: how masks move users in input and latent space.</summary>
internal static class StudyMaskingVerb
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var flags = new StudyFlags<MaskingOptions>("masking", 600, batch: 500, toys: true);
        return Verb.Create("masking", "Contraction and expansion under masks against the closed forms; drift of "
            + "neighbourhoods.", parsed => flags.Study(parsed, (run, users, options, folder) =>
        {
            var result = MaskingStudy.Run(run.Model, users, options, Session.Cancellation);
            return (MaskingOutput.Write(folder, result), MaskingOutput.Lines(result));
        }), [.. flags.Options]);
    }
}
