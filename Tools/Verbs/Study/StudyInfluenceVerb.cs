using System.CommandLine;
using ManualVae.Data;
using ManualVae.Study;
using ManualVae.Tools.Studies;

namespace ManualVae.Tools.Verbs.Study;

/// <summary><c>study influence</c>: who helps whom, user by user.</summary>
internal static class StudyInfluenceVerb
{
    public static Command Create()
    {
        var flags = new StudyFlags(1000);
        var part = new Option<string>("--part") { Description = "decoder, or all: all parameters and all parts of the loss.",
            HelpName = "decoder|all", DefaultValueFactory = _ => "decoder" };
        var clusters = new Option<int>("--clusters") { Description = "Clusters of users by influence.", HelpName = "n",
            DefaultValueFactory = _ => 4 };
        var draws = new Option<int>("--draws") { Description = "Draws of noise (and masks) a user's gradient is the mean of.",
            HelpName = "n", DefaultValueFactory = _ => 2 };
        var masked = new Option<bool>("--masked") { Description = "Mask the input as training does." };
        return Verb.Create("influence", "The user-by-user matrix of inner products of gradients, its signs and clusters.",
            parsed =>
        {
            var chosen = parsed.GetValue(part)!.ToLowerInvariant() switch
            {
                "decoder" => InfluencePart.Decoder,
                "all" => InfluencePart.All,
                var other => throw new InputException($"--part {other}: give decoder or all."),
            };
            var (run, users) = flags.Open(parsed);
            using (run)
            {
                var result = InfluenceStudy.Run(run.Model, users, new InfluenceOptions
                {
                    Part = chosen, Objective = run.Objective, Clusters = parsed.GetValue(clusters),
                    Draws = parsed.GetValue(draws),
                    Masked = parsed.GetValue(masked), Seed = flags.Seed(parsed),
                });
                return flags.Print(parsed, InfluenceOutput.Write(run, result, users), InfluenceOutput.Lines(result));
            }
        }, [.. flags.Options, part, clusters, draws, masked]);
    }
}
