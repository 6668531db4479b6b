using ManualVae.Study;
using ManualVae.Tools.Charts;
using static ManualVae.Tools.Studies.StudyText;

namespace ManualVae.Tools.Studies;

/// <summary>Tables, figures and printed lines of masking.</summary>
internal static class MaskingOutput
{
    /// <summary>Writes everything.</summary>
    public static StudyOutput Write(string folder, MaskingResult result) => new StudyOutput(folder, "masking", result)
        .Table("pairs", ["rate", "shared_mask", "group", "input_ratio", "input_ratio_exact", "contracted", "contracted_exact",
            "expanded",
                "expanded_exact", "latent_ratio", "latent_contracted", "largest_deviation"],
            result.Pairs.Select(r => new object?[]
            {
                r.Rate, r.Shared, r.Group, r.InputRatio, r.InputRatioExact, r.Contracted, r.ContractedExact, r.Expanded,
                r.ExpandedExact,
                r.LatentRatio, r.LatentContracted, r.LargestDeviation,
            }))
        .Table("drift", ["rate", "between_masks", "with_clean", "distance_ratio", "self_distance"],
            result.Drift.Select(d => new object?[] { d.Rate, d.BetweenMasks, d.WithClean, d.DistanceRatio, d.SelfDistance }))
        .Plot("input", Ratios(result, "Masking in input space",
            "Mean of D_h / d, d = ||x_u - x_v||_1; lines: closed form, points: simulated",
            "input distance, masked / clean", r => r.InputRatio, r => r.InputRatioExact))
        .Plot("latent", Ratios(result, "Masking in latent space", "Mean of W2 masked / W2 clean over pairs and draws; band: 95 %",
            "latent distance, masked / clean", r => r.LatentRatio, null))
        .Plot("drift", new Chart
        {
            Title = "Neighbourhood drift",
            Subtitle = Text($"Jaccard overlap of a user's {result.Options.Neighbours} nearest of {result.Users} by W2; 1 ")
                + Text($"is no drift; band: 95 %"),
            X = new Axis("probability that a click is dropped"),
            Y = new Axis("overlap") { Min = 0, Max = 1 },
            Series = [Drift("two masks", result, d => d.BetweenMasks), Drift("mask and clean", result, d => d.WithClean)],
        });

    private static LineSeries Drift(string name, MaskingResult result, Func<DriftRow, Interval> value) => new(
        name, [.. result.Drift.Select(d => d.Rate)], [.. result.Drift.Select(d => value(d).Value)])
    {
        Low = [.. result.Drift.Select(d => value(d).Low)], High = [.. result.Drift.Select(d => value(d).High)], Markers = true,
    };

    private static Chart Ratios(
        MaskingResult result, string title, string subtitle, string axis, Func<MaskingRow, Interval> value, Func<MaskingRow,
        double>? exact)
    {
        var series = new List<Series>();
        int colour = 0;
        foreach (var group in result.Pairs.GroupBy(r => (r.Group, r.Shared)))
        {
            MaskingRow[] rows = [.. group];
            double[] x = [.. rows.Select(r => r.Rate)];
            string name = $"{group.Key.Group}, {(group.Key.Shared ? "shared mask" : "own masks")}";
            if (exact is not null) series.Add(new LineSeries(name, x, [.. rows.Select(exact)])
            {
                Colour = colour, Dashed = group.Key.Shared
            });
            series.Add(exact is not null
                ? new ScatterSeries("", x, [.. rows.Select(r => value(r).Value)]) { Colour = colour }
                : new LineSeries(name, x, [.. rows.Select(r => value(r).Value)])
                {
                    Low = [.. rows.Select(r => value(r).Low)], High = [.. rows.Select(r => value(r).High)], Markers = true,
                    Colour = colour, Dashed = group.Key.Shared,
                });
            colour++;
        }
        return new Chart
        {
            Title = title, Subtitle = subtitle, X = new Axis("probability that a click is dropped"), Y = new Axis(axis),
            Series = series,
            Rules = [new Rule("unchanged", 1)],
        };
    }

    public static IEnumerable<string> Lines(MaskingResult r)
    {
        yield return Row("rate, mask, pairs", "input ratio", "closed form", "contracted", "exact", "latent ratio");
        foreach (var p in r.Pairs)
            yield return Row(Text($"{p.Rate}, {(p.Shared ? "shared" : "own")}, {p.Group}"), p.InputRatio.ToString(),
                Text($"{p.InputRatioExact:0.000}"),
                p.Contracted.ToString(), Text($"{p.ContractedExact:0.000}"), p.LatentRatio.ToString());
        yield return "";
        yield return Row("rate", "neighbours, two masks", "neighbours, clean", "all distances", "own / other distance");
        foreach (var d in r.Drift)
            yield return Row(Text($"{d.Rate}"), d.BetweenMasks.ToString(), d.WithClean.ToString(),
                Text($"{d.DistanceRatio:0.000}"), Text($"{d.SelfDistance:0.000}"));
    }
}
