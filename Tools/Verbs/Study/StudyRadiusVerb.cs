using System.CommandLine;
using ManualVae.Data;
using ManualVae.Study;
using ManualVae.Tools.Studies;
using static ManualVae.Tools.Studies.StudyText;

namespace ManualVae.Tools.Verbs.Study;

/// <summary><c>study radius</c>: the latent sharing radius beside what a step on one user really does to another.</summary>
internal static class StudyRadiusVerb
{
    public static Command Create()
    {
        var flags = new StudyFlags(1000);
        var pairs = new Option<int>("--pairs") { Description = "Ordered pairs of users, stratified by latent distance and kind.",
            HelpName = "n", DefaultValueFactory = _ => 2000 };
        var draws = new Option<int>("--draws") { Description = "Latent draws in every expectation.", HelpName = "n",
            DefaultValueFactory = _ => 4 };
        var move = new Option<double>("--move") { Description = "Length of the parameter move of a median step.", HelpName = "x",
            DefaultValueFactory = _ => 0.01 };
        var masked = new Option<bool>("--masked") {
            Description = "Posteriors of masked input, as in training, instead of the clean one." };
            return Verb.Create("radius",
            "The sharing radius (theorem 2.3) beside the truth: one gradient step on v, the change of u's loss.", parsed =>
        {
            var options = new RadiusOptions
            {
                Pairs = parsed.GetValue(pairs), Draws = parsed.GetValue(draws), Move = parsed.GetValue(move),
                Masked = parsed.GetValue(masked), Seed = flags.Seed(parsed),
            };
            if (options.Pairs < 1) throw new InputException($"--pairs {options.Pairs}: give at least 1.");
            if (!(options.Move > 0 && double.IsFinite(options.Move))) throw new InputException(
                Text($"--move {options.Move}: give a length above 0."));
            var (run, users) = flags.Open(parsed, batch: 512);
            using (run)
            {
                var result = RadiusStudy.Run(run.Model, users, options, Session.Cancellation);
                return flags.Print(parsed, RadiusOutput.Write(run.Folder.Path, options.Masked ? "radius-masked" : "radius", result, users,
                    run.Data), RadiusOutput.Lines(result));
            }
        }, [.. flags.Options, pairs, draws, move, masked]);
    }
}
