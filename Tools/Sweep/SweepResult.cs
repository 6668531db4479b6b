using System.Text.Json.Nodes;
using ManualVae.Data;
using ManualVae.Training;

namespace ManualVae.Tools.Sweep;

/// <summary>A trial in <c>sweep.json</c>: its settings and how it did on the validation part.</summary>
/// <param name="Run">Folder of its run, or of the first of several.</param>
/// <param name="Settings">What was varied.</param>
/// <param name="Validation">Best value, or the mean of several runs' best ones; null for one that failed.</param>
/// <param name="BestEpoch">Epoch of the best value.</param>
/// <param name="Failed">Why it failed.</param>
/// <param name="Number">From 1, in the order in which trials were chosen.</param>
/// <param name="Epochs">Epochs trained, all runs together.</param>
/// <param name="Rung">Number of the rung it reached, from 1; null without halving.</param>
/// <param name="Spread">Standard deviation over the runs; null for one.</param>
/// <param name="Runs">Folders of all its runs; null for one.</param>
internal sealed record Trial(string Run, IReadOnlyDictionary<string, string> Settings, double? Validation, int BestEpoch,
    string? Failed = null, int Number = 0, int Epochs = 0, int? Rung = null, double? Spread = null,
    IReadOnlyList<string>? Runs = null);

/// <summary>What was searched.</summary>
internal sealed record SearchSummary(SweepSampler Sampler, ulong Seed, int? MostTrials, int? BudgetEpochs, int Seeds,
    IReadOnlyList<int>? Rungs);

/// <summary>What was spent.</summary>
/// <param name="Trials">Trials that have an outcome.</param>
/// <param name="Epochs">Epochs trained; a fitted baseline counts as one.</param>
/// <param name="Finished">The search came to its end.</param>
internal sealed record SearchSpent(int Trials, int Epochs, bool Finished);

/// <summary>The contents of <c>sweep.json</c>: nothing in it depends on who worked, when, or how long.</summary>
internal sealed record SweepResult(string Model, string? Preset, string ValidationMetric, Trial? Best,
    IReadOnlyList<Trial> Trials, SearchSummary? Search = null, SearchSpent? Spent = null)
{
    /// <summary>Name of the file.</summary>
    public const string File = "sweep.json";

    /// <summary>Name of the file beside it with the settings of the best trial, for <c>--preset</c>.</summary>
    public const string BestFile = "best.json";

    /// <summary>The trials so far, the best first; of equal ones, the earlier.</summary>
    public static SweepResult Of(SweepSearch search, SweepPlan plan, bool finished)
    {
        var options = search.Options;
        var trials = plan.Trials.Select(trial => (Trial: trial, Reached: plan.Reached(trial)))
            .Where(t => t.Reached is not null)
            .OrderByDescending(t => t.Reached!.Value.Outcome.Validation ?? double.NegativeInfinity).ThenBy(t => t.Trial.Number)
            .DistinctBy(t => t.Trial.Runs[0].Folder)
            .Select(t =>
            {
                var (trial, (rung, outcome)) = (t.Trial, t.Reached!.Value);
                return new Trial(trial.Runs[0].Folder, trial.Settings, outcome.Validation, outcome.BestEpoch, outcome.Failed,
                    trial.Number + 1, outcome.Epochs, options.Rungs is null ? null : rung + 1, outcome.Spread,
                    trial.Runs.Count == 1 ? null : [.. trial.Runs.Select(run => run.Folder)]);
            }).ToList();
        return new(search.Base.Run.Model, search.Base.Preset, search.Base.Run.ValidationMetric, trials.FirstOrDefault(), trials,
            new(options.Sampler, options.Seed, options.Trials, options.BudgetEpochs, options.Seeds, options.Rungs),
            new(trials.Count, trials.Sum(trial => trial.Epochs), finished));
    }

    /// <summary>Reads the file.</summary>
    /// <exception cref="InputException">It is damaged.</exception>
    public static SweepResult Read(string file) => JsonFile.Read<SweepResult>(file, "sweep", "run the sweep again", sweep =>
        sweep.Trials.FirstOrDefault(trial => trial.Run.Trim().Length == 0 || trial.Run.Contains('\0')
                || !double.IsFinite((trial.Validation ?? 0) + (trial.Spread ?? 0))) is { } wrong
            ? $"trial {wrong.Number} has no run or no number" : null);

    /// <summary>The settings of a run as a file for <c>--preset</c>: all but seed, threads and device.</summary>
    public static string PresetOf(RunManifest run)
    {
        var all = run.CompleteSettings();
        foreach (string name in (string[])["seed", "threads", "device", "model"]) all.Remove(name);
        JsonObject preset = [];
        if (run.Preset is not null && run.BaselineSettings is null) preset["preset"] = run.Preset;
        preset["model"] = run.Model;
        foreach (var (name, value) in all) preset[name] = value?.DeepClone();
        return preset.ToJsonString(Terminal.Json) + "\n";
    }
}
