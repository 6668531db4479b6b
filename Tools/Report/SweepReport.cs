using System.Globalization;
using System.Text.Json;
using ManualVae.Data;
using ManualVae.Tools.Charts;
using ManualVae.Tools.Sweep;

namespace ManualVae.Tools.Report;

/// <summary>The folder of a sweep: the best trial, the metric against each setting, all trials.</summary>
internal static class SweepReport
{
    /// <summary>True for the folder of a sweep.</summary>
    public static bool Is(string folder) => File.Exists(Path.Combine(folder, "sweep.json"));

    /// <summary>Its sections.</summary>
    /// <exception cref="InputException">The file is damaged.</exception>
    public static IEnumerable<ReportSection> Of(string folder, Links links)
    {
        var sweep = Read(Path.Combine(folder, "sweep.json"));
        string metric = sweep.ValidationMetric;
        var trials = sweep.Trials.OrderByDescending(t => t.Validation ?? double.NegativeInfinity).ToList();
        string[] names = [.. trials.SelectMany(t => t.Settings.Keys).Distinct()];
        if (trials.FirstOrDefault(t => t.Validation is not null) is { Validation: double best } first)
        {
            string run = Path.Combine(folder, Readable.Folder(first.Run));
            yield return new("Best trial", Html.Card(Html.Facts([("Model", sweep.Model),
                .. sweep.Preset is string preset ? [("Preset", preset)] : Array.Empty<(string, string)>(),
                ($"Validation {metric}", $"{best:0.0000}"), .. first.Settings.Select(s => (s.Key, s.Value)),
                ("Trials", $"{trials.Count:#,0}" + (trials.Count(t => t.Failed is not null) is > 0 and int failed
                    ? $", of which {failed:#,0} failed" : ""))]))
                + "<p>The sweep judged by the validation part alone. Next, the test part: "
                + $"{Html.Command($"manualvae evaluate --run {run}")}; all about the run: "
                + $"{Html.Command($"manualvae report {run}")}.</p>\n");
        }
        yield return new($"{metric} by setting", Html.Figures(names.Select(name => Against(name, metric, trials) with
        {
            Subtitle = names.Length > 1 ? "One mark or bar a value; the other settings vary too" : null,
        }).Select(figure => figure.ToSvg())));
        yield return new("All trials", Html.Card(Html.Table("Trials, the best first",
            ["trial", $">validation {metric}", ">best epoch", .. names.Select(n => $">{n}")],
            trials.Select((t, i) => (IReadOnlyList<string>)
            [
                links.To(Path.Combine(folder, Readable.Folder(t.Run), "run.json"), $"{i + 1}"),
                t.Validation is double value ? $"{value:0.0000}" : $"failed: {Html.Escape(t.Failed ?? "no value")}",
                t.BestEpoch > 0 ? $"{t.BestEpoch}" : "–",
                .. names.Select(n => Html.Escape(t.Settings.GetValueOrDefault(n) ?? "")),
            ]))) + $"<p class=\"muted\">Numbers: {links.To(Path.Combine(folder, "sweep.json"), "sweep.json")}</p>\n");
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

    /// <summary>Reads a <c>sweep.json</c>.</summary>
    /// <exception cref="InputException">It is damaged.</exception>
    public static Document Read(string file)
    {
        try
        {
            return JsonSerializer.Deserialize<Document>(File.ReadAllText(file), Terminal.Json)
                is { Trials: not null, Model: not null, ValidationMetric: not null } sweep
                ? sweep : throw new JsonException("it has no trials");
        }
        catch (JsonException problem)
        {
            throw new InputException($"{file}: no readable sweep ({problem.Message}); run the sweep again.", problem);
        }
    }

    /// <summary>What a sweep leaves.</summary>
    public sealed record Document(string Model, string? Preset, string ValidationMetric, IReadOnlyList<Trial> Trials);
}
