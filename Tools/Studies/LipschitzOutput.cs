using ManualVae.Data;
using ManualVae.Study;
using ManualVae.Tools.Charts;
using static ManualVae.Tools.Studies.StudyNumbers;
using static ManualVae.Tools.Studies.StudyText;

namespace ManualVae.Tools.Studies;

/// <summary>Tables, figures and printed lines of <c>study lipschitz</c>.</summary>
internal static class LipschitzOutput
{
    private static readonly Axis Distance = new("distance in clicks ‖xᵤ − xᵥ‖₁") { Log = true };

    /// <summary>Writes numbers, tables and figures.</summary>
    public static StudyOutput Write(StudyFolder folder, LipschitzResult result, Population users, PreparedDataset data) =>
        new StudyOutput(folder, result)
            .Table("pairs", result.Pairs,
                ("user_u", p => data.UserIds[users.Users[p.U]]), ("user_v", p => data.UserIds[users.Users[p.V]]),
                ("cut", p => p.Cut), ("overlap", p => p.Overlap), ("l1", p => p.L1), ("seen_l1", p => p.SeenL1),
                ("w1_low", p => p.W1Low), ("w1_high", p => p.W1High), ("w1_l1_cost", p => p.W1L1Cost), ("ratio", p => p.Ratio),
                ("largest_ratio", p => p.LargestRatio), ("largest_l1_cost_ratio", p => p.LargestL1CostRatio),
                ("bound", p => p.Bound), ("largest_bound_ratio", p => p.LargestBoundRatio))
            .Table("groups", [.. result.Groups, .. result.ByDistance], ("pairs", g => g.Name), ("l1_range", g => g.Range),
                ("count", g => g.Pairs), ("l1", g => g.L1), ("w1_low", g => g.W1Low), ("w1_high", g => g.W1High),
                ("ratio", g => g.Ratio), ("median", g => g.Median), ("upper_95", g => g.Upper), ("largest", g => g.Largest))
            .Plot("distance", "Near in clicks, near in latent space?",
                "‖μᵤ − μᵥ‖, the lower end of W₁; one point a pair, both axes logarithmic; no point may lie above the bound",
                Distance, new Axis("distance of posteriors") { Log = true }, Points(result))
            .Plot("ratio", "What a click moves the posterior",
                "Mean W₁ for each click of difference, by distance; band: 95 % bootstrap over users", Distance,
                new Axis("‖μᵤ − μᵥ‖ for each click") { Log = true },
                [.. result.ByDistance.GroupBy(group => group.Name).Select(groups => IntervalSeries.Line(
                    Name(groups.Key), [.. groups], g => g.L1, g => g.Ratio))])
            .Found(Sentence(result), [("users", $"{result.Users:#,0}"),
                .. result.Groups.Select(g => ($"median ratio, {Name(g.Name)}", $"{Number(g.Median)} of {g.Pairs:#,0} pairs")),
                ("L of the encoder, at least (largest ratio)", Number(result.AtLeast)),
                ("the same with the l1 ground cost", Number(result.AtLeastL1Cost)),
                ("at most for the pairs measured (norms of the layers)", Number(result.AtMostOverPairs)),
                ($"at most for all histories of {result.FewestClicks} clicks or more", Number(result.AtMost)),
                ("pairs above their bound", $"{result.Violations:#,0}"),
                ("rank correlation of distance in clicks and of posteriors", Number(result.Trend))]);

    private static string Name(string group) => group == LipschitzResult.RandomPairs ? "two users"
        : group == "cut" ? "a user and its cut history" : $"a user and {group}";

    private static string Sentence(LipschitzResult r)
    {
        string trend = r.Trend switch
        {
            { Low: > 0 } => "Among random pairs the distance of posteriors grows with the distance in clicks",
            { High: < 0 } => "Among random pairs the distance of posteriors falls with the distance in clicks",
            { Value: double.NaN } => "There are too few random pairs for a trend",
            _ => "Among random pairs the distance of posteriors shows no clear trend with the distance in clicks",
        };
        return $"A click of difference moves the posterior by at most {Number(r.AtLeast)} over the pairs measured"
            + (double.IsFinite(r.AtMostOverPairs) ? $"; the encoder's layers allow {Number(r.AtMostOverPairs)} for these pairs. "
                : "; this encoder's layers or masks give no upper bound. ")
            + $"{trend} (rank correlation {Number(r.Trend)}). "
            + (r.Violations == 0 ? "" : $"{r.Violations} pairs lie above their bound: that is a fault of the bound.");
    }

    /// <summary>The printed summary.</summary>
    public static IEnumerable<string> Lines(LipschitzResult r)
    {
        yield return $"{Readable.Count(r.Pairs.Count, "pair")} of {Readable.Count(r.Users, "user")} and their cut histories"
            + (r.Options.Masked ? $", masked input, {Readable.Count(r.Options.Draws, "draw")}" : ", clean input");
        string lost = r.Steepest.Cut is null ? "two users"
            : $"a user and its history without {Readable.Count(r.Steepest.L1, "click")}";
        yield return $"L of the encoder: at least {Number(r.AtLeast)} ({lost}), with the l1 ground cost at least "
            + Number(r.AtLeastL1Cost);
        if (r.Encoder is { } encoder)
        {
            yield return $"layers: longest item row {Number(encoder.ItemNorm)}, norm of the first layer "
                + $"{Number(encoder.InputNorm)}, of those after it {Number(encoder.LaterNorm)}; largest sigma "
                + Number(encoder.LargestSigma);
            string all = double.IsNaN(r.AtMost) ? ""
                : $", {Number(r.AtMost)} for all histories of at least {Readable.Count(r.FewestClicks, "click")}";
            yield return $"at most {Number(r.AtMostOverPairs)} for these pairs{all}; "
                + $"{Readable.Count(r.Violations, "pair")} above the bound";
            if (double.IsNaN(r.AtMost))
                yield return "no bound for all histories: this mask scales by clicks that were dropped, equal x * b can differ";
        }
        else yield return "no upper bound: it needs an encoder of tanh layers";
        yield return $"Spearman of the distances in clicks and of posteriors, random pairs: {r.Trend}";
        yield return "";
        yield return Row("W1 / l1 (lower end of W1)", "pairs", "mean", "median", "95 % below");
        foreach (var g in r.Groups) yield return Row(Name(g.Name), g.Pairs, g.Ratio, g.Median, g.Upper);
        foreach (var g in r.ByDistance)
            yield return Row($"{(g.Name == LipschitzResult.RandomPairs ? "two users" : g.Name)}, l1 {g.Range}", g.Pairs, g.Ratio,
                g.Median, g.Upper);
    }

    private static Series[] Points(LipschitzResult result)
    {
        var kinds = result.Pairs.ToLookup(pair => pair.Cut is null);
        double[] ends = [result.Pairs.Min(pair => (double)pair.L1), result.Pairs.Max(pair => (double)pair.L1)];
        LineSeries Line(string name, double slope, bool dashed) =>
            new(name, ends, [.. ends.Select(d => slope * d)]) { Dashed = dashed };
        ScatterSeries Scatter(string name, bool random) =>
            new(name, [.. kinds[random].Select(p => (double)p.L1)], [.. kinds[random].Select(p => p.W1Low)]);
        return
        [
            Scatter("two users", true), Scatter("a user and its cut history", false),
            Line("largest ratio", result.AtLeast, false),
            .. double.IsFinite(result.AtMostOverPairs) ? [Line("bound by the layers", result.AtMostOverPairs, true)]
                : Array.Empty<Series>(),
        ];
    }
}
