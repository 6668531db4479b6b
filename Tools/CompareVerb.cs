using System.CommandLine;
using System.Globalization;
using ManualVae.Data;
using ManualVae.Evaluation;
using Spectre.Console;

namespace ManualVae.Tools;

/// <summary><c>manualvae compare</c>: paired differences over the same users, with intervals and corrected
/// significance.</summary>
internal static class CompareVerb
{
    public static Command Create()
    {
        var runs = new Argument<string[]>("RUN") { Description = "Run folders; each is compared with the first.",
            Arity = ArgumentArity.OneOrMore };
        var split = EvaluateVerb.Split();
        var metrics = EvaluateVerb.Metrics();
        var seed = new Option<ulong>("--seed") { Description = "Seed of the bootstrap.", HelpName = "n" };
        var json = Verb.Json();
        var model = new TrainedModel.Flags();
        return Verb.Create("compare",
            "Paired differences of runs from the first one, with confidence intervals and corrected significance.", parsed =>
        {
            string[] folders = parsed.GetValue(runs)!;
            if (folders.Length < 2) throw new InputException("compare needs at least two runs; the first is the baseline.");
            var values = new List<(string Name, IReadOnlyDictionary<string, double[]> Values)>();
            int users = 0;
            string? dataHash = null;
            foreach (string folder in folders)
            {
                using var trained = model.Open(parsed, folder);
                if ((dataHash ??= trained.Data.ManifestHash) != trained.Data.ManifestHash)
                    throw new InputException(
                        $"{folder}: was trained on other data than {folders[0]}; a paired comparison needs the same users. Pass --data DIR.");
                Console.Error.WriteLine($"evaluating {folder}");
                var result = EvaluateVerb.Evaluate(trained, TrainedModel.Part(trained.Data, parsed.GetValue(split)!),
                    parsed.GetValue(metrics));
                users = result.Users;
                values.Add((folder, result.Metrics.Where(m => m.PerUser is not null)
                    .ToDictionary(m => m.Metric.Name, m => m.PerUser!)));
            }
            var rows = PairedComparison.WithFirst(values, parsed.GetValue(seed));
            if (parsed.GetValue(json)) Terminal.WriteJson(
                new { baseline = folders[0], split = parsed.GetValue(split), users, comparisons = rows });
            else WriteTable(folders[0], users, rows);
            return Program.Done;
        }, [runs, split, metrics, seed, json, .. model.Options]);
    }

    private static void WriteTable(string baseline, int users, IReadOnlyList<PairedComparison> rows)
    {
        var table = Terminal.Table("metric", "run", ">mean", ">baseline", ">difference", ">95 % interval", ">p (t)",
            ">p (Wilcoxon)", ">p (Holm)");
        foreach (var row in rows)
        {
            string colour = row.AdjustedP >= 0.05 ? "grey" : row.Difference > 0 ? "green" : "red";
            table.AddRow(
                row.Metric, $"[bold]{Markup.Escape(row.Model)}[/]", Number(row.Mean, "0.0000"),
                    Number(row.BaselineMean, "0.0000"),
                $"[{colour}]{Number(row.Difference, "+0.0000;-0.0000;0.0000")}[/]",
                    $"{Number(row.Low, "+0.0000;-0.0000")} … {Number(row.High, "+0.0000;-0.0000")}",
                P(row.TTestP), P(row.WilcoxonP), $"[{colour}]{P(row.AdjustedP)}[/]");
        }
        var console = Terminal.Results;
        console.MarkupLine(string.Create(CultureInfo.InvariantCulture,
            $"Against [bold]{Markup.Escape(baseline)}[/], over the same {users:#,0} users"));
        console.Write(table);
        console.MarkupLine(
            "[grey]Interval: percentile bootstrap over users. Holm: the t-test's p, corrected for all comparisons of this table.[/]");
    }

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    private static string P(double p) => p < 0.0001 ? "< 0.0001" : Number(p, "0.0000");
}
