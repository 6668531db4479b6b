using System.CommandLine;
using ManualVae.Study;
using ManualVae.Tools.Studies;

namespace ManualVae.Tools.Verbs.Study;

/// <summary><c>study lipschitz</c>: the distance of posteriors beside the distance in clicks.</summary>
internal static class StudyLipschitzVerb
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var flags = new StudyFlags<LipschitzOptions>("lipschitz", 1000, batch: 500)
        {
            Folder = options => options.Masked ? "lipschitz-masked" : "lipschitz",
        };
        return Verb.Create("lipschitz", "How far a click moves the posterior (lemma 2.4): W1 over the distance in clicks, and a "
            + "bound by the encoder's layers.", parsed => flags.Run(parsed, (run, users, options, folder) =>
        {
            var result = LipschitzStudy.Run(run.Model, users, options, Session.Cancellation);
            return (LipschitzOutput.Write(folder, result, users, run.Data), LipschitzOutput.Lines(result));
        }), [.. flags.Options]);
    }
}
