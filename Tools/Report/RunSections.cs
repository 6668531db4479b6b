using ManualVae.Evaluation;
using ManualVae.Tools.Charts;
using ManualVae.Tools.Runs;
using ManualVae.Tools.Settings;
using ManualVae.Training;

namespace ManualVae.Tools.Report;

/// <summary>The sections of one run: its settings, its training and its studies.</summary>
internal static class RunSections
{
    /// <summary>The sections. If there are several runs, the titles begin with the run's name.</summary>
    public static IEnumerable<ReportSection> Of(ReportedRun run, bool several, bool withExamples, Links links)
    {
        if (run.Folder is null)
        {
            yield return new(several ? run.Name : "Predictions", Facts(run.Evaluations[0].Results));
            yield break;
        }
        string examples = withExamples && ExamplesSection.Of(run) is string five ? Html.Details("Five users", five) : "";
        yield return new(several ? run.Name : "Run", Facts(run, run.Folder.Manifest) + Settings(run.Folder.Manifest) + examples
            + Files(run.Folder, links));
        if (run.Epochs.Count > 0) yield return new(several ? $"{run.Name}: training" : "Training",
            Html.Figures(Curves(run).Select(f => f.ToSvg())));
        foreach (var study in StudySection.Of(run, links))
            yield return study with { Title = several ? $"{run.Name}: {study.Title}" : study.Title };
    }

    private static string Files(RunFolder run, Links links)
    {
        string evaluations = Path.Combine(run.Path, EvaluationRecord.Folder);
        string[] names = ["run.json", "metrics.jsonl", "results.json", .. !Directory.Exists(evaluations) ? []
            : Directory.EnumerateFiles(evaluations, "*.json").Order(StringComparer.Ordinal)
                .Select(f => $"{EvaluationRecord.Folder}/{Path.GetFileName(f)}")];
        return "<p class=\"muted\">Files: " + string.Join(", ", names.Where(n => File.Exists(Path.Combine(run.Path, n)))
            .Select(n => links.To(Path.Combine(run.Path, n), n))) + "</p>\n";
    }

    private static string Facts(ResultsDocument results)
    {
        var facts = new List<(string, string)> { ("Model", results.Model), ("Data", Path.GetFileName(results.Data)) };
        if (results.Predictions is { } counts)
        {
            facts.Add(("Predictions", $"{counts.Lines:#,0} for {Readable.Count(counts.Users, "user")}"));
            facts.Add(("Evaluated without a list", Readable.Count(counts.MissingUsers, "user")));
        }
        return $"<div class=\"card\">{Html.Facts(facts)}</div>\n";
    }

    private static string Facts(ReportedRun run, RunManifest manifest)
    {
        var facts = new List<(string, string)> { ("Model", manifest.Model), ("Data", Path.GetFileName(manifest.Data)),
            ("Data hash", Short(manifest.DataHash)) };
        if (manifest.Parameters > 0) facts.Add(("Weights", $"{manifest.Parameters:#,0}"));
        if (run.Epochs.Count > 0)
        {
            var last = run.Epochs[^1];
            var best = run.Epochs.LastOrDefault(e => e.Best);
            facts.Add(("Epochs", best is null ? $"{last.Epoch}" : $"{last.Epoch}, the best is {best.Epoch}"));
            if (best?.Validation is double validation)
                facts.Add(($"Validation {manifest.Settings.ValidationMetric}", $"{validation:0.0000}"));
            facts.Add(("Training time", Readable.Clock(TimeSpan.FromSeconds(run.Epochs.Sum(e => e.Seconds)))));
            facts.Add(("Speed", $"{Quantiles.Of(run.Epochs.Select(e => e.UsersPerSecond), 0.5):#,0} users/s"));
        }
        if (manifest.BaselineSettings is null) facts.Add(("Seed", $"{manifest.Settings.Seed}"));
        if (manifest.Backend.Length > 0) facts.Add(("Device", manifest.Backend));
        return $"<div class=\"card\">{Html.Facts(facts)}</div>\n";
    }

    private static string Settings(RunManifest manifest)
    {
        var settings = manifest.CompleteSettings();
        string deviations = manifest.Deviations.Count == 0
            ? manifest.Preset is null ? ""
                : $"<p>Settings of the preset <code>{Html.Escape(manifest.Preset)}</code>, unchanged.</p>"
            : $"<p>{Readable.Count(manifest.Deviations.Count, "deviation")} from "
                + (manifest.Preset is null ? "the defaults" : $"the preset <code>{Html.Escape(manifest.Preset)}</code>") + ":</p>"
                + "<div class=\"card\">" + Html.Table("Deviations", ["setting", ">preset", ">this run"],
                    manifest.Deviations.Select(Deviation))
                    + "</div>";
        return deviations + (settings.Count == 0 ? "" : Html.Details("All settings",
            $"<div class=\"card\">{Html.Facts(settings.Select(s => (s.Key, SettingText.Write(s.Value))))}</div>"));
    }

    private static IReadOnlyList<string> Deviation(string text)
    {
        // "name: preset -> run"
        var (name, values) = (text[..text.IndexOf(':')], text[(text.IndexOf(':') + 1)..].Split("->"));
        return [$"<code>{Html.Escape(name)}</code>", Html.Escape(values[0].Trim()),
            $"<strong>{Html.Escape(values[^1].Trim())}</strong>"];
    }

    private static IEnumerable<Figure> Curves(ReportedRun run)
    {
        var epochs = run.Epochs;
        var settings = run.Folder!.Manifest.Settings;
        double[] x = [.. epochs.Select(e => (double)e.Epoch)];
        LineSeries Line(string name, Func<EpochMetrics, double> value, bool dashed = false) =>
            new(name, x, [.. epochs.Select(value)]) { Dashed = dashed };
        if (epochs.Any(e => e.Validation is not null))
            yield return ByEpoch($"Validation {settings.ValidationMetric}", null, new(settings.ValidationMetric),
                Line("", e => e.Validation ?? double.NaN)) with
            {
                Rules = epochs.LastOrDefault(e => e.Best) is { } best
                    ? [new($"best: epoch {best.Epoch}, {best.Validation:0.0000}", best.Epoch, Vertical: true)] : [],
            };
        bool variational = settings.Model != "multdae";
        var reconstruction = Line("reconstruction", e => e.Reconstruction);
        yield return ByEpoch("Loss", "Mean over training users", new("loss", "nats"),
            variational ? [reconstruction, Line("total", e => e.Loss, dashed: true)] : [reconstruction]);
        if (!variational) yield break;
        yield return ByEpoch("KL divergence, unweighted", "How much the latent code says of a user: near 0 is collapse",
            new("KL", "nats"), Line("", e => e.Kl));
        yield return ByEpoch("β, the weight of the KL", null, new("β") { Min = 0 }, Line("", e => e.Beta)) with
        {
            Rules = Target(settings) is double target ? [new($"target {target}", target)] : [],
        };
        if (epochs.Any(e => e.AnchorSpread is not null))
            yield return ByEpoch("Anchors", "Both spreads near 0 would be the degenerate solution",
                new("root mean square distance"), Line("anchors from their mean", e => e.AnchorSpread ?? double.NaN),
                Line("posterior means from theirs", e => e.MeanSpread ?? double.NaN));
    }

    /// <summary>What beta rises to; null if it does not rise.</summary>
    private static double? Target(RunSettings settings) => settings.BetaSchedule switch
    {
        BetaScheduleKind.Constant => null,
        BetaScheduleKind.Anneal or BetaScheduleKind.Hold => 1,
        _ => settings.Beta,
    };

    private static Chart ByEpoch(string title, string? subtitle, Axis y, params LineSeries[] series) =>
        new() { Title = title, Subtitle = subtitle, X = new("epoch"), Y = y, Series = series };

    private static string Short(string hash) => hash.Length > 12 ? hash[..12] : hash;
}
