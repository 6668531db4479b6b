using System.Text.Json;
using ManualVae.Data;
using ManualVae.Evaluation;
using ManualVae.Training;

namespace ManualVae.Tools.Runs;

/// <summary>
/// Everything that evaluations of a run on one part under one protocol found: <c>RUN/evaluations/PART.json</c>. A later
/// evaluation with other metrics adds to it; <c>results.json</c> has the latest alone.
/// </summary>
/// <param name="Results">All metrics that were measured.</param>
/// <param name="Lists">What is in the lists: coverage, popularity, long tail.</param>
/// <param name="Epoch">Epoch of the weights that were measured; null for a baseline.</param>
/// <param name="Users">Id of each evaluated user.</param>
/// <param name="Clicks">Clicks of each of them in the part, shown and to find together.</param>
/// <param name="PerUser">Values of each user, by metric.</param>
/// <param name="Examples">Some users with their lists.</param>
/// <param name="FoldIn">Clicks of each of them that the model was shown; null in files of older versions.</param>
internal sealed record EvaluationRecord(
    ResultsDocument Results, IReadOnlyDictionary<string, ResultsValue> Lists, int? Epoch, string[] Users, int[] Clicks,
    IReadOnlyDictionary<string, double[]> PerUser, IReadOnlyList<EvaluationExample> Examples, int[]? FoldIn = null)
{
    /// <summary>The folder in a run.</summary>
    public const string Folder = "evaluations";

    private static readonly JsonSerializerOptions Format = new(Terminal.Json) { WriteIndented = false };

    /// <summary>Results alone, of a run that was evaluated by an older version.</summary>
    public static EvaluationRecord Of(ResultsDocument results) =>
        new(results, new Dictionary<string, ResultsValue>(), null, [], [], new Dictionary<string, double[]>(), []);

    /// <summary>
    /// Writes <c>results.json</c> and adds an evaluation to what is known of the run. All ranks call it, since the examples ask
    /// the model; the first writes.
    /// </summary>
    public static void Save(TrainedModel trained, MeasuredLists measured)
    {
        var (document, part, users) = (measured.Document, measured.Part, measured.Users);
        if (Session.Ranks.IsFirst) document.Save(trained.Folder.Results);
        var record = new EvaluationRecord(
            document, ByName(measured.Lists), EpochOf(trained.Folder), users.Users, users.Clicks, users.Values,
            document.Protocol is null && part.Candidates is null ? EvaluationExample.Choose(trained, part, measured.Result) : [],
            users.FoldIn);
        if (!Session.Ranks.IsFirst) return;
        string file = Path.Combine(trained.Folder.Path, Folder, record.FileName(trained.Folder));
        AtomicFile.WriteText(file, JsonSerializer.Serialize(record.After(ReadOrNull(file)), Format) + "\n");
    }

    /// <summary>What is known of a run, the test part first; <c>results.json</c> counts where nothing else is.</summary>
    /// <exception cref="InputException">A file is damaged.</exception>
    public static IReadOnlyList<EvaluationRecord> Load(RunFolder run)
    {
        string folder = Path.Combine(run.Path, Folder);
        List<EvaluationRecord> records = !Directory.Exists(folder) ? []
            : [.. Directory.EnumerateFiles(folder, "*.json").Order(StringComparer.Ordinal).Select(Read)];
        if (File.Exists(run.Results) && ResultsDocument.Load(run.Results) is var latest
            && !records.Any(record => record.Results.SamePart(latest))) records.Insert(0, Of(latest));
        return [.. records.OrderBy(record => record.Results.Split == "test" ? 0 : 1).ThenBy(record => record.Results.Protocol)];
    }

    /// <summary>Epoch of the weights that an evaluation measures; null for a baseline.</summary>
    public static int? EpochOf(RunFolder run) => run.ReadMetrics() is { Count: > 0 } epochs
        ? epochs.LastOrDefault(e => e.Best)?.Epoch ?? epochs[^1].Epoch : null;

    /// <summary>This evaluation with the metrics of an earlier one, if that measured the same weights and users.</summary>
    private EvaluationRecord After(EvaluationRecord? earlier)
    {
        if (earlier is null || earlier.Epoch != Epoch || !earlier.Results.SamePart(Results)
            || !earlier.Users.AsSpan().SequenceEqual(Users)) return this;
        return this with
        {
            Results = Results with { Metrics = Both(earlier.Results.Metrics, Results.Metrics) },
            Lists = Both(earlier.Lists, Lists),
            PerUser = Both(earlier.PerUser, PerUser),
        };
    }

    private string FileName(RunFolder run)
    {
        string protocol = Results.Protocol is null ? "" : $"-{Results.Protocol}";
        bool own = Path.GetFullPath(run.Manifest.Data) == Results.Data;
        return $"{Results.Split}{protocol}{(own ? "" : $"-{Readable.Folder(Results.Data)}")}.json";
    }

    private static Dictionary<string, T> Both<T>(IReadOnlyDictionary<string, T> earlier, IReadOnlyDictionary<string, T> later)
    {
        var both = new Dictionary<string, T>(earlier);
        foreach (var (name, value) in later) both[name] = value;
        return both;
    }

    private static Dictionary<string, ResultsValue> ByName(IReadOnlyList<MetricResult> metrics) => metrics.ToDictionary(
        m => m.Metric.Name, m => new ResultsValue(double.IsFinite(m.Mean) ? m.Mean : null, m.StandardError));

    private static EvaluationRecord? ReadOrNull(string file)
    {
        try
        {
            return File.Exists(file) ? Read(file) : null;
        }
        catch (InputException)
        {
            return null; // the new evaluation replaces a damaged file
        }
    }

    private static EvaluationRecord Read(string file) => JsonFile.Read<EvaluationRecord>(file, "evaluation",
        "remove it and evaluate the run again", record =>
        {
            int users = record.Users.Length;
            return !record.Results.NamesItsData ? "data names no folder"
                : record.Clicks.Length == users && (record.FoldIn?.Length ?? users) == users
                    && record.PerUser.Values.All(v => v.Length == users) ? null : "the numbers of users differ";
        });
}
