using System.CommandLine;
using System.Diagnostics;
using System.Text.Json.Nodes;
using ManualVae.Data;
using ManualVae.Data.Synthetic;
using ManualVae.Evaluation;
using ManualVae.Serving;
using ManualVae.Tools.Report;
using ManualVae.Tools.Runs;
using ManualVae.Tools.Settings;
using ManualVae.Training;
using Spectre.Console;

namespace ManualVae.Tools.Verbs;

/// <summary><c>manualvae demo</c>: the whole job on the built-in data, from clicks to a report.</summary>
internal static class DemoVerb
{
    private const string Marker = "demo.json", ReportFile = "report.html", DataFolder = "data";

    private static readonly string[] Models = ["multvae", "ease", "itemknn", "popularity"];

    private static readonly FolderKind Kind = new("demo", folder => File.Exists(Path.Combine(folder, Marker))
        ? file => file.Split('/', 2) switch
        {
            [var name] => name is Marker or ReportFile,
            [DataFolder, var rest] => PreparedDataset.Kind.Files(Path.Combine(folder, DataFolder))?.Invoke(rest) ?? false,
            [var run, var rest] => Models.Contains(run)
                && (RunFolder.Kind.Files(Path.Combine(folder, run))?.Invoke(rest) ?? false),
            _ => false,
        }
        : null);

    // The built-in data is a fortieth of MovieLens-20M: a smaller net and smaller batches suit it. Beta rises with the run.
    private static JsonObject DemoSettings(int epochs) => new()
    {
        ["epochs"] = epochs, ["batch-size"] = 100, ["hidden"] = new JsonArray(200), ["latent"] = 64, ["device"] = "simd",
    };

    public static Command Create()
    {
        var output = new Option<string>("--output")
        {
            Description = "Folder for everything it makes; replaced if an earlier demo made it.", HelpName = "folder",
            DefaultValueFactory = _ => Path.Combine("runs", "demo"),
        };
        var epochs = new Option<int>("--epochs")
        {
            Description = "Epochs of Mult-VAE.", HelpName = "n", DefaultValueFactory = _ => 30,
        };
        var json = Flags.Json();
        return Verb.Create("demo", "The whole job on built-in data, from clicks to a report.",
            parsed => Run(parsed.GetValue(output)!, Flags.Positive("--epochs", parsed.GetValue(epochs)), parsed.GetValue(json)),
                output, epochs, json);
    }

    private static int Run(string folder, int epochs, bool json)
    {
        var clock = Stopwatch.StartNew();
        using var claim = OutputFolder.Claim(folder);
        AtomicFile.RefuseToReplace(folder, overwrite: true, "give another --output", Kind);
        claim.Clear();
        AtomicFile.WriteText(Path.Combine(folder, Marker), "{}\n");
        // With --json the tour goes to standard error: standard output holds the document alone.
        var console = json ? Terminal.Messages : Terminal.Results;

        Step(console, 1, "Clicks", "planted tastes, power-law popularity; 400 users for validation, 400 for the test");
        var data = SyntheticClicks.Generate(SyntheticShape.Small,
            cancellation: Session.Cancellation).Save(Path.Combine(folder, DataFolder));
        var counts = data.Manifest.Counts;
        console.MarkupLine(
            $"   {counts.TrainUsers:#,0} training users · {counts.Items:#,0} items · {counts.TrainClicks:#,0} clicks");

        Step(console, 2, "Training", "Mult-VAE (Liang et al. 2018) beside three baselines");
        foreach (string model in Models)
        {
            var given = model == "multvae" ? DemoSettings(epochs) : [];
            given["model"] = model;
            var outcome = TrainingJob.Start(data, new TrainingFlags().Resolve(null, null, given), Path.Combine(folder, model),
                header: false);
            console.WriteLine($"   {outcome}");
        }

        Step(console, 3, "Evaluation", "on the test users: 80 % of their clicks are shown, the rest is to be found");
        var results = new List<ResultsDocument>();
        var recommendations = (User: "", History: "", Items: (IReadOnlyList<RankedRow>)[]);
        foreach (string model in Models)
        {
            using var trained = TrainedModel.Open(Path.Combine(folder, model));
            var (result, lists) = HeldOut.EvaluateLists(trained.Recommender, trained.Data, data.Test!, null);
            var document = HeldOut.Document(trained, result, "test");
            EvaluationRecord.Save(trained, new(trained.Data, data.Test!, result, document, lists));
            results.Add(document);
            if (model == "multvae") recommendations = Recommend(trained);
        }
        HeldOut.WriteComparison(console, results);

        Step(console, 4, "Recommendations", "Mult-VAE for a test user, items of the fold-in excluded");
        RankedItems.WriteTable($"Who clicked {recommendations.History}", recommendations.Items, console);

        Step(console, 5, "Report", "settings, curves and results in one file");
        string report = Path.Combine(folder, ReportFile);
        HtmlReport.Write(report, [.. Models.Select(model => Path.Combine(folder, model))], "ManualVae demo");
        var summary = new { output = folder, seconds = Math.Round(clock.Elapsed.TotalSeconds, 1), report, results };
        AtomicFile.WriteText(Path.Combine(folder, Marker), Terminal.ToJson(summary) + "\n");
        console.MarkupLine($"   [bold]{Markup.Escape(report)}[/]");
        console.WriteLine();
        console.MarkupLine($"[green]Done in {clock.Elapsed.TotalSeconds:0} s.[/] Next, the same user and then your own data:");
        // Not through the console, which would break a long line.
        var plain = json ? Console.Error : Console.Out;
        string run = Path.Combine(folder, "multvae");
        plain.WriteLine($"  manualvae recommend --run {run} --user {recommendations.User} --history shown");
        plain.WriteLine("  manualvae data import --help");
        plain.WriteLine("  manualvae recipe --help      # which model suits them");
        if (json) Terminal.WriteJson(summary);
        return ExitCode.Done;
    }

    /// <summary>For a test user of middling activity for whom the model finds much: one to look at, not one to judge
    /// by.</summary>
    private static (string User, string History, IReadOnlyList<RankedRow> Items) Recommend(TrainedModel trained)
    {
        var data = trained.Data;
        var test = data.Test!;
        using var recommender = new Recommender(trained.Fitted, data, hideHeldOut: true);
        string[] users = [.. Enumerable.Range(0, test.FoldIn.Rows)
            .Where(row => test.FoldIn.RowLength(row) is >= 15 and <= 40 && test.HeldOut.RowLength(row) >= 5)
            .Take(40).Select(row => data.UserIds[test.FirstUser + row])];
        var (items, answer) = recommender.Recommend([.. users.Select(user => new Query { User = user, Top = 8 })])
            .Select(answer => (Items: RankedItems.Rows(answer.Items, RankedItems.HeldOut(data, answer.User)), Answer: answer))
            .MaxBy(candidate => candidate.Items.Count(item => item.HeldOut));
        return (answer.User!, RankedItems.Named(recommender, answer.History), items);
    }

    private static void Step(IAnsiConsole console, int number, string title, string what)
    {
        console.WriteLine();
        console.MarkupLine($"[bold blue]{number}[/]  [bold]{title}[/]  [grey]{Markup.Escape(what)}[/]");
    }
}
