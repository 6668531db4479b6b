using ManualVae.Study;
using ManualVae.Tools.Charts;
using static ManualVae.Tools.Studies.StudyNumbers;
using static ManualVae.Tools.Studies.StudyText;

namespace ManualVae.Tools.Studies;

/// <summary>Tables, figures and printed lines of <c>study collapse</c>.</summary>
internal static class CollapseOutput
{
    /// <summary>Writes numbers, tables and figures.</summary>
    public static StudyOutput Write(StudyFolder folder, CollapseResult result, List<SweepPoint> points)
    {
        int dimensions = result.KlByDimension.Length;
        var output = new StudyOutput(folder, new { result, sweep = points })
            .Table("dimensions", Enumerable.Range(0, dimensions).ToArray(),
                ("dimension", k => k), ("kl", k => result.KlByDimension[k]), ("mean_variance", k => result.MeanVariance[k]))
            .Plot("kl", "KL by latent dimension",
                $"Mean of {Readable.Count(result.Users, "user")}, largest first; {result.InformativeUnits} of "
                + $"{dimensions} above {CollapseStudy.Threshold} nats",
                new("dimension, by rank"), new Axis("KL", "nats") { Log = true },
                [new LineSeries("", [.. Enumerable.Range(1, dimensions).Select(i => (double)i)],
                    [.. result.KlByDimension.OrderDescending()])],
                new Rule("informative", CollapseStudy.Threshold))
            .Plot("sigma", "Posterior standard deviations", "Every user and dimension; the prior has 1", new("σ"),
                new Axis("users x dimensions"), [HistogramSeries.Of("", result.Sigmas, 50)])
            .Found($"The latent code of a user carries {Number(result.Kl)} nats on average; {result.InformativeUnits} of "
                + $"{dimensions} dimensions are informative and {result.ActiveUnits} are active. "
                + (result.Alarm is null ? "The posterior has not collapsed." : $"Alarm: {result.Alarm}."),
                ("users", $"{result.Users:#,0}"), ("KL of a user", $"{Number(result.Kl)} nats"),
                ("informative dimensions (KL above 0.01 nats)", $"{result.InformativeUnits} of {dimensions}"),
                ("active dimensions (variance of μ above 0.01)", $"{result.ActiveUnits} of {dimensions}"),
                ("mutual information of user and code", $"{Number(result.MutualInformation)} nats"),
                ("limit of this estimate, ln of the users", $"{Number(result.InformationLimit)} nats"),
                ("KL of the aggregate posterior and the prior", $"{Number(result.AggregateKl)} nats"),
                ("mean latent distance of two users", Number(result.MeanDistance)));
        return points.Count > 0 ? WriteSweep(output, points) : output;
    }

    /// <summary>The sweep's table and figures.</summary>
    private static StudyOutput WriteSweep(StudyOutput output, List<SweepPoint> points)
    {
        string[] names = [.. points.Select(p => $"β {p.Beta}")];
        return output
            .Table("betas", points, ("beta", p => p.Beta), ("validation", p => p.Validation), ("kl", p => p.Collapse.Kl),
                ("active_units", p => p.Collapse.ActiveUnits), ("informative_units", p => p.Collapse.InformativeUnits),
                ("mutual_information", p => p.Collapse.MutualInformation), ("aggregate_kl", p => p.Collapse.AggregateKl),
                ("mean_w2", p => p.Collapse.MeanDistance), ("alarm", p => p.Collapse.Alarm))
            .Plot("contraction", "Latent distance by β",
                $"{Readable.Count(points[0].Collapse.Users, "user")}; the runs differ in β alone",
                new("mean W₂ between users"), names, [new("", [.. points.Select(p => p.Collapse.MeanDistance)])], "0.00")
            .Plot("units", "Dimensions that survive β",
                "active: variance of μ above 0.01; informative: KL above 0.01 nats", new("latent dimensions"), names,
                [new("active", [.. points.Select(p => (double)p.Collapse.ActiveUnits)]),
                    new("informative", [.. points.Select(p => (double)p.Collapse.InformativeUnits)])]);
    }

    /// <summary>The printed summary.</summary>
    public static IEnumerable<string> Lines(CollapseResult r, List<SweepPoint> points)
    {
        yield return $"{Readable.Count(r.Users, "user")}: KL {r.Kl:0.00} nats; {r.ActiveUnits} of {r.KlByDimension.Length} "
            + $"dimensions active, {r.InformativeUnits} informative";
        yield return $"mutual information {r.MutualInformation} nats (at most {r.InformationLimit:0.00} with this many users); "
            + $"aggregate KL {r.AggregateKl:0.00}; mean W2 {r.MeanDistance:0.00}";
        yield return r.Alarm is null ? "no alarm" : $"ALARM: {r.Alarm}";
        if (points.Count == 0) yield break;
        yield return Row("beta", "validation", "KL", "active", "informative", "mean W2");
        foreach (var (beta, validation, c) in points)
            yield return Row($"{beta}{(c.Alarm is null ? "" : " ALARM")}", $"{validation:0.0000}", $"{c.Kl:0.00}",
                c.ActiveUnits, c.InformativeUnits, $"{c.MeanDistance:0.000}");
    }
}
