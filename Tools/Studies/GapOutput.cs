using ManualVae.Study;
using ManualVae.Tools.Charts;
using ManualVae.Tools.Runs;
using static ManualVae.Tools.Studies.StudyText;

namespace ManualVae.Tools.Studies;

/// <summary>Table, figure and printed lines of the compromise gap.</summary>
internal static class GapOutput
{
    /// <summary>Writes everything.</summary>
    public static StudyOutput Write(TrainedModel run, GapResult result, Population users) =>
        new StudyOutput(run.Folder.Path, "gap", result)
            .Table("pairs", ["user_u", "user_v", "overlap_items", "l1", "w2", "gap_nats", "overlap_cost_nats"],
                result.Pairs.Select(r => new object?[]
                {
                    run.Data.UserIds[users.Users[r.Pair.U]], run.Data.UserIds[users.Users[r.Pair.V]], r.Pair.Overlap,
                    r.Pair.L1, r.Pair.Distance, r.Gap, r.Overlap,
                }))
            .Plot("gap", new Chart
            {
                Title = "Compromise gap by latent distance",
                Subtitle = "What a pair would lose at one common code, equal weights, one point a pair; Spearman "
                    + $"{result.GapAndDistance}",
                X = new Axis("latent distance W2(u, v)"), Y = new Axis("gap a click", "nats"),
                Series = [new ScatterSeries("", [.. result.Pairs.Select(r => r.Pair.Distance)], result.ClickGap)],
            });

    /// <summary>The summary for people.</summary>
    public static IEnumerable<string> Lines(GapResult result)
    {
        yield return Text($"{result.Pairs.Length} pairs: gap at a shared code {result.Pairs.Average(r => r.Gap):0.0} nats ")
            + Text($"on average; ")
            + Text($"paid by the posteriors' overlap {result.Pairs.Average(r => r.Overlap):0.###}");
        yield return $"Spearman of the gap per click and W2: {result.GapAndDistance}";
    }
}
