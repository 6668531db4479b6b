using ManualVae.Data;
using ManualVae.Study;
using ManualVae.Tools.Charts;
using static ManualVae.Tools.Studies.StudyText;

namespace ManualVae.Tools.Studies;

/// <summary>Tables, figures and printed lines of the sharing radius.</summary>
internal static class RadiusOutput
{
    /// <summary>Writes everything.</summary>
    public static StudyOutput Write(string folder, string name, RadiusResult result, Population users, PreparedDataset data) =>
        new StudyOutput(folder, name, result)
            .Table("pairs",
                ["user_u", "user_v", "kind", "weight", "overlap", "l1", "jaccard", "w2", "relative_w2", "w1_low", "w1_high",
                    "w1_l1_cost", "norm_u", "norm_v",
                    "inner_product", "mismatch", "pair_lipschitz", "radius", "change_step", "change_half", "change_quarter",
                    "change_eighth", "coupled_change_eighth",
                    "shuffled_change"],
                result.Pairs.Select(p => new object?[]
                {
                    data.UserIds[users.Users[p.Pair.U]], data.UserIds[users.Users[p.Pair.V]], p.Pair.Kind, p.Pair.Weight,
                    p.Pair.Overlap, p.Pair.L1,
                    p.Pair.Jaccard, p.Pair.Distance, p.RelativeDistance, p.W1Low, p.W1High, p.W1L1Cost, p.NormU, p.NormV,
                    p.InnerProduct, p.Mismatch,
                    p.PairLipschitz, p.Radius(result.Lipschitz), p.Changes[0], p.Changes[1], p.Changes[2], p.Changes[3],
                    p.CoupledChange, p.ShuffledChange,
                }))
            .Table("bins", ["bin", "pairs", "w2", "helps", "change_nats", "relative", "cosine", "shuffled_helps",
                "shuffled_change_nats"],
                result.ByDistance.Concat(result.ByRelativeDistance).Concat(result.ByKind).Concat(result.ByJaccard)
                    .Select(b => new object?[]
                {
                    b.Name, b.Pairs, b.Distance, b.Helps, b.Change, b.Relative, b.Cosine, b.ShuffledHelps, b.ShuffledChange,
                }))
            .Plot("helps", Helps(result))
            .Plot("helps-relative", new Chart
            {
                Title = "Does a step on v help u, near or far for these two?",
                Subtitle = "P(helps) by tenth of W2(u, v) over the geometric mean of both users' mean W2; band: 95 % "
                    + "bootstrap over users",
                X = new Axis("relative latent distance"), Y = new Axis("P(helps)") { Min = 0, Max = 1 },
                Series =
                [
                    new LineSeries("pairs", [.. result.ByRelativeDistance.Select(b => b.RelativeDistance)],
                        [.. result.ByRelativeDistance.Select(b => b.Helps.Value)])
                    {
                        Low = [.. result.ByRelativeDistance.Select(b => b.Helps.Low)],
                        High = [.. result.ByRelativeDistance.Select(b => b.Helps.High)], Markers = true,
                    },
                ],
            })
            .Plot("cosine", Cosine(result))
            .Plot("change", Change(result))
            .Plot("first-order", FirstOrder(result))
            .Plot("kinds", Kinds(result));

    /// <summary>P(helps) by latent distance, with its control.</summary>
    public static Chart Helps(RadiusResult result) => new()
    {
        Title = "Does a step on v help u?",
        Subtitle = "Share of pairs whose loss L_u falls, by decile of latent distance; band: 95 % bootstrap over users",
        X = new Axis("latent distance W2(u, v)"),
        Y = new Axis("P(helps)") { Min = 0, Max = 1 },
        Series =
        [
            Line("pairs", result, b => b.Helps, dashed: false),
            Line("control: another pair's v", result, b => b.ShuffledHelps, dashed: true),
        ],
    };

    private static Chart Cosine(RadiusResult result) => new()
    {
        Title = "How alike are the gradients of u and v?",
        Subtitle = "Cosine of g_u and g_v over the decoder's parameters, by decile of latent distance; band: 95 %",
        X = new Axis("latent distance W2(u, v)"),
        Y = new Axis("cosine"),
        Rules = [new Rule("", 0)],
        Series = [Line("pairs", result, b => b.Cosine, dashed: false)],
    };

    private static Chart Change(RadiusResult result) => new()
    {
        Title = "Mean change of u's loss by one step on v",
        Subtitle = Text($"SGD step {result.Step:0.###e+0} on v, common random numbers; below 0 helps; band: 95 %"),
        X = new Axis("latent distance W2(u, v)"),
        Y = new Axis("change of L_u", "nats"),
        Rules = [new Rule("", 0)],
        Series =
        [
            Line("pairs", result, b => b.Change, dashed: false),
            Line("control: another pair's v", result, b => b.ShuffledChange, dashed: true),
        ],
    };

    private static Chart FirstOrder(RadiusResult result) => new()
    {
        Title = "First-order prediction against the actual change",
        Subtitle = Text($"Median |actual + step <g_u, g_v>|; slope on these axes {result.RemainderSlope:0.00}, 2 by theory"),
        X = new Axis("step size") { Log = true },
        Y = new Axis("median error", "nats") { Log = true },
        Series =
        [
            new LineSeries("measured", [.. result.Orders.Select(o => o.Step)], [.. result.Orders.Select(o => o.MedianError)])
            {
                Markers = true },
            new LineSeries("slope 2", [.. result.Orders.Select(o => o.Step)],
                [.. result.Orders.Select(o => result.Orders[0].MedianError * Math.Pow(o.Step / result.Orders[0].Step, 2))])
            {
                    Dashed = true },
        ],
    };

    private static BarChart Kinds(RadiusResult result) => new()
    {
        Title = "Help by kind of pair",
        Subtitle = "P(helps); local: items in common and lowest quarter of l1, global: in common but far; bars: 95 %",
        Value = new Axis("P(helps)") { Max = 1 },
        Categories = [.. result.ByKind.Select(b => b.Name)],
        Series = [new BarSeries("", [.. result.ByKind.Select(b => b.Helps.Value)],
            [.. result.ByKind.Select(b => (b.Helps.High - b.Helps.Low) / 2)])],
    };

    private static LineSeries Line(string name, RadiusResult result, Func<RadiusBin, Interval> value, bool dashed) => new(
        name, [.. result.ByDistance.Select(b => b.Distance)], [.. result.ByDistance.Select(b => value(b).Value)])
    {
        Low = [.. result.ByDistance.Select(b => value(b).Low)], High = [.. result.ByDistance.Select(b => value(b).High)],
        Dashed = dashed, Markers = true,
    };

    /// <summary>The summary for people.</summary>
    public static IEnumerable<string> Lines(RadiusResult r)
    {
        yield return Text($"{r.Pairs.Count} pairs of {r.Users} users, {r.Options.Draws} draws, step ")
            + Text($"{r.Step:0.###e+0}{(r.Options.Masked ? ", masked input" : "")}");
        yield return $"P(helps) over all pairs: {r.Helps}";
        yield return $"Spearman of W2 and helping {r.HelpDecay}, and cosine {r.CosineDecay}; control {r.ShuffledDecay}";
        yield return $"the same, the clicks of u and v held fixed: helping {r.PartialHelpDecay}, cosine {r.PartialCosineDecay}";
        yield return $"W2 relative to both users' mean distances: helping {r.RelativeHelpDecay}, cosine {r.RelativeCosineDecay}";
        yield return Text($"Lipschitz constant of the decoder's gradient: at least {r.Lipschitz:0.##} (median of pairs ")
            + Text($"{r.LipschitzMedian:0.##})");
        yield return Text($"||g_u|| above the content mismatch: {r.PositiveRadiusShare:0.0%} of pairs; inside r_share: ")
            + Text($"{r.InsideShare:0.0%} (possibly {r.PossiblyInsideShare:0.0%})");
        yield return Text($"inside by the pair's own constant: {r.InsideOwnShare:0.0%}; inside but not helped: ")
            + Text($"{r.Violations} of {r.InsidePairs}, {r.OwnViolations} of {r.InsideOwnPairs}");
        yield return Text($"first order: error falls with the step to the power {r.RemainderSlope:0.00}; sign right for ")
            + Text($"{r.Orders[^1].SignAgreement:0.0%} at the smallest step");
        yield return "";
        yield return Row("", "pairs", "P(helps)", "control", "cosine", "change (nats)");
        foreach (var b in r.ByDistance.Concat(r.ByRelativeDistance).Concat(r.ByKind))
            yield return Row(b.Name, Text($"{b.Pairs}"), b.Helps.ToString(), b.ShuffledHelps.ToString(), b.Cosine.ToString(),
                Text($"{b.Change.Value:0.###e+0}"));
    }
}
