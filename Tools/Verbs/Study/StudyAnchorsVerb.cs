using System.CommandLine;
using ManualVae.Data;
using ManualVae.Study;
using ManualVae.Tools.Runs;
using ManualVae.Tools.Studies;
using static ManualVae.Tools.Studies.StudyText;

namespace ManualVae.Tools.Verbs.Study;

/// <summary><c>study anchors</c>: what lambda does to the mean across masks and to its distance from the item centroid.</summary>
internal static class StudyAnchorsVerb
{
    public static Command Create()
    {
        var flags = new StudyFlags(500);
        var draws = new Option<int>("--draws") { Description = "Mask draws.", HelpName = "n", DefaultValueFactory = _ => 20 };
        var weights = new Option<string?>("--weights") {
            Description = "Also train a run for each of these anchor weights, with the run's other settings.",
            HelpName = "x,x" };
        var epochs = new Option<int>("--epochs") { Description = "Epochs of each run of the sweep.", HelpName = "n",
            DefaultValueFactory = _ => 20 };
        return Verb.Create("anchors",
            "Variance of the mean across masks and distance to the centroid; a sweep of lambda with --weights.", parsed =>
        {
            var options = new AnchorOptions { Draws = parsed.GetValue(draws), Seed = flags.Seed(parsed) };
            double[] sweep = parsed.GetValue(weights) is string list ? StudyText.Numbers("--weights", list) : [];
            if (parsed.GetValue(epochs) < 1) throw new InputException($"--epochs {parsed.GetValue(epochs)}: give at least 1.");
            var (run, users) = flags.Open(parsed, batch: 500);
            using (run)
            {
                double rate = run.Settings.Dropout;
                var result = AnchorStudy.Run(run.Model, users, run.Settings.AnchorWeight, rate, options);
                var points = new List<AnchorResult>();
                foreach (double weight in sweep.Order())
                {
                    string name = Text($"weight-{weight}");
                    var trained = StudyTraining.Train(
                        run.Data, run.Settings with { AnchorWeight = weight, Anchors = true, Epochs = parsed.GetValue(epochs) },
                        run.Folder.Manifest.Preset, Path.Combine(run.Folder.Path, "studies", "anchors", name), name);
                    using var other = TrainedModel.Open(trained.Path, run.Data.Directory, null, run.Settings.Threads);
                    points.Add(AnchorStudy.Run(other.Model, users, weight, rate, options));
                }
                return flags.Print(parsed, AnchorOutput.Write(run.Folder.Path, result, points), AnchorOutput.Lines(result, points));
            }
        }, [.. flags.Options, draws, weights, epochs]);
    }
}
