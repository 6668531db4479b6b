using System.Diagnostics;
using ManualVae.Data;
using ManualVae.Tools.Settings;
using ManualVae.Tools.Sweep;
using ManualVae.Training;

namespace ManualVae.Tools.Recipe;

/// <summary>
/// The trials of a recipe, in the folders that a sweep would give them: what is there is not trained again, and what was
/// interrupted goes on.
/// </summary>
/// <param name="data">The data; its validation part judges.</param>
/// <param name="output">Folder of the recipe.</param>
/// <param name="shared">Settings that all trials have: the metric; seed, threads and device where a model reads them.</param>
/// <param name="earlier">Times of trials in an earlier session, by folder.</param>
internal sealed class RecipeTrials(PreparedDataset data, string output, IReadOnlyDictionary<string, string> shared,
    IReadOnlyDictionary<string, double> earlier)
{
    /// <summary>Name of their folder in that of the recipe.</summary>
    public const string Folder = "trials";

    private readonly TrainingFlags _flags = new();
    private readonly TrialOutcomes _outcomes = new();
    private readonly List<RecipeTrial> _all = [];
    private readonly Dictionary<string, TrialRun> _runs = [];

    /// <summary>All trials, in the order in which they began.</summary>
    public IReadOnlyList<RecipeTrial> All => _all;

    /// <summary>The settings of a trial: those of the candidate, those that all have, and its own.</summary>
    public TrialRun RunOf(RecipeCandidate candidate, IReadOnlyDictionary<string, string> own)
    {
        var all = new Dictionary<string, string>(candidate.Fixed);
        foreach (var (name, value) in own) all[name] = value;
        foreach (var (name, value) in shared)
            if (ReadSettings.By(candidate.Model, name) && (candidate.Space is not null || name == "validation-metric"))
                all.TryAdd(name, value);
        var resolved = _flags.Resolve([], all).On(data);
        return SweepTrial.Of(0, Prepend(candidate, own), resolved, seeds: 1, data, Path.Combine(output, Folder)).Runs[0];
    }

    /// <summary>Trains a trial up to a rung, or reads it, and takes note of it.</summary>
    /// <param name="candidate">Whose trial.</param>
    /// <param name="own">Its settings.</param>
    /// <param name="epochs">Epochs of the rung; a baseline has one.</param>
    /// <param name="until">When it is over, the trial stops where it is; what it reached counts.</param>
    /// <returns>The trial; no value if it failed or was stopped before it had one.</returns>
    public RecipeTrial Try(RecipeCandidate candidate, IReadOnlyDictionary<string, string> own, int epochs,
        CancellationToken until)
    {
        var run = RunOf(candidate, own);
        string name = NameOf(run);
        double before = _all.Find(t => t.Run == name)?.Seconds ?? earlier.GetValueOrDefault(name);
        var clock = Stopwatch.StartNew();
        string? failed = null;
        bool known = _outcomes.Of(run, epochs) is not null;
        if (!known)
            try
            {
                TrialTraining.Train(data, run, epochs, until);
            }
            catch (OperationCanceledException) when (!Session.Cancellation.IsCancellationRequested)
            {
                failed = "stopped: its share of the time was over";
            }
            catch (InputException problem) // memory, above all
            {
                failed = problem.Message;
            }
        var outcome = _outcomes.Of(run, epochs) ?? Reached(run);
        var trial = new RecipeTrial(candidate.Name, own, name, outcome?.Validation, outcome?.BestEpoch ?? 0,
            outcome?.Epochs ?? 0, before + clock.Elapsed.TotalSeconds, outcome?.Validation is null ? outcome?.Failed ?? failed
                ?? "no value" : null);
        _runs[name] = run;
        int place = _all.FindIndex(t => t.Run == name);
        if (place >= 0) _all[place] = trial;
        else _all.Add(trial);
        if (!known || place < 0) Say(trial);
        return trial;
    }

    /// <summary>
    /// Takes note of a trial of an earlier session that this one has not come to; one that is no longer there counts for nothing.
    /// </summary>
    /// <param name="candidate">Whose trial.</param>
    /// <param name="trial">The trial.</param>
    public void TakeUp(RecipeCandidate candidate, RecipeTrial trial)
    {
        var run = RunOf(candidate, trial.Settings);
        if (_runs.ContainsKey(trial.Run) || trial.Run != NameOf(run) || !Directory.Exists(run.Folder)) return;
        _runs[trial.Run] = run;
        _all.Add(trial);
    }

    /// <summary>True if a trial of the family has been trained to its end, or has run out of patience.</summary>
    public bool IsWhole(RecipeTrial trial) => _outcomes.Of(_runs[trial.Run], _runs[trial.Run].Epochs) is not null;

    /// <summary>Epochs of a whole trial.</summary>
    public int EpochsOf(RecipeTrial trial) => _runs[trial.Run].Epochs;

    /// <summary>The best trials of the leading candidates, one of each, the best first.</summary>
    public IEnumerable<RecipeTrial> Leaders(int count) => _all.Where(t => t.Validation is not null)
        .GroupBy(t => t.Candidate).Select(own => own.MaxBy(t => t.Validation)!).OrderByDescending(t => t.Validation).Take(count);

    /// <summary>Keeps the checkpoints of the leaders, which may become an ensemble, and of some others.</summary>
    public void KeepLeaders(IEnumerable<RecipeTrial> others) =>
        KeepOnly(Leaders(RecipeEnsemble.Most).Concat(others).Select(t => t.Run));

    /// <summary>Deletes the checkpoints of all trials but some. What they were and how they did stays.</summary>
    public void KeepOnly(IEnumerable<string> kept)
    {
        foreach (string name in _runs.Keys.Except(kept)) SweepFolder.DropCheckpoints(_runs[name].Folder);
    }

    // What a trial that was stopped had reached by then.
    private static RunOutcome? Reached(TrialRun run)
    {
        if (run.Settings.Baseline is not null || !File.Exists(Path.Combine(run.Folder, "run.json"))) return null;
        var epochs = RunFolder.Open(run.Folder).ReadMetrics();
        return epochs.LastOrDefault(epoch => epoch.Best) is { } best ? new(best.Validation, best.Epoch, epochs.Count) : null;
    }

    private static string NameOf(TrialRun run) => Path.Combine(Folder, Path.GetFileName(run.Folder));

    private void Say(RecipeTrial trial) => Console.Error.WriteLine(
        $"{Readable.Clock(TimeSpan.FromSeconds(trial.Seconds)),7}  {trial.Candidate,-13} "
            + (trial.Validation is double value ? $"{shared["validation-metric"]} {value:0.0000}" : trial.Failed)
            + (trial.Epochs > 1 ? $" by epoch {trial.Epochs}" : "")
            + (trial.Settings.Count > 0 ? $"  {trial.Shown}" : ""));

    private static Dictionary<string, string> Prepend(RecipeCandidate candidate, IReadOnlyDictionary<string, string> own) =>
        new Dictionary<string, string> { ["recipe"] = candidate.Name }.Concat(own).ToDictionary();
}
