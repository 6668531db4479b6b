using ManualVae.Evaluation;
using ManualVae.Tools.Charts;

namespace ManualVae.Tools.Report;

/// <summary>Sections that compare runs.</summary>
internal static class RunComparison
{
    /// <summary>The results with their standard errors, and the definition of each metric; null if no run is evaluated.</summary>
    public static ReportSection? Results(IReadOnlyList<ReportedRun> runs)
    {
        var evaluated = runs.Where(r => r.Results is not null).ToList();
        if (evaluated.Count == 0) return null;
        string[] metrics = [.. evaluated.SelectMany(r => r.Results!.Metrics.Keys).Distinct()];
        var parts = evaluated.Select(r => r.Results!.Split).Distinct().ToList();
        var first = evaluated[0].Results!;
        string skipped = first.SkippedUsers == 0 ? ""
            : $" Left out, with nothing held out: {Readable.Count(first.SkippedUsers, "user")}.";
        string table = Html.Table(
            ["run", .. metrics.Select(m => $">{m}")],
            evaluated.Select(run => (IReadOnlyList<string>)[$"<strong>{Html.Escape(run.Name)}</strong>",
                .. metrics.Select(metric => Cell(run, metric, evaluated))]));
        string definitions = Html.Table(["metric", "definition"],
            metrics.Select(m => (IReadOnlyList<string>)[$"<strong>{Html.Escape(m)}</strong>",
            Html.Escape(Metric.Parse(m).Definition)]));
        string figure = evaluated.Count < 2 ? "" : Html.Figures(
            [Bars(evaluated, [.. metrics.Where(m => Metric.Parse(m).IsPerUser).Take(4)]).ToSvg()]);
        return new("Results",
            $"<p>Mean over {Readable.Count(first.Users, "user")} of the {string.Join(" and ", parts)} part, with ± one standard "
            + $"error.{skipped}" + (evaluated.Count > 1 ? " The best value of each metric is bold." : "") + "</p>\n"
            + $"<div class=\"card\">{table}</div>\n{figure}"
            + $"{Html.Details("What the metrics mean", $"<div class=\"card\">{definitions}</div>")}");
    }

    /// <summary>Validation by epoch of all trained runs; null if fewer than two were trained.</summary>
    public static ReportSection? Curves(IReadOnlyList<ReportedRun> runs)
    {
        var trained = runs.Where(r => r.Epochs.Any(e => e.Validation is not null)).ToList();
        if (trained.Count < 2) return null;
        string[] metrics = [.. trained.Select(MetricOf).Distinct()];
        return ReportSection.OfFigures("Validation by epoch",
            "The best epoch of each run, by this curve, is the one that is tested.",
            metrics.Select(metric => new Chart
            {
                Title = $"Validation {metric}", X = new("epoch"), Y = new(metric), Width = 900,
                Series = [.. trained.Where(r => MetricOf(r) == metric).Select(r => new LineSeries(
                    r.Name, [.. r.Epochs.Select(e => (double)e.Epoch)], [.. r.Epochs.Select(e => e.Validation ?? double.NaN)]))],
            }));
    }

    private static string MetricOf(ReportedRun trained) => trained.Folder!.Manifest.Settings.ValidationMetric;

    private static string Cell(ReportedRun run, string metric, List<ReportedRun> all)
    {
        if (run.Results!.Metrics.GetValueOrDefault(metric) is not { Mean: double mean } value) return "–";
        double best = all.Max(r => r.Results!.Metrics.GetValueOrDefault(metric)?.Mean ?? double.NegativeInfinity);
        string text = $"{mean:0.0000}", error = value.StandardError is null ? ""
            : $" <span class=\"se\">± {value.StandardError:0.0000}</span>";
        bool lead = all.Count > 1 && mean >= best && Metric.Parse(metric).LargerIsBetter;
        return (lead ? $"<span class=\"best\">{text}</span>" : text) + error;
    }

    private static BarChart Bars(List<ReportedRun> runs, string[] metrics) => new()
    {
        Title = "Results side by side", Subtitle = "Error bars: ± one standard error over users", Width = 900,
        Value = new("value"), Categories = [.. runs.Select(r => r.Name)],
        Series = [.. metrics.Select(metric => new BarSeries(
            metric, [.. runs.Select(r => r.Results!.Metrics.GetValueOrDefault(metric)?.Mean ?? double.NaN)],
            [.. runs.Select(r => r.Results!.Metrics.GetValueOrDefault(metric)?.StandardError ?? 0)]))],
    };
}
