using System.CommandLine;
using ManualVae.Data;
using ManualVae.Evaluation;
using ManualVae.Models;

namespace ManualVae.Tools.Runs;

/// <summary>The flags that say on which clicks to evaluate, under which protocol and by which metrics.</summary>
internal sealed class HeldOutFlags
{
    private readonly Option<string> _split = new Option<string>("--split")
    {
        Description = "Which held-out part.", DefaultValueFactory = _ => "test",
    }.AcceptOnlyFromAmong("validation", "test");

    private readonly ProtocolFlag _protocol = new();

    private readonly Option<string?> _input = new Option<string?>("--input")
    {
        Description = "Clicks the model is shown of a user: all is --protocol known, train is --protocol diffrec.",
        HelpName = "all|train",
    }.AcceptOnlyFromAmong("all", "train");

    private readonly Option<string?> _metrics = new("--metrics")
    {
        Description = "Names such as Recall@20,NDCG@10,50,100,Coverage@20. [default: those of the data's protocol]",
        HelpName = "names",
    };

    /// <summary>The flags, for a command.</summary>
    public IEnumerable<Symbol> Options => [_split, _protocol.Option, _input, _metrics];

    /// <summary>Name of the part.</summary>
    public string Split(ParseResult parsed) => parsed.GetValue(_split)!;

    /// <summary>The protocol.</summary>
    /// <exception cref="InputException">Two flags contradict each other.</exception>
    public EvaluationProtocol Protocol(ParseResult parsed)
    {
        var (protocol, input) = (_protocol.Given(parsed), parsed.GetValue(_input));
        string? meant = input switch { "train" => "diffrec", "all" => "known", _ => null };
        if (protocol is not null && meant is not null && protocol != meant)
            throw new InputException($"--input {input} is --protocol {meant}, not {protocol}; give one of the two flags.");
        return ProtocolFlag.Of(protocol ?? meant);
    }

    /// <summary>Evaluates a run; of its users those of one part, or all.</summary>
    public MeasuredLists Evaluate(ParseResult parsed, TrainedModel trained, Part? users = null)
    {
        var part = Part(parsed, trained.Data);
        if (users is { } block) part = MergedParts.Of(block, part);
        if (trained.Settings.FitValidation && Split(parsed) == "validation")
            Terminal.Note($"{trained.Folder.Path} was trained on the validation clicks too (--fit-validation); "
                + "only its test results mean anything.");
        return Evaluate(parsed, trained.Recommender, trained.Folder.Manifest.Model, trained.Data, part);
    }

    /// <summary>Evaluates a file of predictions, and says how it fits the data.</summary>
    public MeasuredLists Evaluate(ParseResult parsed, string predictions, PreparedDataset data)
    {
        var part = Part(parsed, data);
        using var listed = Predictions.Read(predictions, data, part);
        var measured = Evaluate(parsed, listed, listed.Name, data, part);
        Console.Error.WriteLine($"predictions {Fit(listed.Counts)}");
        int longest = measured.Result.Metrics.Max(m => m.Metric.Cutoff);
        if (listed.Counts.Shortest < longest)
            Terminal.Note($"the shortest list ranks {Readable.Count(listed.Counts.Shortest, "item")}; a metric at {longest} "
                + "takes no more from it.");
        return measured with { Document = measured.Document with { Predictions = listed.Counts } };
    }

    private EvaluationSplit Part(ParseResult parsed, PreparedDataset data) =>
        data.Under(Protocol(parsed), HeldOut.Part(data, Split(parsed)));

    private MeasuredLists Evaluate(
        ParseResult parsed, IRecommender model, string name, PreparedDataset data, EvaluationSplit part)
    {
        var (result, lists) = HeldOut.EvaluateLists(model, data, part, parsed.GetValue(_metrics));
        var beyond = result.Metrics.Select(m => m.Metric).FirstOrDefault(m => m.Cutoff > data.ItemCount);
        if (beyond.Cutoff > 0)
            Terminal.Note($"{beyond} asks for more than the {data.ItemCount} items there are.");
        return new(data, part, result,
            HeldOut.Document(result, name, data, Split(parsed), Protocol(parsed)), lists);
    }

    private static string Fit(PredictionCounts counts)
    {
        string[] remarks =
        [
            Said(counts.MissingUsers, "evaluated users have none and count with an empty list"),
            Said(counts.OtherUsers, "users are not in this part"), Said(counts.UnknownUsers, "users are not in the data"),
            Said(counts.UnknownItems, "items are not in the data and leave no gap"),
            counts.KnownItems == 0 ? "none is of an item that the user is known to have clicked"
                : Said(counts.KnownItems, "are of items that the user is known to have clicked; they are not ranked"),
        ];
        return $"{counts.Lines:#,0} for {Readable.Count(counts.Users, "user")}; "
            + string.Join("; ", remarks.Where(remark => remark.Length > 0));
    }

    private static string Said(long count, string what) => count == 0 ? "" : $"{count:#,0} {what}";
}
