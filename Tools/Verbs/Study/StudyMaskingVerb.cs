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
        var flags = new StudyFlags<MaskingOptions>(600);
        return Verb.Create("masking", "Contraction and expansion under masks against the closed forms; drift of "
            + "neighbourhoods.", parsed =>
        {
            var options = flags.Read(parsed);
            options.Validate();
            var (run, users) = flags.Open(parsed, options.Seed, batch: 500);
            using (run)
            {
                var result = MaskingStudy.Run(run.Model, users, options, Session.Cancellation);
                return flags.Print(parsed, MaskingOutput.Write(run.Folder.Path, result), MaskingOutput.Lines(result));
            }
        }, [.. flags.Options]);
    }
}
