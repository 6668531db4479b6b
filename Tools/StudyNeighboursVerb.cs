using System.CommandLine;
using ManualVae.Data;
using ManualVae.Study;
using ManualVae.Tools.Charts;
using static ManualVae.Tools.StudyVerb;

namespace ManualVae.Tools;

/// <summary><c>study neighbours</c>: who is near whom in latent space, and latent maps of cohorts.</summary>
internal static class StudyNeighboursVerb
{
    private static readonly string[] Cohorts = ["few clicks", "middle", "many clicks"];

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
                    (Name(run.Folder.Path), NeighbourStudy.Run(run.Model, users, options)) };
                foreach (string path in parsed.GetValue(others)?.Split(',', StringSplitOptions.RemoveEmptyEntries) ?? [])
                {
                    using var other = flags.OpenOther(parsed, path, 500);
                    results.Add((Name(path), NeighbourStudy.Run(other.Model, users, options)));
                }
                return flags.Print(parsed, Write(run.Folder.Path, results, users, run.Data), Lines(results));
            }
        }, [.. flags.Options, neighbours, perplexity, others]);
    }

    /// <summary>Writes everything.</summary>
    public static StudyOutput Write(
        string folder, IReadOnlyList<(string Name, NeighbourResult Result)> results, Population users, PreparedDataset data)
    {
        var output = new StudyOutput(folder, "neighbours", results.Select(r => new { run = r.Name, r.Result }))
            .Table("shares", ["run", "overlap", "chance_overlap", "local", "global", "unrelated", "rank_correlation", "purity",
                    "few_middle", "middle_many", "few_many"],
                results.Select(r => new object?[]
                {
                    r.Name, r.Result.Overlap, r.Result.ChanceOverlap, r.Result.LocalShare, r.Result.GlobalShare,
                    r.Result.UnrelatedShare,
                    r.Result.RankCorrelation, r.Result.Purity, r.Result.CentroidDistances[0], r.Result.CentroidDistances[1],
                    r.Result.CentroidDistances[2],
                }))
            .Table("maps", ["run", "user", "clicks", "cohort", "x", "y"],
                results.Where(r => r.Result.Map.Length > 0).SelectMany(r =>
                Enumerable.Range(0, r.Result.Users).Select(u => new object?[]
                {
                    r.Name, data.UserIds[users.Users[u]], users.Items(u).Length, r.Result.Cohort[u], r.Result.Map[2 * u],
                    r.Result.Map[2 * u + 1],
                })))
            .Plot("shares", new BarChart
            {
                Title = "Who the latent neighbours are",
                Subtitle = "local: also nearest by clicks; global: not, but an item in common; unrelated: none",
                Value = new Axis("share of the k nearest by W2") { Max = 1 }, Categories = [.. results.Select(r => r.Name)],
                Series =
                [
                    Bars("local", r => r.LocalShare), Bars("global", r => r.GlobalShare),
                    Bars("unrelated", r => r.UnrelatedShare),
                ],
            });
        Chart[] maps = [.. results.Where(r => r.Result.Map.Length > 0).Select(r => Map(r.Name, r.Result))];
        if (maps.Length > 0)
            output.Plot("maps", new Panels
            {
                Title = "Latent maps of cohorts by activity", Charts = maps,
                Width = maps.Length == 1 ? 560 : Math.Min(1080, 400 * maps.Length),
                Subtitle = $"t-SNE of mu, {users.Count} users; cohorts of "
                    + string.Join(", ", results[0].Result.CohortClicks.Select(c => Text($"{c:0}")))
                    + " clicks on average; the axes have no unit",
            });
        return output;

        BarSeries Bars(string name, Func<NeighbourResult, Interval> value) =>
            new(name, [.. results.Select(r => value(r.Result).Value)],
            [.. results.Select(r => (value(r.Result).High - value(r.Result).Low) / 2)]);
    }

    private static Chart Map(string name, NeighbourResult result)
    {
        ScatterSeries Of(string label, int cohort)
        {
            int[] members = [.. Enumerable.Range(0, result.Users).Where(u => result.Cohort[u] == cohort)];
            return new ScatterSeries(label, [.. members.Select(u => result.Map[2 * u])],
                [.. members.Select(u => result.Map[2 * u + 1])]) { Radius = 2.5 };
        }
        return new Chart
        {
            Title = name, X = new Axis("first map axis"), Y = new Axis("second map axis"), PlotHeight = 330,
            Series = [.. Cohorts.Select(Of)],
        };
    }

    private static IEnumerable<string> Lines(IReadOnlyList<(string Name, NeighbourResult Result)> results)
    {
        yield return Row("run", "overlap with clicks", "local", "global", "unrelated", "cohort purity");
        foreach (var (name, r) in results)
            yield return Row(name, r.Overlap.ToString(), r.LocalShare.ToString(), r.GlobalShare.ToString(),
                r.UnrelatedShare.ToString(), r.Purity.ToString());
        yield return Text($"chance overlap {results[0].Result.ChanceOverlap:0.000}; chance purity 0.333");
    }

    private static string Name(string path) => Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)));
}
