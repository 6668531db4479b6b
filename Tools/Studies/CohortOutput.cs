using ManualVae.Study;
using ManualVae.Tools.Charts;
using static ManualVae.Tools.Studies.StudyNumbers;
using static ManualVae.Tools.Studies.StudyText;

namespace ManualVae.Tools.Studies;

/// <summary>Tables, figures and printed lines of <c>study cohorts</c>.</summary>
internal static class CohortOutput
{
    /// <summary>Writes numbers, tables and figures.</summary>
    public static StudyOutput Write(StudyFolder folder, CohortResult result)
    {
        Cohort[] cohorts = [.. result.Cohorts];
        int[] places = [.. Enumerable.Range(0, cohorts.Length)];
        string[] names = [.. cohorts.Select(c => $"{c.Clicks} clicks")];
        var output = new StudyOutput(folder, result)
            .Table("cohorts", cohorts, ("clicks", c => c.Clicks), ("own_distance", c => c.OwnDistance),
                ("recognised", c => c.Recognised), ("purity", c => c.Purity), ("norm", c => c.Norm), ("sigma", c => c.Sigma))
            .Table("centroids", [.. from a in places from b in places where a < b select (a, b)],
                ("clicks", p => cohorts[p.a].Clicks), ("other_clicks", p => cohorts[p.b].Clicks),
                ("distance", p => result.CentroidDistances[p.a][p.b]))
            .Table("helps", [.. result.Help], ("clicks_u", h => h.Helped), ("clicks_v", h => h.Helper), ("helps", h => h.Helps),
                ("relative", h => h.Relative), ("cosine", h => h.Cosine))
            .Plot("helps", "Who helps whom, by clicks", $"A step on v lowers the loss of u; {result.Pairs} pairs of "
                + $"{result.Sources} users whose histories were cut; whiskers: 95 %",
                new("P(helps)") { Max = 1 }, [.. names.Select(name => $"step on v with {name}")],
                [.. places.Select(u => IntervalSeries.Bars($"u with {names[u]}", places, v => result.Between(u, v).Helps))])
            .Plot("own", "A cut history beside the user's full one",
                "Own distance: W2 to the full history's code, over the mean between full ones; nearest: it is the nearest; "
                    + "purity: share of the nearest of other users that are as long; whiskers: 95 %",
                new("share, or distance"), names,
                [IntervalSeries.Bars("own distance", cohorts, c => c.OwnDistance),
                    IntervalSeries.Bars("own is nearest", cohorts, c => c.Recognised),
                    IntervalSeries.Bars("purity", cohorts, c => c.Purity)])
            .Found(Sentence(result), [("users whose histories were cut", $"{result.Sources:#,0}"),
                ("clicks of the cohorts", string.Join(", ", cohorts.Select(c => c.Clicks))),
                .. cohorts.SelectMany(c => new[]
                {
                    ($"{c.Clicks} clicks: distance to the own full history, over that between users", Number(c.OwnDistance)),
                    ($"{c.Clicks} clicks: the own full history is the nearest", Percent(c.Recognised)),
                    ($"{c.Clicks} clicks: nearest others of the same length (chance: {Percent(1.0 / cohorts.Length)})",
                        Percent(c.Purity)),
                }),
                ("straightness of the way from few to many clicks", Number(result.Straightness))]);
        if (result.Map.Length == 0) return output;
        int each = result.Map.Length / 2 / cohorts.Length;
        return output.Plot("map", new Chart
        {
            Title = "Latent map of cut histories", Subtitle = $"t-SNE of μ, {result.Sources} users; the axes have no unit",
            X = new Axis("first map axis"), Y = new Axis("second map axis"), PlotHeight = 330, Width = 560,
            Series = [.. places.Select(c => new ScatterSeries(names[c], Coordinate(c, 0), Coordinate(c, 1)) { Radius = 2.5 })],
        });

        double[] Coordinate(int cohort, int axis) =>
            [.. Enumerable.Range(cohort * each, each).Select(row => result.Map[2 * row + axis])];
    }

    /// <summary>The printed summary.</summary>
    public static IEnumerable<string> Lines(CohortResult r)
    {
        yield return $"{r.Sources} users, each history cut to {string.Join(", ", r.Cohorts.Select(c => c.Clicks))} clicks"
            + Reduced(r);
        yield return Row("clicks", "own / other distance", "own is nearest", "purity", "norm of mu", "sigma");
        foreach (var c in r.Cohorts)
            yield return Row(c.Clicks, c.OwnDistance, c.Recognised, c.Purity, $"{c.Norm:0.00}", $"{c.Sigma:0.000}");
        yield return Row(["P(helps): u in rows, v in columns", .. r.Cohorts.Select(c => (object)c.Clicks)]);
        foreach (int u in Enumerable.Range(0, r.Cohorts.Count))
            yield return Row([r.Cohorts[u].Clicks, .. r.Cohorts.Select((_, v) => (object)r.Between(u, v).Helps)]);
        yield return $"centroids, over the mean distance of users: {Centroids(r)}; straightness {r.Straightness}";
    }

    private static string Sentence(CohortResult r)
    {
        var (most, least) = (r.Help.MaxBy(h => h.Helps.Value)!, r.Help.MinBy(h => h.Helps.Value)!);
        var (shortest, longest) = (r.Cohorts[0], r.Cohorts[^1]);
        return $"A history of {shortest.Clicks} clicks lies {Number(shortest.OwnDistance.Value)} of the distance between users "
            + $"away from the user's full one, a history of {longest.Clicks} clicks {Number(longest.OwnDistance.Value)}. Steps "
            + $"help most often from {most.Helper} to {most.Helped} clicks ({Percent(most.Helps.Value)}) and least often from "
            + $"{least.Helper} to {least.Helped} ({Percent(least.Helps.Value)}).{Reduced(r)}";
    }

    private static string Reduced(CohortResult r) => r.Asked.SequenceEqual(r.Cohorts.Select(c => c.Clicks)) ? ""
        : $" (asked for {string.Join(", ", r.Asked)}: too few users have that many clicks)";

    private static string Centroids(CohortResult r) => string.Join(", ",
        from a in Enumerable.Range(0, r.Cohorts.Count) from b in Enumerable.Range(a + 1, r.Cohorts.Count - a - 1)
        select $"{r.Cohorts[a].Clicks}-{r.Cohorts[b].Clicks} {r.CentroidDistances[a][b]:0.00}");
}
