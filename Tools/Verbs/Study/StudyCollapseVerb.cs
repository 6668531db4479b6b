using System.CommandLine;
using ManualVae.Study;
using ManualVae.Tools.Studies;
using ManualVae.Tools.Settings;

namespace ManualVae.Tools.Verbs.Study;

/// <summary><c>study collapse</c>: the information in the posteriors, and a sweep of beta.</summary>
internal static class StudyCollapseVerb
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var flags = new StudyFlags<CollapseOptions>("collapse", 1000, batch: 500);
        var sweeps = new SettingFlags<CollapseSweep>(new());
        return Verb.Create("collapse", "KL by dimension, active units, mutual information, sigmas; a sweep of beta with "
            + "--betas.", parsed =>
        {
            var sweep = sweeps.Read(parsed, new());
            sweep.Validate();
            return flags.Run(parsed, (run, users, options, folder) =>
            {
                var result = CollapseStudy.Run(run.Model, users, options);
                var points = sweep.Run(run, users, options, folder);
                return (CollapseOutput.Write(folder, result, points), CollapseOutput.Lines(result, points));
            });
        }, [.. flags.Options, .. sweeps.Options]);
    }
}
