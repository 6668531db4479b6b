using System.CommandLine;
using System.Globalization;
using ManualVae.Data;
using ManualVae.Evaluation;
using Spectre.Console;

namespace ManualVae.Tools.Runs;

/// <summary>Evaluation of a run on held-out clicks: its flags, its results, and models side by side.</summary>
internal static class HeldOut
{
    /// <summary><c>--split</c>.</summary>
    public static Option<string> Split()
    {
        var split = new Option<string>("--split") { Description = "Which held-out part.", DefaultValueFactory = _ => "test" };
        return split.AcceptOnlyFromAmong("validation", "test");
    }

    /// <summary><c>--input</c>.</summary>
    public static Option<string> Input()
    {
        var input = new Option<string>("--input")
        {
            Description = "Clicks the model is shown of a user: all that are known before the part, or train: on "
                + "ready-made splits the "
                + "training clicks alone, while validation clicks only stay out of the test's ranking.",
            DefaultValueFactory = _ => "all",
        };
        return input.AcceptOnlyFromAmong("all", "train");
    }

    /// <summary><c>--metrics</c>.</summary>
    public static Option<string?> Metrics() => new("--metrics")
    {
        Description = "Names such as Recall@20,NDCG@100,Coverage@20. [default: those of the data's protocol]", HelpName = "names",
    };

    /// <summary>The part of the data that a name means.</summary>
    /// <exception cref="InputException">The data has no such part.</exception>
    public static EvaluationSplit Part(PreparedDataset data, string split) =>
        (split == "validation" ? data.Validation : data.Test)
        ?? throw new InputException(
            $"{data.Directory}: has no {split} part; import it with --split, or choose the other with --split validation|test.");

    /// <summary>The part that a name means, with what the model is shown of its users: <c>all</c> or <c>train</c>.</summary>
    /// <exception cref="InputException">The data has no such part, or its users have no training clicks.</exception>
    public static EvaluationSplit Part(PreparedDataset data, string split, string input)
    {
        var part = Part(data, split);
        return input == "train" ? data.ShowingTraining(part) : part;
    }

    /// <summary>Evaluates a model on a part with metrics by name, or with the defaults of the part's protocol.</summary>
    public static EvaluationResult Evaluate(TrainedModel trained, EvaluationSplit part, string? metrics) => Evaluator.Evaluate(
        trained.Recommender, part, metrics is null ? Metric.DefaultsFor(part) : Metric.ParseList(metrics),
        ItemPopularity.Of(trained.Data.Train), cancellation: Session.Cancellation);

    /// <summary>The contents of <c>results.json</c>.</summary>
    public static ResultsDocument Document(TrainedModel trained, EvaluationResult result, string split) =>
        ResultsDocument.From(result, trained.Folder.Manifest.Model, Path.GetFullPath(trained.Data.Directory), split);

    /// <summary>Models side by side, the best of each metric bold.</summary>
    public static void WriteComparison(IAnsiConsole console, IReadOnlyList<ResultsDocument> results)
    {
        string[] metrics = [.. results.SelectMany(r => r.Metrics.Keys).Distinct()];
        var table = Terminal.Table(["model", .. metrics.Select(m => $">{m}")]);
        foreach (var result in results)
            table.AddRow([$"[bold]{Markup.Escape(result.Model)}[/]", .. metrics.Select(metric => Cell(result, metric))]);
        console.Write(table);

        string Cell(ResultsDocument result, string metric)
        {
            if (result.Metrics.GetValueOrDefault(metric) is not { Mean: double mean } value) return "";
            bool best = mean >= results.Max(r => r.Metrics.GetValueOrDefault(metric)?.Mean ?? double.NegativeInfinity);
            string text = mean.ToString("0.0000", CultureInfo.InvariantCulture);
            return (best ? $"[bold green]{text}[/]" : text)
                + (value.StandardError is double error ? string.Create(CultureInfo.InvariantCulture,
                    $" [grey]± {error:0.0000}[/]") : "");
        }
    }
}
