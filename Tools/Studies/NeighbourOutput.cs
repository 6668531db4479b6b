using ManualVae.Data;
using ManualVae.Study;
using ManualVae.Tools.Charts;
using static ManualVae.Tools.Studies.StudyText;

namespace ManualVae.Tools.Studies;

/// <summary>Tables, figures and printed lines of neighbourhoods.</summary>
internal static class NeighbourOutput
{
    private static readonly string[] Cohorts = ["few clicks", "middle", "many clicks"];

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
                [.. members.Select(u => result.Map[2 * u + 1])])
            { Radius = 2.5 };
        }
        return new Chart
        {
            Title = name, X = new Axis("first map axis"), Y = new Axis("second map axis"), PlotHeight = 330,
            Series = [.. Cohorts.Select(Of)],
        };
    }

    public static IEnumerable<string> Lines(IReadOnlyList<(string Name, NeighbourResult Result)> results)
    {
        yield return Row("run", "overlap with clicks", "local", "global", "unrelated", "cohort purity");
        foreach (var (name, r) in results)
            yield return Row(name, r.Overlap.ToString(), r.LocalShare.ToString(), r.GlobalShare.ToString(),
                r.UnrelatedShare.ToString(), r.Purity.ToString());
        yield return Text($"chance overlap {results[0].Result.ChanceOverlap:0.000}; chance purity 0.333");
    }

    /// <summary>A run's name in the output: its folder's.</summary>
    public static string Name(string path) => Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)));
}
