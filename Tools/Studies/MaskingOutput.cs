using ManualVae.Study;
using ManualVae.Tools.Charts;
using static ManualVae.Tools.Studies.StudyNumbers;
using static ManualVae.Tools.Studies.StudyText;

namespace ManualVae.Tools.Studies;

/// <summary>Tables, figures and printed lines of <c>study masking</c>.</summary>
internal static class MaskingOutput
{
    private static readonly Axis Rate = new("probability that a click is dropped");

    /// <summary>Writes numbers, tables and figures.</summary>
    public static StudyOutput Write(StudyFolder folder, MaskingResult result) => new StudyOutput(folder, result)
        .Table("pairs", result.Pairs, ("rate", r => r.Rate), ("shared_mask", r => r.Shared), ("group", r => r.Group),
            ("input_ratio", r => r.InputRatio), ("input_ratio_exact", r => r.InputRatioExact),
            ("contracted", r => r.Contracted), ("contracted_exact", r => r.ContractedExact),
            ("expanded", r => r.Expanded), ("expanded_exact", r => r.ExpandedExact),
            ("latent_ratio", r => r.LatentRatio), ("latent_contracted", r => r.LatentContracted),
            ("largest_deviation", r => r.LargestDeviation))
        .Table("drift", result.Drift, ("rate", d => d.Rate), ("between_masks", d => d.BetweenMasks),
            ("with_clean", d => d.WithClean), ("distance_ratio", d => d.DistanceRatio), ("self_distance", d => d.SelfDistance))
        .Table("regimes", result.Regimes, ("rate", r => r.Measured.Rate), ("kind", r => r.Kind), ("t_from", r => r.Low),
            ("t_to", r => r.High), ("threshold", r => r.Threshold), ("common_over_different", r => r.CommonOverDifferent),
            ("pairs", r => r.Pairs), ("theorem", r => r.Contracts ? "contracts" : "expands"),
            ("input_ratio", r => r.Measured.InputRatio), ("input_ratio_exact", r => r.Measured.InputRatioExact),
            ("contracted", r => r.Measured.Contracted), ("contracted_exact", r => r.Measured.ContractedExact),
            ("expanded", r => r.Measured.Expanded), ("expanded_exact", r => r.Measured.ExpandedExact),
            ("latent_ratio", r => r.Measured.LatentRatio), ("latent_contracted", r => r.Measured.LatentContracted))
        .Plot("input", Ratios(result, "Masking in input space",
            "Mean of D / d, d = ‖xᵤ − xᵥ‖₁ and D the same after masks; lines: closed form, points: simulated",
            "input distance, masked / clean", (name, x, rows, colour, shared) =>
            [
                new LineSeries(name, x, [.. rows.Select(r => r.InputRatioExact)]) { Colour = colour, Dashed = shared },
                new ScatterSeries("", x, [.. rows.Select(r => r.InputRatio.Value)]) { Colour = colour },
            ]))
        .Plot("latent", Ratios(result, "Masking in latent space", "Mean of W₂ masked / W₂ clean over pairs and draws; band: 95 %",
            "latent distance, masked / clean", (name, _, rows, colour, shared) =>
            [IntervalSeries.Line(name, rows, r => r.Rate, r => r.LatentRatio) with { Colour = colour, Dashed = shared }]))
        .Plot("regimes", "Both sides of the theorem's threshold", $"Distance with masks over without, rate "
            + $"{MiddleRate(result)}, own masks; cut: users beside their own cut histories; band: 95 %",
            new Axis("s/d over its threshold 1 / (2ρ)") { Log = true },
            new Axis("distance, masked / clean") { Log = true }, Regimes(result), new Rule("unchanged", 1))
        .Plot("drift", "Neighbourhood drift",
            $"Jaccard overlap of a user's {result.Options.Neighbours} nearest of {result.Users} by W₂; 1 is no drift; band: 95 %",
            Rate, new Axis("overlap") { Min = 0, Max = 1 },
            [IntervalSeries.Line("two masks", result.Drift, d => d.Rate, d => d.BetweenMasks),
                IntervalSeries.Line("mask and clean", result.Drift, d => d.Rate, d => d.WithClean)])
        .Found(Sentence(result),
            [("users", $"{result.Users:#,0}"), ("draws of masks", $"{result.Options.Draws:#,0}"),
                .. Sides(result).SelectMany(r => new[]
                {
                    ($"input distance where the theorem says {Said(r)}, rate {r.Measured.Rate}", Number(r.Measured.InputRatio)),
                    ($"latent distance where the theorem says {Said(r)}", Number(r.Measured.LatentRatio)),
                }),
                .. Middle(result).Select(r => ($"latent distance of {r.Group} pairs, masked over clean, at rate {r.Rate}",
                    Number(r.LatentRatio))),
                .. result.Drift.Where(d => d.Rate > 0).Select(d => (
                    $"neighbours kept from one mask to the next at rate {d.Rate}", Percent(d.BetweenMasks)))]);

    /// <summary>The rate nearest to one half, or 0 if none is above 0.</summary>
    private static double MiddleRate(MaskingResult result) =>
        result.Options.Rates.Where(r => r > 0).OrderBy(r => Math.Abs(r - 0.5)).FirstOrDefault();

    private static IEnumerable<MaskingRow> Middle(MaskingResult result) =>
        result.Pairs.Where(r => r.Rate == MiddleRate(result) && !r.Shared);

    /// <summary>All pairs below the threshold, and all above it, at the middle rate.</summary>
    private static IEnumerable<RegimeRow> Sides(MaskingResult result) =>
        result.Regimes.Where(r => r.IsSide && r.Measured.Rate == MiddleRate(result));

    private static string Said(RegimeRow side) => side.Contracts ? "contraction" : "expansion";

    private static string Sentence(MaskingResult result)
    {
        MaskingRow[] rows = [.. Middle(result)];
        string moved = rows.Length == 0 ? "No pair of these users shares an item, so no distance was measured. "
            : $"If each user's mask drops a click with probability {rows[0].Rate}, " + string.Join(" and ", rows.Select(r =>
                $"{r.Group} pairs have {Number(r.InputRatio.Value)} times their input distance and "
                + $"{Number(r.LatentRatio.Value)} times their latent distance")) + ". ";
        moved += string.Concat(Sides(result).Select(r => $"Where the theorem says {Said(r)} (s/d "
            + $"{(r.Contracts ? "below" : "above")} {Number(r.Threshold)}), the input distance is "
            + $"{Number(r.Measured.InputRatio)} and the latent distance {Number(r.Measured.LatentRatio)} of what it was. "));
        return result.Drift.LastOrDefault(d => d.Rate > 0) is { } last ? moved + $"At rate {last.Rate} a user keeps "
            + $"{Percent(last.BetweenMasks.Value)} of the nearest users from one mask to the next." : moved;
    }

    /// <summary>The printed summary.</summary>
    public static IEnumerable<string> Lines(MaskingResult r)
    {
        yield return Row("rate, mask, pairs", "input ratio", "closed form", "contracted", "exact", "latent ratio");
        foreach (var p in r.Pairs)
            yield return Row($"{p.Rate}, {(p.Shared ? "shared" : "own")}, {p.Group}", p.InputRatio, $"{p.InputRatioExact:0.000}",
                p.Contracted, $"{p.ContractedExact:0.000}", p.LatentRatio);
        yield return "";
        yield return Row("rate, pairs, s/d", "theorem says", "input ratio", "closed form", "pairs", "latent ratio");
        foreach (var p in r.Regimes)
            yield return Row($"{p.Measured.Rate}, {p.Kind}, mean {p.CommonOverDifferent:0.##}", Said(p), p.Measured.InputRatio,
                $"{p.Measured.InputRatioExact:0.000}", p.Pairs, p.Measured.LatentRatio);
        yield return "";
        yield return Row("rate", "neighbours, two masks", "neighbours, clean", "all distances", "own / other distance");
        foreach (var d in r.Drift)
            yield return Row(d.Rate, d.BetweenMasks, d.WithClean, $"{d.DistanceRatio:0.000}", $"{d.SelfDistance:0.000}");
    }

    /// <summary>Ratios by place against the threshold, at the middle rate.</summary>
    private static Series[] Regimes(MaskingResult result)
    {
        RegimeRow[] bins = [.. result.Regimes.Where(r => !r.IsSide && r.Measured.Rate == MiddleRate(result))];
        var series = new List<Series>();
        foreach (var kind in bins.GroupBy(r => r.Kind))
        {
            string of = kind.Key == "cut" ? "cut" : "two users";
            series.Add(IntervalSeries.Line($"input, {of}", [.. kind], r => r.CommonOverDifferent / r.Threshold,
                r => r.Measured.InputRatio) with
            { Dashed = true });
            series.Add(IntervalSeries.Line($"latent, {of}", [.. kind], r => r.CommonOverDifferent / r.Threshold,
                r => r.Measured.LatentRatio));
        }
        if (bins.Length == 0) return [.. series];
        double[] ratios = [.. bins.SelectMany(r => new[] { r.Measured.InputRatio.Value, r.Measured.LatentRatio.Value })];
        series.Add(new LineSeries("threshold", [1, 1], [ratios.Min(), ratios.Max()]) { Dashed = true });
        return [.. series];
    }

    /// <summary>A chart by rate, one colour for each group of pairs and kind of mask.</summary>
    private static Chart Ratios(MaskingResult result, string title, string subtitle, string axis,
        Func<string, double[], MaskingRow[], int, bool, Series[]> series) => new()
        {
            Title = title, Subtitle = subtitle, X = Rate, Y = new Axis(axis), Rules = [new Rule("unchanged", 1)],
            Series = [.. result.Pairs.GroupBy(r => (r.Group, r.Shared)).SelectMany((rows, colour) => series(
                $"{rows.Key.Group}, {(rows.Key.Shared ? "shared mask" : "own masks")}",
                [.. rows.Select(r => r.Rate)], [.. rows], colour, rows.Key.Shared))],
        };
}
