using System.Text.Json;
using System.Text.Json.Nodes;
using ManualVae.Data;
using ManualVae.Evaluation;
using ManualVae.Tools.Charts;
using ManualVae.Tools.Settings;
using ManualVae.Training;

namespace ManualVae.Tools.Report;

/// <summary>The sections of one run: its settings, its training and its studies.</summary>
internal static class RunSections
{
    /// <summary>The sections. If there are several runs, the titles begin with the run's name.</summary>
    public static IEnumerable<ReportSection> Of(ReportedRun run, bool several)
    {
        if (run.Folder is null)
        {
            yield return new(several ? run.Name : "Predictions", Facts(run.Results!));
            yield break;
        }
        yield return new(several ? run.Name : "Run", Facts(run, run.Folder.Manifest) + Settings(run.Folder.Manifest));
        if (run.Epochs.Count > 0) yield return new(several ? $"{run.Name}: training" : "Training",
            Html.Figures(Curves(run).Select(f => f.ToSvg())));
        foreach (var study in Studies(run)) yield return study with
        {
            Title = several ? $"{run.Name}: {study.Title}" : char.ToUpperInvariant(study.Title[0]) + study.Title[1..]
        };
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
            facts.Add(("Epochs", run.Epochs.LastOrDefault(e => e.Best) is { } best ? $"{last.Epoch}, the best is {best.Epoch}"
                : $"{last.Epoch}"));
            facts.Add(("Training time", Readable.Clock(TimeSpan.FromSeconds(run.Epochs.Sum(e => e.Seconds)))));
            facts.Add(("Speed", $"{Quantiles.Of(run.Epochs.Select(e => e.UsersPerSecond), 0.5):#,0} users/s"));
        }
        if (manifest.BaselineSettings is null) facts.Add(("Seed", $"{manifest.Settings.Seed}"));
        if (manifest.Backend.Length > 0) facts.Add(("Device", manifest.Backend));
        return $"<div class=\"card\">{Html.Facts(facts)}</div>\n";
    }

    private static string Settings(RunManifest manifest)
    {
        var settings = manifest.Members is { } members
            ? [.. members.Select(member => KeyValuePair.Create(member.Run, (JsonNode?)member.Weight))]
            : manifest.BaselineSettings is { } own
            ? Models.Baselines.BaselineCatalogue.Complete(manifest.Model, own)
            : JsonSerializer.SerializeToNode(manifest.Settings, RunSettings.Json)!.AsObject();
        string deviations = manifest.Deviations.Count == 0
            ? manifest.Preset is null ? ""
                : $"<p>Settings of the preset <code>{Html.Escape(manifest.Preset)}</code>, unchanged.</p>"
            : $"<p>{Readable.Count(manifest.Deviations.Count, "deviation")} from "
                + (manifest.Preset is null ? "the defaults" : $"the preset <code>{Html.Escape(manifest.Preset)}</code>") + ":</p>"
                + "<div class=\"card\">" + Html.Table(["setting", ">preset", ">this run"], manifest.Deviations.Select(Deviation))
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
        yield return ByEpoch("β, the weight of the KL", null, new("β") { Min = 0 }, Line("", e => e.Beta));
        if (epochs.Any(e => e.AnchorSpread is not null))
            yield return ByEpoch("Anchors", "Both spreads near 0 would be the degenerate solution",
                new("root mean square distance"), Line("anchors from their mean", e => e.AnchorSpread ?? double.NaN),
                Line("posterior means from theirs", e => e.MeanSpread ?? double.NaN));
    }

    private static Chart ByEpoch(string title, string? subtitle, Axis y, params LineSeries[] series) =>
        new() { Title = title, Subtitle = subtitle, X = new("epoch"), Y = y, Series = series };

    /// <summary>The figures of the studies in <c>studies/NAME</c>, and the paths of their numbers.</summary>
    private static IEnumerable<ReportSection> Studies(ReportedRun run)
    {
        string studies = Path.Combine(run.Folder!.Path, "studies");
        if (!Directory.Exists(studies)) yield break;
        foreach (string folder in Directory.EnumerateDirectories(studies).Order(StringComparer.Ordinal))
        {
            string name = Path.GetFileName(folder);
            var files = Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal).ToList();
            var figures = files.Where(f => f.EndsWith(".svg", StringComparison.Ordinal)).Select(File.ReadAllText).ToList();
            var numbers = files.Where(f => Path.GetExtension(f) is ".json" or ".csv")
                .Select(f => $"<code>{Html.Escape(Path.GetRelativePath(run.Folder.Path, f))}</code>");
            string summary = Summary(Path.Combine(folder, "results.json"));
            if (figures.Count > 0 || summary.Length > 0)
                yield return new($"study {name}",
                    $"{summary}{Html.Figures(figures)}<p class=\"muted\">Numbers: {string.Join(", ", numbers)}</p>\n");
        }
    }

    /// <summary>The plain values at the top of a study's <c>results.json</c>.</summary>
    private static string Summary(string file)
    {
        if (!File.Exists(file)) return "";
        JsonObject? results;
        try
        {
            results = JsonNode.Parse(File.ReadAllText(file)) as JsonObject;
        }
        catch (JsonException problem)
        {
            throw new InputException($"{file}: not JSON; run the study again.", problem);
        }
        var values = (results ?? []).Where(p => p.Value is JsonValue || IsInterval(p.Value))
            .Select(p => (Words(p.Key), Shown(p.Value!))).ToList();
        return values.Count == 0 ? "" : $"<div class=\"card\">{Html.Facts(values)}</div>\n";
    }

    // "meanChange" reads as "mean change".
    private static string Words(string name) => string
        .Concat(name.Select(c => char.IsUpper(c) ? $" {char.ToLowerInvariant(c)}" : $"{c}")).Trim();

    private static bool IsInterval(JsonNode? value) =>
        value is JsonObject { Count: 3 } o && o.ContainsKey("value") && o.ContainsKey("low") && o.ContainsKey("high");

    private static string Shown(JsonNode value) => IsInterval(value)
        ? $"{Shown(value["value"]!)} [{Shown(value["low"]!)}, {Shown(value["high"]!)}]"
        : value.GetValueKind() == JsonValueKind.Number && value.GetValue<JsonElement>() is var number
            && !number.TryGetInt64(out _)
            ? $"{number.GetDouble():G4}" : value.ToString();

    private static string Short(string hash) => hash.Length > 12 ? hash[..12] : hash;
}
