using System.CommandLine;
using ManualVae.Data;
using ManualVae.Study;
using ManualVae.Tools.Studies;
using ManualVae.Tools.Settings;

namespace ManualVae.Tools.Verbs.Study;

/// <summary>
/// <c>study anchors</c>: the effect of lambda on the posterior mean's variance across masks and on its distance to the centroid.
/// </summary>
internal static class StudyAnchorsVerb
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var flags = new StudyFlags<AnchorOptions>("anchors", 500, batch: 500);
        var sweeps = new SettingFlags<AnchorSweep>(new());
        return Verb.Create("anchors", "Variance of the mean across masks and distance to the centroid; a sweep of lambda "
            + "with --weights.", parsed =>
        {
            var sweep = sweeps.Read(parsed, new());
            sweep.Validate();
            return flags.Run(parsed, (run, users, options, folder) =>
            {
                if (run.Model.Settings is { Variational: true, HasAnchors: false } && sweep.Weights.Count == 0)
                    throw new InputException($"{run.Folder.Path}: was trained without anchors; train a run with "
                        + "--anchor-weight 1, or give --weights 0,1,4 to train and compare short runs.");
                var result = AnchorStudy.Run(run.Model, users, run.Settings.AnchorWeight, run.Settings.Dropout, options);
                var points = sweep.Run(run, users, options, folder);
                return (AnchorOutput.Write(folder, result, points), AnchorOutput.Lines(result, points));
            });
        }, [.. flags.Options, .. sweeps.Options]);
    }
}
