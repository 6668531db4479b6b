using ManualVae.Data;
using ManualVae.Training;

namespace ManualVae.Tools.Sweep;

/// <summary>How a run did up to a rung.</summary>
/// <param name="Validation">Best value of the validation metric so far; null for one that failed.</param>
/// <param name="BestEpoch">Epoch of it; 0 for a baseline.</param>
/// <param name="Epochs">Epochs trained; 1 for a fitted baseline.</param>
/// <param name="Failed">Why it failed.</param>
internal sealed record RunOutcome(double? Validation, int BestEpoch, int Epochs, string? Failed = null)
{
    private const string File = "trial.json";

    /// <summary>What the run's folder says; null if it has not come so far.</summary>
    /// <param name="run">The run.</param>
    /// <param name="epochs">Epochs of the rung; later ones are not looked at.</param>
    /// <exception cref="InputException">A file is damaged.</exception>
    public static RunOutcome? Read(TrialRun run, int epochs)
    {
        string kept = Path.Combine(run.Folder, File);
        if (run.Settings.Baseline is null && System.IO.File.Exists(Path.Combine(run.Folder, "run.json")))
        {
            var seen = RunFolder.Open(run.Folder).ReadFinished().Take(epochs).ToList();
            var best = seen.LastOrDefault(epoch => epoch.Best);
            int patience = run.Settings.Run.Patience;
            if (seen.Count == epochs || patience > 0 && best is not null && seen.Count - best.Epoch >= patience)
                return new(best?.Validation, best?.Epoch ?? 0, seen.Count);
        }
        return !System.IO.File.Exists(kept) ? null
            : JsonFile.Read<RunOutcome>(kept, "outcome of a trial", "remove the file, and it is run again", outcome =>
                outcome.Epochs < 0 || outcome.BestEpoch < 0 || !double.IsFinite(outcome.Validation ?? 0)
                    || (outcome.Validation is null && outcome.Failed is null && outcome.BestEpoch > 0)
                    ? "its numbers are impossible" : null);
    }

    /// <summary>The outcome for people: the value of the metric, or why it failed.</summary>
    public string Shown(string metric) => Failed ?? $"{metric} {Validation:0.0000}";

    /// <summary>Keeps what metrics do not say: the value of a baseline, or that the run failed.</summary>
    public void Save(string folder)
    {
        AtomicFile.CreateFolder(folder);
        AtomicFile.WriteText(Path.Combine(folder, File), Terminal.ToJson(this) + "\n");
    }
}

/// <summary>How a trial did up to a rung: the mean over its runs.</summary>
/// <param name="Validation">Mean of the runs' best values; null if one of them failed.</param>
/// <param name="Spread">Standard deviation over the runs; null for one run.</param>
/// <param name="BestEpoch">Epoch of the first run's best value.</param>
/// <param name="EpochsOfRuns">Epochs that each run trained.</param>
/// <param name="Failed">Why a run failed.</param>
internal sealed record TrialOutcome(double? Validation, double? Spread, int BestEpoch, IReadOnlyList<int> EpochsOfRuns,
    string? Failed)
{
    /// <summary>Epochs trained, all runs together.</summary>
    public int Epochs => EpochsOfRuns.Sum();

    /// <summary>The outcome of runs.</summary>
    public static TrialOutcome Of(IReadOnlyList<RunOutcome> runs)
    {
        string? failed = runs.FirstOrDefault(run => run.Failed is not null)?.Failed;
        double[] values = [.. runs.Where(run => run.Validation is not null).Select(run => run.Validation!.Value)];
        bool whole = failed is null && values.Length == runs.Count;
        double mean = whole ? values.Average() : 0;
        return new(whole ? mean : null,
            whole && values.Length > 1 ? Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (values.Length - 1)) : null,
            runs[0].BestEpoch, [.. runs.Select(run => run.Epochs)], failed);
    }
}
