using ManualVae.Study;
using ManualVae.Tools.Charts;
using static ManualVae.Tools.Studies.StudyNumbers;
using static ManualVae.Tools.Studies.StudyText;

namespace ManualVae.Tools.Studies;

/// <summary>Table, figure and printed lines of <c>study anchors</c>.</summary>
internal static class AnchorOutput
{
    /// <summary>Writes numbers, tables and figures.</summary>
    public static StudyOutput Write(StudyFolder folder, AnchorResult result, List<AnchorResult> points)
    {
        double fit = Fit(points);
        var output = new StudyOutput(folder, new { result, sweep = points, fittedCurvature = fit })
            .Table("weights", points.Count > 0 ? points : [result],
                ("weight", p => p.Weight), ("mask_variance", p => p.MaskVariance), ("mean_spread", p => p.MeanSpread),
                ("relative_variance", p => p.RelativeVariance), ("centroid_distance", p => p.CentroidDistance),
                ("centroid_spread", p => p.CentroidSpread), ("sigma", p => p.Sigma),
                ("tau", p => AnchorStudy.Tau(fit, p.Weight)), ("tau_squared", p => Math.Pow(AnchorStudy.Tau(fit, p.Weight), 2)));
        output.Found(Sentence(result, points, fit),
            ("anchor weight λ of this run", Number(result.Weight)),
            ("variance of μ across masks", Number(result.MaskVariance)),
            ("the same over the spread of users", Number(result.RelativeVariance)),
            ("distance of μ to the centroid of the user's anchors", Number(result.CentroidDistance)),
            ("spread of the centroids", Number(result.CentroidSpread)), ("mean σ", Number(result.Sigma)),
            ("curvature L that fits the fall of the variance", Number(fit)));
        return points.Count > 1 ? PlotVariance(output, points, fit) : output;
    }

    /// <summary>The printed summary.</summary>
    public static IEnumerable<string> Lines(AnchorResult result, List<AnchorResult> points)
    {
        yield return Row("anchor weight", "variance across masks", "over users' spread", "distance to centroid",
            "spread of centroids", "mean sigma");
        foreach (var p in points.Prepend(result))
            yield return Row($"{p.Weight}{(p == result ? " (this run)" : "")}", p.MaskVariance, $"{p.RelativeVariance:0.0000}",
                p.CentroidDistance, double.IsFinite(p.CentroidSpread) ? $"{p.CentroidSpread:0.000}" : "-", $"{p.Sigma:0.000}");
        if (Fit(points) is double fit && double.IsFinite(fit))
            yield return $"tau = L / (L + 2 lambda) fits the fall of the variance with L = {fit:0.##}";
    }

    /// <summary>
    /// The curvature whose tau^2 fits the decrease of the variance from weight 0. NaN without a run at 0 and a run above 0.
    /// </summary>
    private static double Fit(List<AnchorResult> points) => points.Count < 2 || points[0].Weight != 0 ? double.NaN
        : AnchorStudy.FitCurvature([.. points.Skip(1).Select(p => p.Weight)],
            [.. points.Skip(1).Select(p => p.MaskVariance.Value / points[0].MaskVariance.Value)]);

    private static string Sentence(AnchorResult result, List<AnchorResult> points, double fit)
    {
        string own = $"With anchor weight {Number(result.Weight)} the posterior mean's variance across masks is "
            + $"{Number(result.RelativeVariance)} of the spread of users.";
        return points.Count < 2 || points[0].Weight != 0 ? own : own
            + $" From weight 0 to {Number(points[^1].Weight)} the variance falls to "
            + $"{Number(points[^1].MaskVariance.Value / points[0].MaskVariance.Value)} of its value"
            + (double.IsFinite(fit) ? $", which curvature L = {Number(fit)} fits best." : ".");
    }

    private static StudyOutput PlotVariance(StudyOutput output, List<AnchorResult> points, double fit)
    {
        var zero = points[0];
        double scale = zero.MaskVariance.Value;
        double[] x = [.. points.Select(p => p.Weight)];
        var series = new List<Series>
        {
            IntervalSeries.Line("variance of μ across masks", points, p => p.Weight,
                p => new(p.MaskVariance.Value / scale, p.MaskVariance.Low / scale, p.MaskVariance.High / scale)),
            new LineSeries("the same over the spread of users", x,
                [.. points.Select(p => p.RelativeVariance / zero.RelativeVariance)]) { Markers = true },
        };
        if (double.IsFinite(fit))
        {
            double[] fitted = [.. x.Select(w => Math.Pow(AnchorStudy.Tau(fit, w), 2))];
            series.Add(new LineSeries($"τ², L = {fit:0.##} fitted", x, fitted) { Dashed = true });
        }
        return output.Plot("variance", "Anchors and the variance of the mean across masks",
            "Relative to anchor weight 0; band: 95 %", new("anchor weight λ"),
            new Axis("over its value at weight 0") { Log = true }, series);
    }
}
