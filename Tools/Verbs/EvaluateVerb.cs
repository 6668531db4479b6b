using System.CommandLine;
using System.Globalization;
using ManualVae.Data;
using ManualVae.Evaluation;
using ManualVae.Tools.Runs;
using Spectre.Console;

namespace ManualVae.Tools.Verbs;

/// <summary>
/// <c>manualvae evaluate</c>: measures a run on held-out clicks and writes <c>results.json</c>, or measures what another system
/// predicted.
/// </summary>
internal static class EvaluateVerb
{
    public static Command Create()
    {
        var run = Flags.Run();
        run.Required = false;
        var predictions = new Option<string?>("--predictions")
        {
            Description = "Measure another system's lists instead of a run, on the dataset --data: columns user, item, score or "
                + "rank (CSV or TSV, with or without a header; the order of the lines where there is neither).",
            HelpName = "file",
        };
        var heldOut = new HeldOutFlags();
        var perUser = new Option<string?>("--per-user")
        {
            Description = $"Write each user's values into this file (tab-separated). {OutputFile.Help}", HelpName = "file",
        };
        var output = new Option<string?>("--output")
        {
            Description = "Write the results here. [default: results.json in the run; predictions: nowhere]", HelpName = "file",
        };
        var (ranks, part, merge) = (Flags.Ranks(), MergedParts.Part(), MergedParts.Merge());
        var json = Flags.Json();
        var model = new ModelFlags();
        return Verb.Create("evaluate", "Measure a run, or a file of predictions, on held-out clicks.", parsed =>
        {
            var (folder, file) = (parsed.GetValue(run), parsed.GetValue(predictions));
            if (parsed.GetValue(merge) is { Length: > 0 } files)
            {
                if (folder is not null || file is not null)
                    throw new InputException("--merge reads what was measured; leave out --run and --predictions.");
                var (users, means) = MergedParts.Read(files);
                MergedParts.Print(users, means, parsed.GetValue(json));
                return ExitCode.Done;
            }
            Part? block = parsed.GetValue(part) is { } text ? Part.Parse(text) : null;
            if (block is not null && (file is not null || parsed.GetValue(perUser) is null))
                throw new InputException("--part needs --run FOLDER, and --per-user FILE for the values that --merge reads.");
            if (folder is null == file is null)
                throw new InputException("evaluate needs --run FOLDER, or --predictions FILE with --data FOLDER.");
            MeasuredLists measured;
            string? results = parsed.GetValue(output), values = parsed.GetValue(perUser);
            OutputFile.RefuseTwo("--per-user", values, parsed.GetValue(json));
            OutputFile.RefuseTwo("--output", results, parsed.GetValue(json));
            if (file is null)
            {
                Session.Join(parsed.GetValue(ranks)!);
                using var trained = model.Open(parsed, folder!);
                if (block is not null && trained.Fitted.KnowsTrainingUsersOnly)
                    throw new InputException($"--part: {trained.Fitted.Name} knows users by their place; measure it as a whole.");
                measured = heldOut.Evaluate(parsed, trained, block);
                if (results is null && block is null) EvaluationRecord.Save(trained, measured);
                if (!Session.Ranks.IsFirst) return ExitCode.Done;
            }
            else
            {
                string data = model.Data(parsed)
                    ?? throw new InputException("--predictions needs --data FOLDER, whose held-out clicks it predicts.");
                measured = heldOut.Evaluate(parsed, file, PreparedDataset.Open(data));
            }
            if (results is not null) OutputFile.WriteText(results, measured.Document.ToJson() + "\n");
            if (values is not null)
                OutputFile.WriteText(values, PerUserFile.Text(measured.Result, measured.Part, measured.Data.UserIds));
            if (parsed.GetValue(json)) Console.Out.WriteLine(measured.Document.ToJson());
            else WriteTable(OutputFile.IsStandardOutput(values) || OutputFile.IsStandardOutput(results)
                ? Terminal.Messages : Terminal.Results, measured.Document, measured.Result);
            return ExitCode.Done;
        }, [run, predictions, .. heldOut.Options, perUser, part, merge, output, ranks, json, .. model.Options]);
    }

    private static void WriteTable(IAnsiConsole console, ResultsDocument document, EvaluationResult result)
    {
        var table = Terminal.Table("metric", ">mean", ">± standard error", "definition");
        foreach (var metric in result.Metrics)
            table.AddRow(
                $"[bold]{metric.Metric}[/]", metric.Mean.ToString("0.0000", CultureInfo.InvariantCulture),
                metric.StandardError?.ToString("0.0000", CultureInfo.InvariantCulture) ?? "",
                $"[grey]{Markup.Escape(metric.Metric.Definition)}[/]");
        string protocol = document.Protocol is { } given ? $", protocol {given}" : "";
        console.MarkupLine(FormattableString.Invariant(
            $"[bold]{Markup.Escape(document.Model)}[/] on {document.Split}{protocol}: {Readable.Count(document.Users, "user")}")
            + Count(document.SkippedUsers, "skipped (nothing held out)")
            + Count(document.EmptyFoldIn, "ranked without knowledge (no clicks shown)"));
        console.Write(table);
    }

    private static string Count(int users, string what) =>
        users == 0 ? "" : FormattableString.Invariant($", {users:#,0} {what}");
}
