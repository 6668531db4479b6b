using ManualVae.Data;
using ManualVae.Evaluation;
using ManualVae.Tools.Runs;

namespace ManualVae.Tools.Report;

/// <summary>A comparison as a page, or its figure by activity alone.</summary>
internal static class ComparisonPage
{
    /// <summary>Refuses a file that cannot be written so; call it before the work.</summary>
    /// <exception cref="InputException">Neither page nor figure, or a figure without groups.</exception>
    public static void Check(string path, bool grouped)
    {
        if (Directory.Exists(path)) throw new InputException($"--output {path}: is a folder; give the name of a file.");
        if (IsFigure(path) && !grouped)
            throw new InputException($"--output {path}: the figure is of groups of users; add --by-activity.");
        if (!IsFigure(path) && !IsPage(path) && !OutputFile.IsStandardOutput(path))
            throw new InputException($"--output {path}: give a name that ends in .html or .svg.");
    }

    /// <summary>Writes the file.</summary>
    /// <param name="path">Ends in .html or .svg; - is the page on standard output.</param>
    /// <param name="comparison">What to show.</param>
    /// <param name="split">The part of the data.</param>
    public static void Write(string path, Comparison comparison, string split)
    {
        if (IsFigure(path))
        {
            string metric = comparison.Metrics[0];
            OutputFile.WriteText(path, ActivityGroups.Figures(
                metric, Values(comparison, metric), comparison.Activity, Labelled(comparison)).First().ToSvg());
            return;
        }
        var sections = new List<ReportSection> { new("All users",
            Found(comparison.Summaries()) + Means(comparison) + Differences(comparison)) };
        if (comparison.Activity.Count > 0)
            sections.AddRange(comparison.Metrics.Select(metric => new ReportSection($"{metric} by activity",
                Found(comparison.Verdicts(metric)) + ActivityGroups.Of(
                    metric, Values(comparison, metric), comparison.Activity, Labelled(comparison)))));
        int users = comparison.Baseline.Runs.Users.Length;
        OutputFile.WriteText(path, Page.Write(
            string.Join(" against ", comparison.Models.Skip(1).Select(model => model.Label).Append(comparison.Baseline.Label)),
            $"Paired differences over the same {Readable.Count(users, "user")} of the {split} part", sections,
            "Made by manualvae compare."));
    }

    private static bool IsFigure(string path) => path.EndsWith(".svg", StringComparison.OrdinalIgnoreCase);

    private static bool IsPage(string path) => path.EndsWith(".html", StringComparison.OrdinalIgnoreCase);

    private static (string, double[])[] Values(Comparison comparison, string metric) =>
        [.. comparison.Models.Select(model => (model.Label, model.Runs.Values[metric]))];

    private static PairedComparison[] Labelled(Comparison comparison) =>
        [.. comparison.Rows.Select(row => row with { Model = comparison.LabelOf(row) })];

    private static string Found(IEnumerable<string> sentences) =>
        string.Concat(sentences.Select(found => $"<p class=\"found\">{Html.Escape(found)}</p>\n"));

    private static string Means(Comparison comparison) => "<p>Means over the users with ± one standard error"
        + (comparison.Models.Any(model => model.Runs.Count > 1) ? "; a user's value is the mean over the runs of a recipe "
            + "(training seeds, divisions of the data), and in brackets is the standard deviation over training seeds" : "")
        + ".</p>\n"
        + Html.Card(Html.Table("Means over all users", ["runs", .. comparison.Metrics.Select(metric => $">{metric}")],
            comparison.Models.Select(model => (IReadOnlyList<string>)[Html.Escape(model.Label),
                .. comparison.Metrics.Select(metric => Mean(model.Runs, metric))])));

    private static string Mean(PooledRuns runs, string metric)
    {
        var (mean, error) = MetricResult.MeanOf(runs.Values[metric]);
        return Html.Mean(mean, error) + (runs.SeedDeviation(metric) is var sd && double.IsFinite(sd) ? $" ({sd:0.0000})" : "");
    }

    private static string Differences(Comparison comparison) =>
        $"<p>Differences from <strong>{Html.Escape(comparison.Baseline.Label)}</strong>, paired by user. The interval is a "
        + "bootstrap over users; p is of the paired t-test, after Holm's correction over all metrics, runs and groups here. "
        + $"{Html.Escape(ComparisonTable.Stars)}</p>\n"
        + Html.Card(Html.Table("Differences over all users", ["runs", "metric", ">difference", ">95 % interval", ">p (Holm)"],
            comparison.Rows.Where(row => row.Group == PairedComparison.AllUsers).Select(row => (IReadOnlyList<string>)
            [
                Html.Escape(comparison.LabelOf(row)), Html.Escape(row.Metric), Html.Signed(row.Difference),
                $"{Html.Signed(row.Low)} to {Html.Signed(row.High)}", $"{Html.P(row.AdjustedP)} {row.Stars}".TrimEnd(),
            ])));
}
