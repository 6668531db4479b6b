using ManualVae.Study;
using ManualVae.Tools.Charts;
using static ManualVae.Tools.Studies.StudyText;

namespace ManualVae.Tools.Studies;

/// <summary>Tables, figures and printed lines of collapse.</summary>
internal static class CollapseOutput
{
    /// <summary>Writes everything.</summary>
    public static StudyOutput Write(string folder, CollapseResult result, List<SweepPoint> points)
    {
        var output = new StudyOutput(folder, "collapse", new { result, sweep = points })
            .Table("dimensions", ["dimension", "kl", "mean_variance"],
                result.KlByDimension.Select((kl, k) => new object?[] { k, kl, result.MeanVariance[k] }))
            .Plot("kl", new Chart
            {
                Title = "KL by latent dimension",
                Subtitle = Text($"Mean of {result.Users} users, largest first; {result.InformativeUnits} of ")
                    + Text($"{result.KlByDimension.Length} above {CollapseStudy.Threshold} nats"),
                X = new Axis("dimension, by rank"), Y = new Axis("KL", "nats") { Log = true },
                Series = [new LineSeries("", [.. Enumerable.Range(1, result.KlByDimension.Length).Select(i => (double)i)],
                    [.. result.KlByDimension.OrderDescending()])],
                Rules = [new Rule("informative", CollapseStudy.Threshold)],
            })
            .Plot("sigma", new Chart
            {
                Title = "Posterior standard deviations", Subtitle = "Every user and dimension; 1 is the prior's",
                X = new Axis("sigma"), Y = new Axis("users x dimensions"),
                Series = [HistogramSeries.Of("", result.Sigmas, 50)],
            });
        if (points.Count > 0) WriteSweep(output, points);
        return output;
    }

    /// <summary>The sweep's table and figures.</summary>
    private static void WriteSweep(StudyOutput output, List<SweepPoint> points)
    {
        string[] names = [.. points.Select(p => Text($"beta {p.Beta}"))];
        output
            .Table("betas", ["beta", "validation", "kl", "active_units", "informative_units", "mutual_information",
                "aggregate_kl", "mean_w2", "alarm"],
                points.Select(p => new object?[]
                {
                    p.Beta, p.Validation, p.Collapse.Kl, p.Collapse.ActiveUnits, p.Collapse.InformativeUnits,
                    p.Collapse.MutualInformation,
                    p.Collapse.AggregateKl, p.Collapse.MeanDistance, p.Collapse.Alarm,
                }))
            .Plot("contraction", new BarChart
            {
                Title = "Latent distance by beta",
                Subtitle = Text($"{points[0].Collapse.Users} users, runs that differ in beta alone"),
                Value = new Axis("mean W2 between users"), Categories = names, Format = "0.00",
                Series = [new BarSeries("", [.. points.Select(p => p.Collapse.MeanDistance)])],
            })
            .Plot("units", new BarChart
            {
                Title = "Dimensions that survive beta",
                Subtitle = "active: variance of mu above 0.01; informative: KL above 0.01 nats",
                Value = new Axis("latent dimensions"), Categories = names,
                Series =
                [
                    new BarSeries("active", [.. points.Select(p => (double)p.Collapse.ActiveUnits)]),
                    new BarSeries("informative", [.. points.Select(p => (double)p.Collapse.InformativeUnits)]),
                ],
            });
    }

    /// <summary>The summary for people.</summary>
    public static IEnumerable<string> Lines(CollapseResult r, List<SweepPoint> points)
    {
        yield return Text($"{r.Users} users: KL {r.Kl:0.00} nats; {r.ActiveUnits} of {r.KlByDimension.Length} dimensions ")
            + Text($"active, {r.InformativeUnits} informative");
        yield return Text($"mutual information {r.MutualInformation} nats (at most {r.InformationLimit:0.00} with this ")
            + Text($"many users); aggregate KL {r.AggregateKl:0.00}; mean W2 {r.MeanDistance:0.00}");
        yield return r.Alarm is null ? "no alarm" : $"ALARM: {r.Alarm}";
        if (points.Count == 0) yield break;
        yield return Row("beta", "validation", "KL", "active", "informative", "mean W2");
        foreach (var p in points)
            yield return Row(Text($"{p.Beta}{(p.Collapse.Alarm is null ? "" : " ALARM")}"), Text($"{p.Validation:0.0000}"),
                Text($"{p.Collapse.Kl:0.00}"),
                Text($"{p.Collapse.ActiveUnits}"), Text($"{p.Collapse.InformativeUnits}"),
                Text($"{p.Collapse.MeanDistance:0.000}"));
    }
}
