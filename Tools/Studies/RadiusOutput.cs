using ManualVae.Data;
using ManualVae.Study;
using ManualVae.Tools.Charts;
using static ManualVae.Tools.Studies.StudyNumbers;
using static ManualVae.Tools.Studies.StudyText;

namespace ManualVae.Tools.Studies;

/// <summary>Tables, figures and printed lines of <c>study radius</c>.</summary>
internal static class RadiusOutput
{
    private static readonly Axis Distance = new("latent distance W₂(u, v)"), Helping = new("P(helps)") { Min = 0, Max = 1 };
    private static readonly Rule Zero = new("", 0);

    /// <summary>Writes numbers, tables and figures.</summary>
    public static StudyOutput Write(StudyFolder folder, RadiusResult result, Population users, PreparedDataset data) =>
        new StudyOutput(folder, result)
            .Table("pairs", result.Pairs,
                ("user_u", p => data.UserIds[users.Users[p.Pair.U]]), ("user_v", p => data.UserIds[users.Users[p.Pair.V]]),
                ("kind", p => p.Pair.Kind), ("weight", p => p.Pair.Weight), ("overlap", p => p.Pair.Overlap),
                ("l1", p => p.Pair.L1), ("jaccard", p => p.Pair.Jaccard), ("w2", p => p.Pair.Distance),
                ("relative_w2", p => p.RelativeDistance), ("w1_low", p => p.W1Low), ("w1_high", p => p.W1High),
                ("w1_l1_cost", p => p.W1L1Cost), ("norm_u", p => p.NormU), ("norm_v", p => p.NormV),
                ("inner_product", p => p.InnerProduct), ("mismatch", p => p.Mismatch), ("pair_lipschitz", p => p.PairLipschitz),
                ("radius", p => p.Radius(result.Lipschitz)), ("change_step", p => p.Changes[0]),
                ("change_half", p => p.Changes[1]), ("change_quarter", p => p.Changes[2]), ("change_eighth", p => p.Changes[3]),
                ("coupled_change_eighth", p => p.CoupledChange), ("shuffled_change", p => p.ShuffledChange),
                ("segment_lipschitz", p => p.SegmentLipschitz), ("certain_step", p => p.Certain?.Step),
                ("certain_change", p => p.Certain?.Change), ("smoothness", p => p.Certain?.Smoothness))
            .Table("layers", [.. result.Pairs.SelectMany(pair => pair.Parts.Select(part => (Pair: pair, Part: part)))],
                ("user_u", p => data.UserIds[users.Users[p.Pair.Pair.U]]),
                ("user_v", p => data.UserIds[users.Users[p.Pair.Pair.V]]),
                ("part", p => p.Part.Name), ("norm_u", p => p.Part.NormU), ("norm_v", p => p.Part.NormV),
                ("inner_product", p => p.Part.InnerProduct), ("mismatch", p => p.Part.Mismatch),
                ("own_lipschitz", p => p.Part.OwnLipschitz), ("segment_lipschitz", p => p.Part.SegmentLipschitz),
                ("w1_high", p => p.Pair.W1High), ("radius", p => p.Part.Radius(p.Part.SegmentLipschitz)))
            .Table("inside", result.Shares, ("part", s => s.Part), ("constant", s => s.Constant),
                ("median_lipschitz", s => s.Lipschitz), ("positive_share", s => s.PositiveShare), ("pairs", s => s.Pairs),
                ("share", s => s.Share), ("helped", s => s.Helped))
            .Table("bins", [.. result.ByDistance, .. result.ByRelativeDistance, .. result.ByKind, .. result.ByJaccard],
                ("bin", b => b.Name), ("pairs", b => b.Pairs), ("w2", b => b.Distance), ("helps", b => b.Helps),
                ("change_nats", b => b.Change), ("relative", b => b.Relative), ("cosine", b => b.Cosine),
                ("shuffled_helps", b => b.ShuffledHelps), ("shuffled_change_nats", b => b.ShuffledChange))
            .Plot("helps", "Does a step on v help u?",
                "Share of pairs whose loss Lᵤ falls, by decile of latent distance; band: 95 % bootstrap over users",
                Distance, Helping, [Pairs(result, b => b.Helps), Control(result, b => b.ShuffledHelps)])
            .Plot("helps-relative", "Does a step on v help u, near or far for these two?",
                "P(helps) by tenth of W₂(u, v) over the geometric mean of both users' mean W₂; band: 95 % bootstrap over users",
                new("relative latent distance"), Helping,
                [IntervalSeries.Line("pairs", result.ByRelativeDistance, b => b.RelativeDistance, b => b.Helps)])
            .Plot("cosine", "How alike are the gradients of u and v?",
                "Cosine of gᵤ and gᵥ over the decoder's parameters, by decile of latent distance; band: 95 %",
                Distance, new Axis("cosine"), [Pairs(result, b => b.Cosine)], Zero)
            .Plot("change", "Mean change of u's loss by one step on v",
                $"SGD step {Number(result.Step)} on v, common random numbers; below 0 helps; band: 95 %", Distance,
                new Axis("change of Lᵤ", "nats"), [Pairs(result, b => b.Change), Control(result, b => b.ShuffledChange)], Zero)
            .Plot("first-order", "First-order prediction against the actual change",
                $"Median |actual + step ⟨gᵤ, gᵥ⟩|; slope on these axes {result.RemainderSlope:0.00}, 2 by theory",
                new("step size") { Log = true }, new Axis("median error", "nats") { Log = true }, FirstOrder(result.Orders))
            .Plot("kinds", "Help by kind of pair",
                "local: items in common, lowest quarter of l1; global: in common but far; whiskers: 95 %",
                new("P(helps)") { Max = 1 }, [.. result.ByKind.Select(b => b.Name)],
                [IntervalSeries.Bars("", result.ByKind, b => b.Helps)])
            .Plot("inside", "Which pairs lie inside the radius, by theta and L?",
                "Share of all pairs; theta: all of the decoder, or one layer; L: of all pairs, of the pair's segments, own; "
                + "whiskers: 95 %, exact", new("share of pairs inside") { Min = 0 },
                [.. result.Shares.Select(s => $"{s.Part}, {s.Constant}")], [IntervalSeries.Bars("", result.Shares, s => s.Share)])
            .Found(Sentence(result),
                ("pairs", $"{result.Pairs.Count:#,0} of {Readable.Count(result.Users, "user")}"),
                ("share of pairs that helped", Percent(result.Helps)),
                ("rank correlation of latent distance and help", Number(result.HelpDecay)),
                ("the same, clicks of both users held fixed", Number(result.PartialHelpDecay)),
                ("the same for the control", Number(result.ShuffledDecay)),
                ("rank correlation of latent distance and cosine", Number(result.CosineDecay)),
                ("pairs with ‖gᵤ‖ above the content mismatch", Percent(result.PositiveRadiusShare)),
                ("pairs inside the sharing radius", Percent(result.InsideShare)),
                ("pairs inside by their own constant", Percent(result.InsideOwnShare)),
                ("pairs inside by the constant of their segments", Percent(Decoder(result, "segment").Share)),
                ("of these helped", Percent(Decoder(result, "segment").Helped)),
                ("helped by the largest step of certain decrease", Percent(result.CertainHelped)),
                ("inside but not helped", $"{result.Violations} of {result.InsidePairs}"),
                ("Lipschitz constant L, at least", Number(result.Lipschitz)),
                ("power of the step in the first-order error (theory: 2)", Number(result.RemainderSlope)));

    private static RadiusShare Decoder(RadiusResult r, string constant) =>
        r.Shares.Single(share => share.Part == RadiusPart.Whole && share.Constant == constant);

    private static string Sentence(RadiusResult r)
    {
        string kinds = string.Join(", ", r.ByKind.Where(b => b.Pairs >= 10)
            .Select(b => $"{b.Name} pairs {Percent(b.Helps.Value)}"));
        string decay = r.HelpDecay switch
        {
            { High: < 0 } => $"Help decays with latent distance (rank correlation {Number(r.HelpDecay.Value)}). ",
            { Low: > 0 } => $"Help grows with latent distance (rank correlation {Number(r.HelpDecay.Value)}). ",
            { Value: double.NaN } => "There are too few pairs to tell whether help decays with latent distance. ",
            _ => "Help shows no clear trend with latent distance. ",
        };
        return $"A gradient step on one user lowers another user's loss in {Percent(r.Helps.Value)} of pairs"
            + $"{(kinds.Length > 0 ? $" ({kinds})" : "")}. {decay}"
            + (r.InsidePairs == 0 ? "No pair lies inside the sharing radius, so the theorem promises help to none."
                : $"{Percent(r.InsideShare)} of pairs lie inside the sharing radius; "
                    + (r.Violations == 0 ? "all of them were helped, as the theorem says."
                        : $"{r.Violations} of {r.InsidePairs} measured were not helped."));
    }

    /// <summary>The printed summary.</summary>
    public static IEnumerable<string> Lines(RadiusResult r)
    {
        yield return $"{Readable.Count(r.Pairs.Count, "pair")} of {Readable.Count(r.Users, "user")}, "
            + $"{Readable.Count(r.Options.Draws, "draw")}, step {r.Step:0.###e+0}{(r.Options.Masked ? ", masked input" : "")}";
        yield return $"P(helps) over all pairs: {r.Helps}";
        yield return $"Spearman of W2 and helping {r.HelpDecay}, and cosine {r.CosineDecay}; control {r.ShuffledDecay}";
        yield return $"the same, the clicks of u and v held fixed: helping {r.PartialHelpDecay}, cosine {r.PartialCosineDecay}";
        yield return $"W2 relative to both users' mean distances: helping {r.RelativeHelpDecay}, cosine {r.RelativeCosineDecay}";
        yield return $"Lipschitz constant of the decoder's gradient: at least {r.Lipschitz:0.##} (median of pairs "
            + $"{r.LipschitzMedian:0.##})";
        yield return $"||g_u|| above the content mismatch: {r.PositiveRadiusShare:0.0%} of pairs; inside r_share: "
            + $"{r.InsideShare:0.0%} (possibly {r.PossiblyInsideShare:0.0%})";
        yield return $"inside by the pair's own constant: {r.InsideOwnShare:0.0%}; inside but not helped: "
            + $"{r.Violations} of {r.InsidePairs}, {r.OwnViolations} of {r.InsideOwnPairs}";
        yield return $"first order: error falls with the step to the power {r.RemainderSlope:0.00}; sign right for "
            + $"{r.Orders[^1].SignAgreement:0.0%} at the smallest step";
        yield return "";
        yield return Row("inside by theta, L", "median L", "||g_u|| > mismatch", "inside", "helped of these");
        foreach (var s in r.Shares)
            yield return Row($"{s.Part}, {s.Constant}", $"{s.Lipschitz:0.###}", $"{s.PositiveShare:0.0%}", s.Share,
                $"{s.Helped} of {s.Pairs}");
        yield return r.CertainPairs == 0 ? "no pair has a step of certain decrease"
            : $"largest step of certain decrease: helped {r.CertainHelped} of {Readable.Count(r.CertainPairs, "pair")}, median "
                + $"move of the decoder {r.CertainMove:0.###}";
        yield return "";
        yield return Row("", "pairs", "P(helps)", "control", "cosine", "change (nats)");
        foreach (var b in r.ByDistance.Concat(r.ByRelativeDistance).Concat(r.ByKind))
            yield return Row(b.Name, b.Pairs, b.Helps, b.ShuffledHelps, b.Cosine, $"{b.Change.Value:0.###e+0}");
    }

    private static LineSeries[] FirstOrder(IReadOnlyList<FirstOrderError> errors)
    {
        double[] steps = [.. errors.Select(e => e.Step)];
        double[] squares = [.. steps.Select(step => errors[0].MedianError * Math.Pow(step / errors[0].Step, 2))];
        return [new("measured", steps, [.. errors.Select(e => e.MedianError)]) { Markers = true },
            new("slope 2", steps, squares) { Dashed = true }];
    }

    private static LineSeries Pairs(RadiusResult result, Func<RadiusBin, Interval> value, string name = "pairs") =>
        IntervalSeries.Line(name, result.ByDistance, b => b.Distance, value);

    private static LineSeries Control(RadiusResult result, Func<RadiusBin, Interval> value) =>
        Pairs(result, value, "control: another pair's v") with { Dashed = true };
}
