using System.CommandLine;
using ManualVae.Study;
using ManualVae.Tools.Studies;
using ManualVae.Tools.Settings;

namespace ManualVae.Tools.Verbs.Study;

/// <summary><c>study anchors</c>: what lambda does to the mean across masks and to its distance from the item centroid.</summary>
internal static class StudyAnchorsVerb
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var flags = new StudyFlags<AnchorOptions>(500);
        var sweep = new SettingFlags<AnchorSweep>(new());
        return Verb.Create("anchors", "Variance of the mean across masks and distance to the centroid; a sweep of lambda "
            + "with --weights.", parsed =>
        {
            var options = flags.Read(parsed);
            options.Validate();
            var weights = sweep.Read(parsed, new());
            weights.Validate();
            var (run, users) = flags.Open(parsed, options.Seed, batch: 500);
            using (run)
            {
                var result = AnchorStudy.Run(run.Model, users, run.Settings.AnchorWeight, run.Settings.Dropout, options);
                var points = weights.Run(run, users, options);
                return flags.Print(parsed, AnchorOutput.Write(run.Folder.Path, result, points),
                    AnchorOutput.Lines(result, points));
            }
        }, [.. flags.Options, .. sweep.Options]);
    }
}
