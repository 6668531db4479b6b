using ManualVae.Study;
using ManualVae.Tools.Charts;
using static ManualVae.Tools.Studies.StudyText;

namespace ManualVae.Tools.Studies;

/// <summary>Figure and printed lines of anchors.</summary>
internal static class AnchorOutput
{
    /// <summary>Writes everything.</summary>
    public static StudyOutput Write(string folder, AnchorResult result, List<AnchorResult> points)
    {
        var fit = Fit(points);
        var output = new StudyOutput(folder, "anchors", new { result, sweep = points, fittedCurvature = fit });
        output.Table("weights",
            ["weight", "mask_variance", "mean_spread", "relative_variance", "centroid_distance", "centroid_spread",
                "sigma", "tau", "tau_squared"],
            (points.Count > 0 ? points : [result]).Select(p => new object?[]
            {
                p.Weight, p.MaskVariance, p.MeanSpread, p.RelativeVariance, p.CentroidDistance, p.CentroidSpread, p.Sigma,
                AnchorStudy.Tau(fit, p.Weight), Math.Pow(AnchorStudy.Tau(fit, p.Weight), 2),
            }));
        if (points.Count > 1) output.Plot("variance", Variance(points, fit));
        return output;
    }

    /// <summary>
    /// The curvature whose tau^2 fits the fall of the variance from weight 0; NaN without a run at 0 and one above.
    /// </summary>
    private static double Fit(List<AnchorResult> points)
    {
        if (points.Count < 2 || points[0].Weight != 0) return double.NaN;
        return AnchorStudy.FitCurvature(
            [.. points.Skip(1).Select(p => p.Weight)], [.. points.Skip(1)
                .Select(p => p.MaskVariance.Value / points[0].MaskVariance.Value)]);
    }

    private static Chart Variance(List<AnchorResult> points, double fit)
    {
        var zero = points[0];
        double[] x = [.. points.Select(p => p.Weight)];
        var series = new List<Series>
        {
            new LineSeries("variance of mu across masks", x, [.. points.Select(
                p => p.MaskVariance.Value / zero.MaskVariance.Value)])
            {
                Low = [.. points.Select(p => p.MaskVariance.Low / zero.MaskVariance.Value)],
                High = [.. points.Select(p => p.MaskVariance.High / zero.MaskVariance.Value)], Markers = true,
            },
            new LineSeries("the same over the spread of users", x,
                [.. points.Select(p => p.RelativeVariance / zero.RelativeVariance)]) { Markers = true },
        };
        if (double.IsFinite(fit))
            series.Add(new LineSeries(Text($"tau², L = {fit:0.##} fitted"), x,
                [.. x.Select(w => Math.Pow(AnchorStudy.Tau(fit, w), 2))])
            { Dashed = true });
        return new Chart
        {
            Title = "Anchors and the variance of the mean across masks", Subtitle = "Relative to anchor weight 0; band: 95 %",
            X = new Axis("anchor weight lambda"), Y = new Axis("over its value at weight 0") { Log = true }, Series = series,
        };
    }

    /// <summary>The summary for people.</summary>
    public static IEnumerable<string> Lines(AnchorResult result, List<AnchorResult> points)
    {
        double fit = Fit(points);
        yield return Row("anchor weight", "variance across masks", "over users' spread", "distance to centroid",
            "spread of centroids", "mean sigma");
        foreach (var p in points.Prepend(result))
            yield return Row(Text($"{p.Weight}{(p == result ? " (this run)" : "")}"), p.MaskVariance.ToString(),
                Text($"{p.RelativeVariance:0.0000}"), p.CentroidDistance.ToString(),
                Text($"{p.CentroidSpread:0.000}"), Text($"{p.Sigma:0.000}"));
        if (double.IsFinite(fit)) yield return Text(
            $"tau = L / (L + 2 lambda) fits the fall of the variance with L = {fit:0.##}");
    }
}
