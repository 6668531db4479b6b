using ManualVae.Study;
using ManualVae.Tools.Charts;
using ManualVae.Tools.Runs;
using static ManualVae.Tools.Studies.StudyText;

namespace ManualVae.Tools.Studies;

/// <summary>A pair of users: what it would lose at a shared code, and what the overlap of its posteriors costs.</summary>
internal sealed record GapPair(UserPair Pair, double Gap, double Overlap);

/// <summary>Table, figure and printed lines of the compromise gap.</summary>
internal static class GapOutput
{
    /// <summary>Writes everything.</summary>
    /// <param name="run">The run.</param>
    /// <param name="result">The pairs.</param>
    /// <param name="clickGap">Each pair's gap per click.</param>
    /// <param name="trend">Rank correlation of the gap per click and the latent distance.</param>
    /// <param name="users">The users of the pairs.</param>
    public static StudyOutput Write(TrainedModel run, GapPair[] result, double[] clickGap, Interval trend, Population users) =>
        new StudyOutput(run.Folder.Path, "gap", new { gapAndDistance = trend, pairs = result })
            .Table("pairs", ["user_u", "user_v", "overlap_items", "l1", "w2", "gap_nats", "overlap_cost_nats"],
                result.Select(r => new object?[]
                {
                    run.Data.UserIds[users.Users[r.Pair.U]], run.Data.UserIds[users.Users[r.Pair.V]], r.Pair.Overlap,
                    r.Pair.L1, r.Pair.Distance, r.Gap, r.Overlap,
                }))
            .Plot("gap", new Chart
            {
                Title = "Compromise gap by latent distance",
                Subtitle = $"What a pair would lose at one common code, equal weights, one point a pair; Spearman {trend}",
                X = new Axis("latent distance W2(u, v)"), Y = new Axis("gap a click", "nats"),
                Series = [new ScatterSeries("", [.. result.Select(r => r.Pair.Distance)], clickGap)],
            });

    /// <summary>The summary for people.</summary>
    public static IEnumerable<string> Lines(GapPair[] result, Interval trend)
    {
        yield return Text($"{result.Length} pairs: gap at a shared code {result.Average(r => r.Gap):0.0} nats on average; ")
            + Text($"paid by the posteriors' overlap {result.Average(r => r.Overlap):0.###}");
        yield return $"Spearman of the gap a click and W2: {trend}";
    }
}
