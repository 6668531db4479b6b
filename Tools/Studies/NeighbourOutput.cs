using ManualVae.Data;
using ManualVae.Study;
using ManualVae.Tools.Charts;
using static ManualVae.Tools.Studies.StudyNumbers;
using static ManualVae.Tools.Studies.StudyText;

namespace ManualVae.Tools.Studies;

/// <summary>Tables, figures and printed lines of <c>study neighbours</c>.</summary>
internal static class NeighbourOutput
{
    private static readonly string[] Cohorts = ["few clicks", "middle", "many clicks"];

    /// <summary>Writes numbers, tables and figures.</summary>
    public static StudyOutput Write(
        StudyFolder folder, IReadOnlyList<(string Name, NeighbourResult Result)> results, Population users, PreparedDataset data)
    {
        (string Name, NeighbourResult Result)[] mapped = [.. results.Where(r => r.Result.Map.Length > 0)];
        var output = new StudyOutput(folder, results.Select(r => new { run = r.Name, r.Result }))
            .Table("shares", results, ("run", r => r.Name), ("overlap", r => r.Result.Overlap),
                ("chance_overlap", r => r.Result.ChanceOverlap), ("local", r => r.Result.LocalShare),
                ("global", r => r.Result.GlobalShare), ("unrelated", r => r.Result.UnrelatedShare),
                ("rank_correlation", r => r.Result.RankCorrelation), ("purity", r => r.Result.Purity),
                ("few_middle", r => r.Result.CentroidDistances[0]), ("middle_many", r => r.Result.CentroidDistances[1]),
                ("few_many", r => r.Result.CentroidDistances[2]))
            .Table("maps", [.. from run in mapped from u in Enumerable.Range(0, users.Count) select (run.Name, run.Result, u)],
                ("run", r => r.Name), ("user", r => data.UserIds[users.Users[r.u]]), ("clicks", r => users.Items(r.u).Length),
                ("cohort", r => r.Result.Cohort[r.u]), ("x", r => r.Result.Map[2 * r.u]), ("y", r => r.Result.Map[2 * r.u + 1]))
            .Plot("shares", "Who the latent neighbours are",
                "local: also nearest by clicks; global: not, but an item in common; unrelated: none",
                new("share of the k nearest by W₂") { Max = 1 }, [.. results.Select(r => r.Name)],
                [IntervalSeries.Bars("local", results, r => r.Result.LocalShare),
                    IntervalSeries.Bars("global", results, r => r.Result.GlobalShare),
                    IntervalSeries.Bars("unrelated", results, r => r.Result.UnrelatedShare)])
            .Found(string.Join(" ", results.Select(Sentence)), [("users", $"{users.Count:#,0}"),
                .. results.SelectMany(r => Facts(results.Count > 1 ? $"{r.Name}: " : "", r.Result))]);
        return mapped.Length == 0 ? output : output.Plot("maps", new Panels
        {
            Title = "Latent maps of cohorts by activity", Charts = [.. mapped.Select(r => Map(r.Name, r.Result))],
            Width = mapped.Length == 1 ? 560 : Math.Min(1080, 400 * mapped.Length),
            Subtitle = $"t-SNE of μ, {users.Count} users; cohorts of "
                + string.Join(", ", results[0].Result.CohortClicks.Select(c => $"{c:0}"))
                + " clicks on average; the axes have no unit",
        });
    }

    private static string Sentence((string Name, NeighbourResult Result) run) =>
        $"Of a user's nearest in the latent space of {run.Name}, {Percent(run.Result.LocalShare.Value)} are also among the "
            + $"nearest by clicks, {Percent(run.Result.GlobalShare.Value)} share an item without being near, and "
            + $"{Percent(run.Result.UnrelatedShare.Value)} share none.";

    private static IEnumerable<(string, string)> Facts(string run, NeighbourResult r) =>
    [
        ($"{run}overlap of the nearest by latent distance and by clicks", Percent(r.Overlap)),
        ($"{run}the same of random sets", Percent(r.ChanceOverlap)),
        ($"{run}rank correlation of latent distance and overlap of clicks", Number(r.RankCorrelation)),
        ($"{run}nearest users of the same cohort by activity (chance: 33.3 %)", Percent(r.Purity)),
    ];

    /// <summary>The printed summary.</summary>
    public static IEnumerable<string> Lines(IReadOnlyList<(string Name, NeighbourResult Result)> results)
    {
        yield return Row("run", "overlap with clicks", "local", "global", "unrelated", "cohort purity");
        foreach (var (name, r) in results)
            yield return Row(name, r.Overlap, r.LocalShare, r.GlobalShare, r.UnrelatedShare, r.Purity);
        yield return $"chance overlap {results[0].Result.ChanceOverlap:0.000}; chance purity 0.333";
    }

    private static Chart Map(string name, NeighbourResult result)
    {
        ScatterSeries Of(string label, int cohort)
        {
            int[] members = [.. Enumerable.Range(0, result.Users).Where(u => result.Cohort[u] == cohort)];
            double[] x = [.. members.Select(u => result.Map[2 * u])], y = [.. members.Select(u => result.Map[2 * u + 1])];
            return new(label, x, y) { Radius = 2.5 };
        }
        return new()
        {
            Title = name, X = new Axis("first map axis"), Y = new Axis("second map axis"), PlotHeight = 330,
            Series = [.. Cohorts.Select(Of)],
        };
    }
}
