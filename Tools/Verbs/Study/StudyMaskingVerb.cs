using System.CommandLine;
using ManualVae.Data;
using ManualVae.Study;
using ManualVae.Tools.Studies;

namespace ManualVae.Tools.Verbs.Study;

/// <summary><c>study masking</c>: how masks move users in input and latent space.</summary>
internal static class StudyMaskingVerb
{
    public static Command Create()
    {
        var flags = new StudyFlags(600);
        var pairs = new Option<int>("--pairs") { Description = "Pairs of users, half near and half far.", HelpName = "n",
            DefaultValueFactory = _ => 400 };
        var draws = new Option<int>("--draws") { Description = "Mask draws.", HelpName = "n", DefaultValueFactory = _ => 10 };
        var rates = new Option<string>("--rates") { Description = "Probabilities that a click is dropped.", HelpName = "x,x",
            DefaultValueFactory = _ => "0,0.25,0.5,0.75" };
        var neighbours = new Option<int>("--neighbours") { Description = "k of the neighbourhoods.", HelpName = "k",
            DefaultValueFactory = _ => 20 };
        return Verb.Create("masking", "Contraction and expansion under masks against the closed forms; drift of neighbourhoods.",
            parsed =>
        {
            var options = new MaskingOptions
            {
                Pairs = parsed.GetValue(pairs), Draws = parsed.GetValue(draws),
                Rates = StudyText.Numbers("--rates", parsed.GetValue(rates)!),
                Neighbours = parsed.GetValue(neighbours), Seed = flags.Seed(parsed),
            };
            if (options.Pairs < 2) throw new InputException($"--pairs {options.Pairs}: give at least 2, half near and half far.");
            var (run, users) = flags.Open(parsed, batch: 500);
            using (run)
            {
                var result = MaskingStudy.Run(run.Model, users, options, Session.Cancellation);
                return flags.Print(parsed, MaskingOutput.Write(run.Folder.Path, result), MaskingOutput.Lines(result));
            }
        }, [.. flags.Options, pairs, draws, rates, neighbours]);
    }
}
