using ManualVae.Evaluation;
using Spectre.Console;

namespace ManualVae.Tools.Runs;

/// <summary>A comparison in the terminal.</summary>
internal static class ComparisonTable
{
    /// <summary>What the stars mean.</summary>
    public const string Stars = "* p < .05, ** p < .01, *** p < .001, of p (Holm).";

    /// <summary>Writes the means of pooled runs, the differences, and what they say.</summary>
    public static void Write(IAnsiConsole console, Comparison comparison)
    {
        if (comparison.Models.Any(model => model.Runs.Count > 1)) WriteMeans(console, comparison);
        console.MarkupLine($"Against [bold]{Markup.Escape(comparison.Baseline.Label)}[/], over the same "
            + $"{Readable.Count(comparison.Baseline.Runs.Users.Length, "user")}");
        WriteDifferences(console, comparison);
        foreach (string found in comparison.Summaries().Concat(comparison.Metrics.SelectMany(comparison.Verdicts)))
            console.MarkupLine(Markup.Escape(found));
        if (comparison.Activity.Count > 0)
            console.MarkupLine("[grey]Groups: users by the clicks that the models are shown of them (fold-in), as equal in size "
                + $"as can be without parting users with as many clicks. {Stars} ±: one standard error.[/]");
        console.MarkupLine(
            "[grey]Interval: percentile bootstrap over users. Holm, BH: the t-test's p, corrected for all comparisons of this "
                + "table. Below 0.05, Holm keeps the chance of any false claim, Benjamini-Hochberg the share of false claims, "
                + "below 5 %.[/]");
    }

    private static void WriteMeans(IAnsiConsole console, Comparison comparison)
    {
        var metrics = comparison.Metrics;
        var means = new FittedTable(["runs", .. metrics.Select(m => $">{m}")]);
        foreach (var model in comparison.Models)
            means.AddRow([$"[bold]{Markup.Escape(model.Label)}[/]", .. metrics.Select(m =>
                Number(model.Runs.Values[m].Average(), "0.0000")
                + (model.Runs.SeedDeviation(m) is var sd && double.IsFinite(sd) ? $" [grey]({Number(sd, "0.0000")})[/]" : ""))]);
        console.MarkupLine("Mean over users [grey](standard deviation over training seeds)[/]");
        means.Write(console);
    }

    private static void WriteDifferences(IAnsiConsole console, Comparison comparison)
    {
        bool grouped = comparison.Rows.Any(row => row.Group != PairedComparison.AllUsers), active = comparison.Activity.Count > 0;
        var table = new FittedTable(["metric", "run", .. grouped ? new[] { active ? "clicks shown" : "clicks", ">users" } : [],
            ">mean", ">baseline", ">difference", ">95 % interval", ">p (t)", ">p (Wilcoxon)", ">p (Holm)", ">q (BH)"])
        {
            MayDrop = active ? ["p (Wilcoxon)", "q (BH)", "p (t)", "95 % interval", "users"]
                : ["p (Wilcoxon)", "p (t)", "q (BH)", "baseline", "mean", "users"],
        };
        foreach (var row in comparison.Rows)
        {
            string colour = row.AdjustedP >= 0.05 ? "grey" : !Metric.Parse(row.Metric).LargerIsBetter ? "yellow"
                : row.Difference > 0 ? "green" : "red";
            table.AddRow([
                row.Metric, $"[bold]{Markup.Escape(comparison.LabelOf(row))}[/]",
                .. grouped ? new[] { row.Group, row.Users.ToString("#,0") } : [],
                Mean(row.Mean, row.MeanError), Mean(row.BaselineMean, row.BaselineError),
                $"[{colour}]{Readable.Signed(row.Difference)}[/]",
                $"{Readable.Signed(row.Low)} … {Readable.Signed(row.High)}",
                P(row.TTestP), P(row.WilcoxonP), $"[{colour}]{P(row.AdjustedP)}{(active ? $" {row.Stars,-3}" : "")}[/]",
                P(row.FalseDiscoveryP)]);
        }
        table.Write(console);

        string Mean(double mean, double error) =>
            Number(mean, "0.0000") + (active ? $" [grey]± {Number(error, "0.0000")}[/]" : "");
    }

    private static string Number(double value, string format) => value.ToString(format);

    /// <summary>A probability for people.</summary>
    public static string P(double p) => p < 0.0001 ? "< 0.0001" : Number(p, "0.0000");
}
