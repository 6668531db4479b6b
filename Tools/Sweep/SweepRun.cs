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
internal static class SweepRun
{
    /// <summary>Trains every trial; the best comes first.</summary>
    public static List<Trial> Run(PreparedDataset data, IReadOnlyList<IReadOnlyDictionary<string, string>> trials,
        List<ResolvedSettings> resolved, string output)
    {
        if (data.Validation is not { HasClicksToFind: true })
            throw new InputException(
                $"{data.Directory}: no validation user has anything to find, and a sweep judges by that; divide the data anew.");
        if (resolved.Any(settings => settings.Run.FitValidation))
            throw new InputException("--fit-validation: a sweep judges by the validation clicks, so no trial may be trained on "
                + "them; leave it out, and train the best settings with it afterwards.");
        using var claim = OutputFolder.Claim(output, data.Directory);
        var results = new List<Trial>();
        for (int t = 0; t < trials.Count; t++)
        {
            string folder = Path.Combine(output, Name(trials[t], resolved[t], data));
            Console.Error.WriteLine($"trial {t + 1}/{trials.Count}  {Shown(trials[t])}");
            try
            {
                var (value, epoch) = Validation(data, resolved[t], folder);
                results.Add(new(folder, trials[t], value, epoch));
                Console.Error.WriteLine($"  {resolved[t].Run.ValidationMetric} {value:0.0000}");
            }
            catch (TrainingException problem) // a bad draw ends its trial, not the search
            {
                results.Add(new(folder, trials[t], null, 0, problem.Message));
                Console.Error.WriteLine($"  {problem.Message}");
            }
            results.Sort((a, b) => (b.Validation ?? double.NegativeInfinity).CompareTo(a.Validation ?? double.NegativeInfinity));
            AtomicFile.WriteText(Path.Combine(output, "sweep.json"), Terminal.ToJson(Document(resolved[0], results)) + "\n");
        }
        return results;
    }

    /// <summary>Trains, goes on with or reads a trial; the value is that of its best epoch on the validation part.</summary>
    private static (double? Value, int Epoch) Validation(PreparedDataset data, ResolvedSettings settings, string folder)
    {
        var outcome = TrainingJob.StartOrResume(data, settings, folder, TrainingDisplay.Silent);
        if (settings.Baseline is null) return (outcome.Validation, outcome.BestEpoch);
        using var trained = TrainedModel.Open(folder, data.Directory);
        var metric = Metric.Parse(settings.Run.ValidationMetric);
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
