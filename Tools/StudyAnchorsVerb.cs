using System.CommandLine;
using ManualVae.Data;
using ManualVae.Study;
using ManualVae.Tools.Charts;
using static ManualVae.Tools.StudyVerb;

namespace ManualVae.Tools;

/// <summary><c>study anchors</c>: what lambda does to the mean across masks and to its distance from the item centroid.</summary>
internal static class StudyAnchorsVerb
{
    public static Command Create()
    {
        var flags = new StudyFlags(500);
        var draws = new Option<int>("--draws") { Description = "Mask draws.", HelpName = "n", DefaultValueFactory = _ => 20 };
        var weights = new Option<string?>("--weights") {
            Description = "Also train a run for each of these anchor weights, with the run's other settings.",
            HelpName = "x,x" };
        var epochs = new Option<int>("--epochs") { Description = "Epochs of each run of the sweep.", HelpName = "n",
            DefaultValueFactory = _ => 20 };
        return Verb.Create("anchors",
            "Variance of the mean across masks and distance to the centroid; a sweep of lambda with --weights.", parsed =>
        {
            var options = new AnchorOptions { Draws = parsed.GetValue(draws), Seed = flags.Seed(parsed) };
            double[] sweep = parsed.GetValue(weights) is string list ? StudyMaskingVerb.Numbers("--weights", list) : [];
            if (parsed.GetValue(epochs) < 1) throw new InputException($"--epochs {parsed.GetValue(epochs)}: give at least 1.");
            var (run, users) = flags.Open(parsed, batch: 500);
            using (run)
            {
                double rate = run.Settings.Dropout;
                var result = AnchorStudy.Run(run.Model, users, run.Settings.AnchorWeight, rate, options);
                var points = new List<AnchorResult>();
                foreach (double weight in sweep.Order())
                {
                    string name = Text($"weight-{weight}");
                    var trained = StudyTraining.Train(
                        run.Data, run.Settings with { AnchorWeight = weight, Anchors = true, Epochs = parsed.GetValue(epochs) },
                        Path.Combine(run.Folder.Path, "studies", "anchors", name), name);
                    using var other = StudyRun.Open(trained.Path, run.Data.Directory, null, run.Settings.Threads, 500);
                    points.Add(AnchorStudy.Run(other.Model, users, weight, rate, options));
                }
                var fit = Fit(points);
                var output = new StudyOutput(run.Folder.Path, "anchors", new { result, sweep = points, fittedCurvature = fit });
                output.Table("weights",
                    ["weight", "mask_variance", "mean_spread", "relative_variance", "centroid_distance", "centroid_spread",
                        "sigma", "tau", "tau_squared"],
                    (points.Count > 0 ? points : [result]).Select(p => new object?[]
                    {
                        p.Weight, p.MaskVariance, p.MeanSpread, p.RelativeVariance, p.CentroidDistance, p.CentroidSpread, p.Sigma,
                        AnchorStudy.Tau(fit, p.Weight), Math.Pow(AnchorStudy.Tau(fit, p.Weight), 2),
                    }));
                if (points.Count > 1) output.Plot("variance", Variance(points, fit));
                return flags.Print(parsed, output, Lines(result, points, fit));
            }
        }, [.. flags.Options, draws, weights, epochs]);
    }

    /// <summary>
    /// The curvature whose tau^2 fits the fall of the variance from weight 0; NaN without a run at 0 and one above.
    /// </summary>
    public static double Fit(List<AnchorResult> points)
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
                [.. x.Select(w => Math.Pow(AnchorStudy.Tau(fit, w), 2))]) { Dashed = true });
        return new Chart
        {
            Title = "Anchors and the variance of the mean across masks", Subtitle = "Relative to anchor weight 0; band: 95 %",
            X = new Axis("anchor weight lambda"), Y = new Axis("over its value at weight 0") { Log = true }, Series = series,
        };
    }

    private static IEnumerable<string> Lines(AnchorResult result, List<AnchorResult> points, double fit)
    {
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
