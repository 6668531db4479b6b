using System.Text;
using ManualVae.Evaluation;
using ManualVae.Tools.Charts;
using ManualVae.Tools.Runs;

namespace ManualVae.Tools.Report;

/// <summary>What the evaluations of one part found: the table, significance, groups of users, what is recommended.</summary>
internal static class ResultsSection
{
    /// <summary>A section for each part that was evaluated, or one that says how to evaluate.</summary>
    public static IEnumerable<ReportSection> Of(IReadOnlyList<ReportedRun> runs)
    {
        var parts = EvaluatedPart.Of(runs);
        var never = runs.Where(run => run.Evaluations.Count == 0
            && !parts.Any(part => part.Missing.Contains(run))).ToList();
        foreach (var part in parts) yield return new(Title(part, parts), Content(part, runs.Count));
        if (never.Count > 0)
            yield return new(parts.Count == 0 ? "Results" : "Not evaluated",
                "<p>Not evaluated yet: " + string.Join(", ", never.Select(run => $"<strong>{Html.Escape(run.Name)}</strong> ("
                    + Html.Command($"manualvae evaluate --run {run.Path}") + ")")) + ".</p>\n");
    }

    private static string Title(EvaluatedPart part, IReadOnlyList<EvaluatedPart> all)
    {
        if (all.Count == 1) return "Results";
        string title = $"Results: {part.Split}";
        if (part.Protocol is not null) title += $", protocol {part.Protocol}";
        return all.Select(p => p.Data).Distinct().Count() > 1 ? $"{title}, {Readable.Folder(part.Data)}" : title;
    }

    private static string Content(EvaluatedPart part, int runs)
    {
        var first = part.Rows[0].Record.Results;
        var text = new StringBuilder($"<p>Mean over {Readable.Count(first.Users, "user")} of the {part.Split} part");
        if (part.Protocol is not null) text.Append($", protocol {Html.Escape(part.Protocol)}");
        text.Append(", with ± one standard error.");
        if (first.SkippedUsers > 0)
            text.Append($" Left out, with nothing held out: {Readable.Count(first.SkippedUsers, "user")}.");
        if (part.Rows.Count > 1) text.Append(part.SameUsers
            ? " The best value of a metric that two or more runs have is bold."
            : " The runs were evaluated on different numbers of users, so no value is bold: evaluate them anew.");
        foreach (var (run, record) in part.Rows)
            if (record.Epoch is int epoch && run.Folder is not null && EvaluationRecord.EpochOf(run.Folder) is int now
                && now != epoch)
                text.Append($" <strong>{Html.Escape(run.Name)}</strong> was evaluated at epoch {epoch}; its best is now epoch "
                    + $"{now}: {Html.Command(Evaluate(run, part))}.");
        text.Append("</p>\n").Append(Html.Card(Table(part)));
        if (part.Rows.Count > 1) text.Append(Html.Figures(Bars(part).Select(f => f.ToSvg())));
        text.Append(Significance(part)).Append(ActivityGroups.Of(part)).Append(ListsOf(part));
        return text.Append(Html.Details("What the metrics mean", Html.Card(Html.Table("Definitions of the metrics",
            ["metric", "definition"], part.Metrics.Select(m => (IReadOnlyList<string>)
                [Html.Escape(m), Html.Escape(Metric.Parse(m).Definition)]))))).ToString();
    }

    private static string Table(EvaluatedPart part)
    {
        string users = part.SameUsers ? "" : ">users";
        var rows = part.Rows.Select(row => (IReadOnlyList<string>)[Html.Escape(row.Run.Name),
            .. users.Length > 0 ? [$"{row.Record.Results.Users:#,0}"] : Array.Empty<string>(),
            .. part.Metrics.Select(metric => Cell(part, row.Record, metric))]);
        var missing = part.Missing.Select(run => (IReadOnlyList<string>)[Html.Escape(run.Name),
            $"not evaluated here: {Html.Command(Evaluate(run, part))}"]);
        return Html.Table($"Results on the {part.Split} part",
            ["run", .. users.Length > 0 ? [users] : Array.Empty<string>(), .. part.Metrics.Select(m => $">{m}")],
            rows.Concat(missing));
    }

    private static string Evaluate(ReportedRun run, EvaluatedPart part) => $"manualvae evaluate --run {run.Path}"
        + (part.Split == "test" ? "" : $" --split {part.Split}")
        + (part.Protocol is null ? "" : $" --protocol {part.Protocol}");

    private static string Cell(EvaluatedPart part, EvaluationRecord record, string metric)
    {
        if (EvaluatedPart.Value(record, metric) is not { Mean: double mean } value) return "–";
        string text = Number(mean), error = value.StandardError is double e
            ? $" <span class=\"se\">± {Number(e)}</span>" : "";
        return (mean >= part.Best(metric) ? $"<span class=\"best\">{text}</span>" : text) + error;
    }

    private static string Number(double value) => value.ToString(Math.Abs(value) >= 10 ? "#,0.0" : "0.0000");

    /// <summary>Bars by metric, one for each run; many runs have a figure for each metric.</summary>
    private static IEnumerable<Figure> Bars(EvaluatedPart part)
    {
        string[] metrics = [.. part.Metrics.Where(m => Metric.Parse(m).IsPerUser
            && part.Rows.Count(row => EvaluatedPart.Value(row.Record, m)?.Mean is not null) > 1).Take(4)];
        double Mean(EvaluationRecord record, string metric) => EvaluatedPart.Value(record, metric)?.Mean ?? double.NaN;
        double Error(EvaluationRecord record, string metric) => EvaluatedPart.Value(record, metric)?.StandardError ?? 0;
        if (metrics.Length == 0) yield break;
        const string subtitle = "Error bars: ± one standard error over users";
        if (part.Rows.Count <= 6)
            yield return new BarChart
            {
                Title = "Results side by side", Subtitle = subtitle, Width = 900, Value = new("value"), Categories = metrics,
                Series = [.. part.Rows.Select(row => new BarSeries(row.Run.Name, [.. metrics.Select(m => Mean(row.Record, m))],
                    [.. metrics.Select(m => Error(row.Record, m))]))],
            };
        else
            foreach (string metric in metrics)
                yield return new BarChart
                {
                    Title = metric, Subtitle = subtitle, Value = new(metric), Categories = [.. part.Rows.Select(r => r.Run.Name)],
                    Series = [new("", [.. part.Rows.Select(row => Mean(row.Record, metric))],
                        [.. part.Rows.Select(row => Error(row.Record, metric))])],
                };
    }

    private static string Significance(EvaluatedPart part)
    {
        if (part.Rows.Count < 2) return "";
        string baseline = part.Rows[0].Run.Name;
        string command = "manualvae compare " + string.Join(' ', part.Rows.Select(row => row.Run.Path));
        string[] metrics = [.. part.Paired.Take(4)];
        if (metrics.Length == 0)
            return "<p>Significance needs the values of the same users for every run: "
                + $"{Html.Command(command)} measures them.</p>\n";
        var rows = PairedComparison.WithFirst([.. part.Rows.Select(row => (row.Run.Name,
            (IReadOnlyDictionary<string, double[]>)metrics.ToDictionary(m => m, m => row.Record.PerUser[m])))]);
        return "<h3>Significance</h3>\n"
            + $"<p>Differences from <strong>{Html.Escape(baseline)}</strong> over the same users; the interval is a bootstrap "
            + "over users. Below 0.05, p (paired t-test, Holm's correction over this table) keeps the chance of any false claim "
            + $"below 5 %. More: {Html.Command(command)}.</p>\n"
            + Html.Card(Html.Table($"Differences from {baseline}",
                ["run", "metric", ">difference", ">95 % interval", ">p (Holm)"], rows.Select(row => (IReadOnlyList<string>)
                [
                    Html.Escape(row.Model), Html.Escape(row.Metric),
                    row.AdjustedP < 0.05 ? $"<strong>{Html.Signed(row.Difference)}</strong>" : Html.Signed(row.Difference),
                    $"{Html.Signed(row.Low)} to {Html.Signed(row.High)}",
                    Html.P(row.AdjustedP),
                ])));
    }

    /// <summary>Popularity of what is recommended, and the trade-off with quality.</summary>
    private static string ListsOf(EvaluatedPart part)
    {
        string[] metrics = [.. part.Rows.SelectMany(row => row.Record.Lists.Keys).Distinct()];
        if (metrics.Length == 0) return "";
        var measured = part.Rows.Where(row => row.Record.Lists.Count > 0).ToList();
        string table = Html.Table("What is recommended", ["run", .. metrics.Select(m => $">{Words(m)}")],
            measured.Select(row =>
                (IReadOnlyList<string>)[Html.Escape(row.Run.Name), .. metrics.Select(m => Shown(row.Record, m))]));
        string? tail = metrics.FirstOrDefault(m => Metric.Parse(m).Kind == MetricKind.LongTail);
        string figure = measured.Count < 2 || tail is null || part.Main is null ? "" : Html.Figures([new Chart
        {
            Title = "Quality and the long tail", Subtitle = "One mark a run: up is better, right is less popular",
            X = new("long tail, share of the lists"), Y = new(part.Main),
            Series = [.. measured.Select(row => new ScatterSeries(row.Run.Name, [row.Record.Lists[tail].Mean ?? double.NaN],
                [EvaluatedPart.Value(row.Record, part.Main)?.Mean ?? double.NaN]) { Radius = 5 })],
        }.ToSvg()]);
        return "<h3>What is recommended</h3>\n<p>Over the first 20 items of every list. Popular items are safe and alike for "
            + "everybody; the long tail is what lies outside the most clicked fifth of the items.</p>\n"
            + Html.Card(table) + figure;
    }

    private static string Words(string metric) => Metric.Parse(metric).Kind switch
    {
        MetricKind.Coverage => "items recommended to anybody",
        MetricKind.LongTail => "long tail, share of the lists",
        MetricKind.AveragePopularity => "training users of a recommended item",
        _ => metric,
    };

    private static string Shown(EvaluationRecord record, string metric) => record.Lists.GetValueOrDefault(metric)?.Mean switch
    {
        null => "–",
        double value => Metric.Parse(metric).Kind == MetricKind.AveragePopularity ? $"{value:#,0}" : $"{100 * value:0.0} %",
    };
}
