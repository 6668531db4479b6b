using System.Globalization;
using ManualVae.Data;
using ManualVae.Tools.Charts;
using ManualVae.Tools.Settings;
using ManualVae.Tools.Sweep;
using ManualVae.Training;

namespace ManualVae.Tools.Report;

/// <summary>The folder of a sweep: the best trial, what was spent, curves, the metric against each setting, all trials.</summary>
internal static class SweepReport
{
    /// <summary>True for the folder of a sweep.</summary>
    public static bool Is(string folder) => File.Exists(Path.Combine(folder, SweepResult.File));

    /// <summary>Its sections.</summary>
    /// <exception cref="InputException">The file is damaged.</exception>
    public static IEnumerable<ReportSection> Of(string folder, Links links)
    {
        var sweep = SweepResult.Read(Path.Combine(folder, SweepResult.File));
        string metric = sweep.ValidationMetric;
        var trials = sweep.Trials.OrderByDescending(t => t.Validation ?? double.NegativeInfinity).ToList();
        string[] names = [.. trials.SelectMany(t => t.Settings.Keys).Distinct()];
        if (trials.FirstOrDefault(t => t.Validation is not null) is { } first) yield return Best(folder, sweep, first, trials);
        if (sweep.Search?.Rungs is { Count: > 1 } rungs) yield return new("Rungs", Rungs(rungs, metric, trials));
        if (Curves(folder, metric, trials) is { } curves)
            yield return new("Curves of the trials", Html.Figures([curves.ToSvg()]));
        yield return new($"{metric} by setting", Html.Figures(names.Select(name => Against(name, metric, trials) with
        {
            Subtitle = names.Length > 1 ? "One mark or bar a value; the other settings vary too" : null,
        }).Select(figure => figure.ToSvg())));
        bool spread = trials.Any(t => t.Spread is not null);
        yield return new("All trials", Html.Card(Html.Table("Trials, the best first",
            ["trial", $">validation {metric}", .. spread ? [">spread"] : Array.Empty<string>(), ">best epoch", ">epochs",
                .. names.Select(n => $">{n}")],
            trials.Select((t, i) => (IReadOnlyList<string>)
            [
                links.To(Path.Combine(folder, Readable.Folder(t.Run), "run.json"), $"{(t.Number > 0 ? t.Number : i + 1)}"),
                t.Validation is double value ? $"{value:0.0000}" : $"failed: {Html.Escape(t.Failed ?? "no value")}",
                .. spread ? [t.Spread is double s ? $"{s:0.0000}" : "–"] : Array.Empty<string>(),
                t.BestEpoch > 0 ? $"{t.BestEpoch}" : "–",
                t.Epochs > 0 ? $"{t.Epochs}" : "–",
                .. names.Select(n => Html.Escape(t.Settings.GetValueOrDefault(n) ?? "")),
            ]))) + $"<p class=\"muted\">Numbers: {links.To(Path.Combine(folder, SweepResult.File), SweepResult.File)}</p>\n");
    }

    private static ReportSection Best(string folder, SweepResult sweep, Trial first, List<Trial> trials)
    {
        string run = Path.Combine(folder, Readable.Folder(first.Run)), preset = Path.Combine(folder, SweepResult.BestFile);
        var facts = new List<(string, string)> { ("Model", sweep.Model) };
        if (sweep.Preset is not null) facts.Add(("Preset", sweep.Preset));
        facts.Add(($"Validation {sweep.ValidationMetric}", $"{first.Validation:0.0000}"
            + (first.Spread is double spread ? $" ± {spread:0.0000} over seeds" : "")));
        facts.AddRange(first.Settings.Select(s => (s.Key, s.Value)));
        int failed = trials.Count(t => t.Failed is not null);
        facts.Add(("Trials", $"{trials.Count:#,0}" + (failed > 0 ? $", of which {failed:#,0} failed" : "")));
        if (sweep is { Search: { } search, Spent: { } spent })
        {
            facts.Add(("Chosen by", $"{search.Sampler}".ToLowerInvariant() + (search.Rungs is null ? "" : ", halving")));
            facts.Add(("Spent", $"{spent.Epochs:#,0} epochs" + (search.BudgetEpochs is int budget ? $" of {budget:#,0}" : "")
                + (spent.Finished ? "" : "; the search is not finished")));
        }
        string next = "<p>The sweep judged by the validation part alone. Next, the test part: "
            + $"{Html.Command($"manualvae evaluate --run {run}")}; all about the run: "
            + $"{Html.Command($"manualvae report {run}")}.</p>\n";
        if (!File.Exists(Path.Combine(run, "run.json"))) return new("Best trial", Html.Card(Html.Facts(facts)) + next);
        var manifest = RunFolder.Open(run).Manifest;
        string fromFile = $"manualvae train --data {manifest.Data} --output runs/best --preset {preset}";
        string same = File.Exists(preset) ? $"; the same from the file: {Html.Command(fromFile)}" : "";
        return new("Best trial", Html.Card(Html.Facts(facts)) + next
            + $"<p>Its settings as a command: {Html.Command(CommandText.Train(manifest, "runs/best"))}{same}.</p>\n");
    }

    private static string Rungs(IReadOnlyList<int> rungs, string metric, List<Trial> trials) => Html.Card(Html.Table(
        "Trials that reached each rung", ["rung", ">epochs", ">trials", ">ended here", $">best {metric} of these"],
        rungs.Select((epochs, k) =>
        {
            var ended = trials.Where(t => t.Rung == k + 1).ToList();
            return (IReadOnlyList<string>)[$"{k + 1}", $"{epochs}", $"{trials.Count(t => t.Rung > k)}", $"{ended.Count}",
                ended.Max(t => t.Validation) is double best ? $"{best:0.0000}" : "–"];
        })));

    /// <summary>The validation metric of each trial over its epochs; null where there are none.</summary>
    private static Chart? Curves(string folder, string metric, List<Trial> trials)
    {
        var series = new List<Series>();
        foreach (var trial in trials.Where(t => t.Validation is not null))
        {
            string run = Path.Combine(folder, Readable.Folder(trial.Run));
            if (!File.Exists(Path.Combine(run, "run.json"))) continue;
            var epochs = RunFolder.Open(run).ReadMetrics().Where(epoch => epoch.Validation is not null).ToList();
            if (epochs.Count == 0) continue;
            series.Add(new LineSeries(series.Count == 0 ? "best trial" : series.Count == 1 ? "the others" : "",
                [.. epochs.Select(epoch => (double)epoch.Epoch)], [.. epochs.Select(epoch => epoch.Validation!.Value)])
            {
                Colour = series.Count == 0 ? 0 : 1,
            });
        }
        series.Reverse(); // the best lies on top
        return series.Count == 0 ? null : new Chart
        {
            Title = $"{metric} by epoch", X = new("epoch"), Y = new($"validation {metric}"), Series = series,
        };
    }

    /// <summary>Points over an axis for numbers, bars of the best for names.</summary>
    private static Figure Against(string name, string metric, List<Trial> trials)
    {
        var with = trials.Where(t => t.Settings.ContainsKey(name) && t.Validation is not null).ToList();
        double[] values = [.. with.Select(t => Number(t.Settings[name]))];
        double[] y = [.. with.Select(t => t.Validation!.Value)];
        string title = $"{metric} and {name}";
        if (values.Length > 0 && values.All(double.IsFinite))
            return new Chart
            {
                Title = title, Y = new($"validation {metric}"),
                X = new(name) { Log = values.Min() > 0 && values.Max() / values.Min() > 20 },
                Series = [new ScatterSeries("", values, y)],
                Rules = [new($"best: {values[Array.IndexOf(y, y.Max())]}", values[Array.IndexOf(y, y.Max())], Vertical: true)],
            };
        var groups = with.GroupBy(t => t.Settings[name]).ToList();
        return new BarChart
        {
            Title = title, Value = new($"validation {metric}"),
            Categories = [.. groups.Select(g => g.Key)],
            Series = [new("", [.. groups.Select(g => g.Max(t => t.Validation!.Value))])], Format = "0.0000",
        };
    }

    private static double Number(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) ? value : double.NaN;
}
