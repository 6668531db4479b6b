using System.CommandLine;
using ManualVae.Data;
using ManualVae.Study;
using ManualVae.Tools.Studies;

namespace ManualVae.Tools.Verbs.Study;

/// <summary><c>study neighbours</c>: who is near whom in latent space, and latent maps of cohorts.</summary>
internal static class StudyNeighboursVerb
{
    public static Command Create()
    {
        var flags = new StudyFlags(600);
        var neighbours = new Option<int>("--neighbours") { Description = "k of the neighbourhoods.", HelpName = "k",
            DefaultValueFactory = _ => 20 };
        var perplexity = new Option<double>("--perplexity") { Description = "Perplexity of the map (t-SNE).", HelpName = "x",
            DefaultValueFactory = _ => 30 };
        var others = new Option<string?>("--compare") { Description = "Other runs on the same data, beside this one.",
            HelpName = "folder,folder" };
        return Verb.Create("neighbours", "Nearest users by W2 beside nearest by clicks; latent maps of cohorts by activity.",
            parsed =>
        {
            var options = new NeighbourOptions
            {
                Neighbours = parsed.GetValue(neighbours), Perplexity = parsed.GetValue(perplexity), Seed = flags.Seed(parsed),
            };
            var (run, users) = flags.Open(parsed, batch: 500);
            using (run)
            {
                if (users.Count > TSne.Limit) throw new InputException(
                    $"--users {users.Count}: the latent map takes at most {TSne.Limit} users.");
                var results = new List<(string Name, NeighbourResult Result)> {
                    (NeighbourOutput.Name(run.Folder.Path), NeighbourStudy.Run(run.Model, users, options)) };
                foreach (string path in parsed.GetValue(others)?.Split(',', StringSplitOptions.RemoveEmptyEntries) ?? [])
                {
                    using var other = flags.OpenOther(parsed, path, 500);
                    results.Add((NeighbourOutput.Name(path), NeighbourStudy.Run(other.Model, users, options)));
                }
                return flags.Print(parsed, NeighbourOutput.Write(run.Folder.Path, results, users, run.Data), NeighbourOutput.Lines(results));
            }
        }, [.. flags.Options, neighbours, perplexity, others]);
    }
}
