using ManualVae.Data;
using ManualVae.Study;
using ManualVae.Tools.Charts;
using static ManualVae.Tools.Studies.StudyNumbers;

namespace ManualVae.Tools.Studies;

/// <summary>Table, figure and printed lines of <c>study gap</c>.</summary>
internal static class GapOutput
{
    /// <summary>Largest gap per click: two users without an item in common and equally many clicks.</summary>
    private static readonly double Ceiling = Math.Log(2);

    /// <summary>Writes numbers, tables and figures.</summary>
    public static StudyOutput Write(StudyFolder folder, PreparedDataset data, GapResult result, Population users) =>
        new StudyOutput(folder, result)
            .Table("pairs", result.Pairs,
                ("user_u", r => data.UserIds[users.Users[r.Pair.U]]),
                ("user_v", r => data.UserIds[users.Users[r.Pair.V]]),
                ("overlap_items", r => r.Pair.Overlap), ("l1", r => r.Pair.L1), ("w2", r => r.Pair.Distance),
                ("gap_nats", r => r.Gap), ("overlap_cost_nats", r => r.Overlap))
            .Plot("gap", "Compromise gap by latent distance",
                $"What both users lose together at one common code; one point a pair; Spearman {result.GapAndDistance}",
                new("latent distance W₂(u, v)"), new Axis("gap per click", "nats") { Min = 0, Max = 0.8 },
                [new ScatterSeries("", [.. result.Pairs.Select(r => r.Pair.Distance)], result.ClickGap)],
                new Rule("ln 2: no item in common, equally many clicks", Ceiling))
            .Found($"Sharing one code would cost the two users of a pair {Number(result.Pairs.Average(r => r.Gap))} nats "
                + $"together on average. The trained posteriors pay {Number(result.Pairs.Average(r => r.Overlap))} nats, "
                + "because they "
                + (result.Pairs.Average(r => r.Overlap) < 0.05 * result.Pairs.Average(r => r.Gap) ? "hardly " : "")
                + "overlap. "
                + $"The gap per click {Trend(result.GapAndDistance)}.",
                ("pairs", $"{result.Pairs.Length:#,0}"),
                ("mean gap at one code, both users", Number(result.Pairs.Average(r => r.Gap)) + " nats"),
                ("paid by the posteriors' overlap, both users", Number(result.Pairs.Average(r => r.Overlap)) + " nats"),
                ("Spearman correlation of gap per click and latent distance", Number(result.GapAndDistance)),
                ("pairs without an item in common", Percent(result.Pairs.Average(r => r.Pair.Overlap == 0 ? 1.0 : 0))));

    private static string Trend(Interval correlation) => correlation switch
    {
        { Low: > 0 } => "grows with latent distance",
        { High: < 0 } => "falls with latent distance",
        { Value: double.NaN } => "and latent distance have too few pairs for a correlation",
        _ => "shows no clear trend with latent distance",
    };

    /// <summary>The printed summary.</summary>
    public static IEnumerable<string> Lines(GapResult result)
    {
        yield return $"{Readable.Count(result.Pairs.Length, "pair")}: mean gap at a shared code "
            + $"{result.Pairs.Average(r => r.Gap):0.0} nats; the posteriors' overlap pays "
            + $"{result.Pairs.Average(r => r.Overlap):0.###}";
        yield return $"Spearman of the gap per click and W2: {result.GapAndDistance}";
    }
}
