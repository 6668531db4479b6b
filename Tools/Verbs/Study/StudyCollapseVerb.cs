using System.CommandLine;
using ManualVae.Data;
using ManualVae.Study;
using ManualVae.Tools.Studies;

namespace ManualVae.Tools.Verbs.Study;

/// <summary><c>study collapse</c>: what the posteriors still know, and a sweep of beta.</summary>
internal static class StudyCollapseVerb
{
    public static Command Create()
    {
        var flags = new StudyFlags(1000);
        var draws = new Option<int>("--draws") { Description = "Latent draws a user of the information estimate.", HelpName = "n",
            DefaultValueFactory = _ => 2 };
        var betas = new Option<string?>("--betas") {
            Description = "Also train a run for each of these constant betas, with the run's other settings.",
            HelpName = "x,x" };
        var epochs = new Option<int>("--epochs") { Description = "Epochs of each run of the sweep.", HelpName = "n",
            DefaultValueFactory = _ => 20 };
        return Verb.Create("collapse", "KL by dimension, active units, mutual information, sigmas; a sweep of beta with --betas.",
            parsed =>
        {
            if (parsed.GetValue(draws) < 1) throw new InputException($"--draws {parsed.GetValue(draws)}: give at least 1.");
            var options = new CollapseOptions { Draws = parsed.GetValue(draws), Seed = flags.Seed(parsed) };
            double[] sweep = parsed.GetValue(betas) is string list ? StudyText.Numbers("--betas", list) : [];
            if (parsed.GetValue(epochs) < 1) throw new InputException($"--epochs {parsed.GetValue(epochs)}: give at least 1.");
            var (run, users) = flags.Open(parsed, batch: 500);
            using (run)
            {
                var result = CollapseStudy.Run(run.Model, users, options);
                var points = CollapseSweep.Run(run, users, sweep, parsed.GetValue(epochs), options);
                return flags.Print(parsed, CollapseOutput.Write(run.Folder.Path, result, points), CollapseOutput.Lines(result, points));
            }
        }, [.. flags.Options, draws, betas, epochs]);
    }
}
