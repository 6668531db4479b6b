using System.Security.Cryptography;
using System.Text;
using ManualVae.Data;
using ManualVae.Evaluation;
using ManualVae.Tools.Runs;
using ManualVae.Tools.Settings;
using ManualVae.Training;
using Spectre.Console;

namespace ManualVae.Tools.Sweep;

/// <summary>A trial: its settings and how it did on the validation part.</summary>
internal sealed record Trial(string Run, IReadOnlyDictionary<string, string> Settings, double? Validation, int BestEpoch,
    string? Failed = null);

/// <summary>Trains the trials of a sweep one after another and keeps <c>sweep.json</c> up to date.</summary>
internal sealed class SweepRun : IDisposable
{
    private readonly PreparedDataset _data;
    private readonly string _output;
    private readonly OutputFolder _claim;
    private readonly List<Trial> _results = [];

    /// <summary>Claims the folder.</summary>
    /// <exception cref="InputException">The data cannot judge, or another command writes the folder.</exception>
    public SweepRun(PreparedDataset data, string output)
    {
        if (data.Validation is not { HasClicksToFind: true })
            throw new InputException(
                $"{data.Directory}: no validation user has anything to find, and a sweep judges by that; divide the data anew.");
        (_data, _output, _claim) = (data, output, OutputFolder.Claim(output, data.Directory));
    }

    /// <summary>The trials so far, the best first.</summary>
    public IReadOnlyList<Trial> Results => _results;

    /// <summary>What the trials are judged by.</summary>
    public string Metric { get; private set; } = "";

    /// <summary>Trains every trial; the best comes first.</summary>
    public static List<Trial> Run(PreparedDataset data, IReadOnlyList<IReadOnlyDictionary<string, string>> trials,
        List<ResolvedSettings> resolved, string output)
    {
        if (resolved.Any(settings => settings.Run.FitValidation))
            throw new InputException("--fit-validation: a sweep judges by the validation clicks, so no trial may be trained on "
                + "them; leave it out, and train the best settings with it afterwards.");
        using var sweep = new SweepRun(data, output);
        for (int t = 0; t < trials.Count; t++) sweep.Try(trials[t], resolved[t], trials.Count);
        return sweep._results;
    }

    /// <summary>Trains one more trial, or reads it, and writes <c>sweep.json</c>.</summary>
    /// <param name="trial">What is varied.</param>
    /// <param name="settings">All settings.</param>
    /// <param name="of">How many trials there will be, if it is known.</param>
    public Trial Try(IReadOnlyDictionary<string, string> trial, ResolvedSettings settings, int? of = null)
    {
        string folder = Path.Combine(_output, Name(trial, settings, _data));
        Console.Error.WriteLine($"trial {_results.Count + 1}{(of is int count ? $"/{count}" : "")}  {Shown(trial)}");
        Trial result;
        Metric = settings.Run.ValidationMetric;
        try
        {
            var (value, epoch) = Validation(_data, settings, folder);
            result = new(folder, trial, value, epoch);
            Console.Error.WriteLine($"  {Metric} {value:0.0000}");
        }
        catch (TrainingException problem) // a bad draw ends its trial, not the search
        {
            result = new(folder, trial, null, 0, problem.Message);
            Console.Error.WriteLine($"  {problem.Message}");
        }
        _results.Add(result);
        var ranked = _results.OrderByDescending(t => t.Validation ?? double.NegativeInfinity).ToList();
        _results.Clear();
        _results.AddRange(ranked);
        AtomicFile.WriteText(Path.Combine(_output, "sweep.json"), Terminal.ToJson(Document(settings, _results)) + "\n");
        return result;
    }

    /// <summary>Gives the folder free.</summary>
    public void Dispose() => _claim.Dispose();

    /// <summary>Trains, goes on with or reads a trial; the value is that of its best epoch on the validation part.</summary>
    private static (double? Value, int Epoch) Validation(PreparedDataset data, ResolvedSettings settings, string folder)
    {
        var outcome = TrainingJob.StartOrResume(data, settings, folder, TrainingDisplay.Silent);
        if (settings.Baseline is null) return (outcome.Validation, outcome.BestEpoch);
        using var trained = TrainedModel.Open(folder, data.Directory);
        var metric = Evaluation.Metric.Parse(settings.Run.ValidationMetric);
        return (Evaluator.Evaluate(trained.Recommender, data.Validation!, [metric], cancellation: Session.Cancellation)
            .Metrics[0].Mean, 0);
    }

    // The settings that were varied, for people, and a hash of all of them and of the data, so that no two trials share a folder.
    private static string Name(IReadOnlyDictionary<string, string> trial, ResolvedSettings settings, PreparedDataset data)
    {
        string all = System.Text.Json.JsonSerializer.Serialize(settings.Run with { Threads = 0, Device = "" }, RunSettings.Json)
            + (settings.Baseline?.ToJsonString() ?? "") + data.ManifestHash;
        string shown = string.Concat(Shown(trial).Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '=' ? c : '_'));
        string hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(all)));
        return $"{shown[..Math.Min(80, shown.Length)]}-{hash[..8]}";
    }

    private static string Shown(IReadOnlyDictionary<string, string> trial) =>
        string.Join(' ', trial.Select(s => $"{s.Key}={s.Value}"));

    /// <summary>The contents of <c>sweep.json</c>.</summary>
    public static object Document(ResolvedSettings settings, List<Trial> results) =>
        new
        {
            model = settings.Run.Model, preset = settings.Preset, validationMetric = settings.Run.ValidationMetric,
            best = results.FirstOrDefault(), trials = results
        };

    /// <summary>The table for people.</summary>
    public static void WriteTable(string metric, List<Trial> results)
    {
        string[] names = [.. results.SelectMany(r => r.Settings.Keys).Distinct()];
        var table = new FittedTable([$">validation {metric}", ">epoch", .. names.Select(n => $">{n}"), "run"]);
        foreach (var trial in results)
            table.AddRow([
                trial.Validation is double value ? $"{value:0.0000}" : "[red]failed[/]",
                $"{trial.BestEpoch}",
                .. names.Select(n => Markup.Escape(trial.Settings.GetValueOrDefault(n) ?? "")),
                $"[grey]{Markup.Escape(trial.Run)}[/]"]);
        table.Write(Terminal.Results);
    }
}
