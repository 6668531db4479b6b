using ManualVae.Data;
using ManualVae.Evaluation;
using ManualVae.Models;
using Spectre.Console;

namespace ManualVae.Tools.Runs;

/// <summary>Evaluation on held-out clicks: the part, the results, and models side by side.</summary>
internal static class HeldOut
{
    /// <summary>The part of the data that a name means.</summary>
    /// <exception cref="InputException">The data has no such part, or nothing is held out in it.</exception>
    public static EvaluationSplit Part(PreparedDataset data, string split)
    {
        var part = (split == "validation" ? data.Validation : data.Test)
            ?? throw new InputException($"{data.Directory}: has no {split} part; import it with --split, or choose the other "
                + "with --split validation|test.");
        return part.HeldOut.EntryCount > 0 ? part : throw new InputException(
            $"{data.Directory}: nothing is held out in its {split} part, so nothing can be measured; import it again with "
            + "another --split, or with users who have more clicks.");
    }

    /// <summary>Evaluates a model on a part with metrics by name, or with the defaults of the part's protocol.</summary>
    public static EvaluationResult Evaluate(TrainedModel trained, EvaluationSplit part, string? metrics) =>
        Evaluate(trained.Recommender, trained.Data, part, metrics);

    /// <summary>Evaluates any recommender of the data's items.</summary>
    public static EvaluationResult Evaluate(
        IRecommender model, PreparedDataset data, EvaluationSplit part, string? metrics) => Evaluator.Evaluate(
        model, part, metrics is null ? Metric.DefaultsFor(part) : Metric.ParseList(metrics),
        ItemFacts.Of(data), cancellation: Session.Cancellation);

    /// <summary>Evaluates a model, and in the same pass measures what is in its lists.</summary>
    public static (EvaluationResult Result, IReadOnlyList<MetricResult> Lists) EvaluateLists(
        IRecommender model, PreparedDataset data, EvaluationSplit part, string? metrics)
    {
        var asked = metrics is null ? Metric.DefaultsFor(part) : Metric.ParseList(metrics);
        Metric[] all = [.. asked, .. part.Candidates is null ? OfLists.Except(asked) : []];
        var result = Evaluator.Evaluate(model, part, all, ItemFacts.Of(data), cancellation: Session.Cancellation);
        return (result with { Metrics = [.. result.Metrics.Take(asked.Count)] },
            [.. result.Metrics.Where(m => OfLists.Contains(m.Metric))]);
    }

    /// <summary>What every report says of the lists: how many items are recommended at all, and how popular they are.</summary>
    private static Metric[] OfLists { get; } = [new(MetricKind.Coverage, 20), new(MetricKind.LongTail, 20),
        new(MetricKind.AveragePopularity, 20)];

    /// <summary>The contents of <c>results.json</c>.</summary>
    public static ResultsDocument Document(TrainedModel trained, EvaluationResult result, string split,
        EvaluationProtocol protocol = EvaluationProtocol.Known) =>
        Document(result, trained.Folder.Manifest.Model, trained.Data, split, protocol);

    /// <summary>The same for any recommender.</summary>
    public static ResultsDocument Document(EvaluationResult result, string model, PreparedDataset data, string split,
        EvaluationProtocol protocol)
    {
        var document = ResultsDocument.From(result, model, Path.GetFullPath(data.Directory), split);
        return protocol == EvaluationProtocol.Known ? document
            : document with { Input = "train", Protocol = ProtocolFlag.NameOf(protocol) };
    }

    /// <summary>Models side by side, the best of each metric bold.</summary>
    public static void WriteComparison(IAnsiConsole console, IReadOnlyList<ResultsDocument> results)
    {
        string[] metrics = [.. results.SelectMany(r => r.Metrics.Keys).Distinct()];
        var table = new FittedTable(["model", .. metrics.Select(m => $">{m}")]);
        foreach (var result in results)
            table.AddRow([$"[bold]{Markup.Escape(result.Model)}[/]", .. metrics.Select(metric => Cell(result, metric))]);
        table.Write(console);

        string Cell(ResultsDocument result, string metric)
        {
            if (result.Metrics.GetValueOrDefault(metric) is not { Mean: double mean } value) return "";
            bool best = Metric.Parse(metric).LargerIsBetter
                && mean >= results.Max(r => r.Metrics.GetValueOrDefault(metric)?.Mean ?? double.NegativeInfinity);
            string text = mean.ToString("0.0000");
            return (best ? $"[bold green]{text}[/]" : text)
                + (value.StandardError is double error ? $" [grey]± {error:0.0000}[/]" : "");
        }
    }
}
