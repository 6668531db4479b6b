using ManualVae.Study;
using ManualVae.Tools.Charts;
using ManualVae.Tools.Runs;

namespace ManualVae.Tools.Studies;

/// <summary>Table, figure and printed lines of <c>study gap</c>.</summary>
internal static class GapOutput
{
    /// <summary>Writes numbers, tables and figures.</summary>
    public static StudyOutput Write(TrainedModel run, GapResult result, Population users) =>
        new StudyOutput(run.Folder.Path, "gap", result)
            .Table("pairs", result.Pairs,
                ("user_u", r => run.Data.UserIds[users.Users[r.Pair.U]]),
                ("user_v", r => run.Data.UserIds[users.Users[r.Pair.V]]),
                ("overlap_items", r => r.Pair.Overlap), ("l1", r => r.Pair.L1), ("w2", r => r.Pair.Distance),
                ("gap_nats", r => r.Gap), ("overlap_cost_nats", r => r.Overlap))
            .Plot("gap", "Compromise gap by latent distance",
                $"A pair's loss at one common code, equal weights; one point a pair; Spearman {result.GapAndDistance}",
                new("latent distance W2(u, v)"), new Axis("gap a click", "nats"),
                [new ScatterSeries("", [.. result.Pairs.Select(r => r.Pair.Distance)], result.ClickGap)]);

    /// <summary>The printed summary.</summary>
    public static IEnumerable<string> Lines(GapResult result)
    {
        yield return $"{Readable.Count(result.Pairs.Length, "pair")}: mean gap at a shared code "
            + $"{result.Pairs.Average(r => r.Gap):0.0} nats; the posteriors' overlap pays "
            + $"{result.Pairs.Average(r => r.Overlap):0.###}";
        yield return $"Spearman of the gap per click and W2: {result.GapAndDistance}";
    }
}
