using System.CommandLine;
using System.Globalization;
using ManualVae.Evaluation;
using ManualVae.Tools.Runs;
using Spectre.Console;

namespace ManualVae.Tools.Verbs;

/// <summary><c>manualvae evaluate</c>: measures a run on held-out clicks and writes <c>results.json</c>.</summary>
internal static class EvaluateVerb
{
    public static Command Create()
    {
        var run = Flags.Run();
        var split = HeldOut.Split();
        var input = HeldOut.Input();
        var metrics = HeldOut.Metrics();
        var perUser = new Option<string?>("--per-user")
        {
            Description = "Write each user's values into this file (tab-separated).", HelpName = "file",
        };
        var json = Flags.Json();
        var model = new ModelFlags();
        return Verb.Create("evaluate", "Measure a run on held-out clicks; writes results.json into the run.", parsed =>
        {
            using var trained = model.Open(parsed, parsed.GetValue(run)!);
            var (name, shown) = (parsed.GetValue(split)!, parsed.GetValue(input)!);
            var part = HeldOut.Part(trained.Data, name, shown);
            RunData.NoteUsersWithoutClicks(trained.Folder.Manifest.Model, part);
            var result = HeldOut.Evaluate(trained, part, parsed.GetValue(metrics));
            var document = HeldOut.Document(trained, result, name) with { Input = shown == "all" ? null : shown };
            document.Save(trained.Folder.Results);
            if (parsed.GetValue(perUser) is string file) PerUserFile.Write(file, result, part, trained.Data.UserIds);
            if (parsed.GetValue(json)) Console.Out.WriteLine(document.ToJson());
            else WriteTable(document, result);
            return ExitCode.Done;
        }, [run, split, input, metrics, perUser, json, .. model.Options]);
    }

    private static void WriteTable(ResultsDocument document, EvaluationResult result)
    {
        var console = Terminal.Results;
        var table = Terminal.Table("metric", ">mean", ">± standard error", "definition");
        foreach (var metric in result.Metrics)
            table.AddRow(
                $"[bold]{metric.Metric}[/]", metric.Mean.ToString("0.0000", CultureInfo.InvariantCulture),
                metric.StandardError?.ToString("0.0000", CultureInfo.InvariantCulture) ?? "",
                    $"[grey]{Markup.Escape(metric.Metric.Definition)}[/]");
        string input = document.Input is { } given ? $", input {given}" : "";
        string skipped = document.SkippedUsers > 0 ? FormattableString.Invariant($", {document.SkippedUsers:#,0} skipped ")
            + FormattableString.Invariant($"(nothing held out)") : "";
        console.MarkupLine(FormattableString.Invariant(
            $"[bold]{document.Model}[/] on {document.Split}{input}: {document.Users:#,0} users{skipped}"));
        console.Write(table);
    }
}
