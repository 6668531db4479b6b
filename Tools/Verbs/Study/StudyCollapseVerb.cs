using System.CommandLine;
using ManualVae.Study;
using ManualVae.Tools.Studies;
using ManualVae.Tools.Settings;

namespace ManualVae.Tools.Verbs.Study;

/// <summary><c>study collapse</c>: what the posteriors still know, and a sweep of beta.</summary>
internal static class StudyCollapseVerb
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var flags = new StudyFlags<CollapseOptions>(1000);
        var sweep = new SettingFlags<CollapseSweep>(new());
        return Verb.Create("collapse", "KL by dimension, active units, mutual information, sigmas; a sweep of beta with "
            + "--betas.", parsed =>
        {
            var options = flags.Read(parsed);
            options.Validate();
            var betas = sweep.Read(parsed, new());
            betas.Validate();
            var (run, users) = flags.Open(parsed, options.Seed, batch: 500);
            using (run)
            {
                var result = CollapseStudy.Run(run.Model, users, options);
                var points = betas.Run(run, users, options);
                return flags.Print(
                    parsed, CollapseOutput.Write(run.Folder.Path, result, points), CollapseOutput.Lines(result, points));
            }
        }, [.. flags.Options, .. sweep.Options]);
    }
}
