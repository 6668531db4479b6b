namespace ManualVae.Tools.Sweep;

/// <summary>The outcomes in the folder of a sweep. What has been read once does not change.</summary>
internal sealed class TrialOutcomes
{
    private readonly Dictionary<(string Folder, int Epochs), RunOutcome> _known = [];

    /// <summary>A run's outcome at a rung; null if it has not come so far.</summary>
    /// <param name="run">The run.</param>
    /// <param name="epochs">Epochs of the rung; a shorter run has only those it has.</param>
    public RunOutcome? Of(TrialRun run, int epochs)
    {
        var key = (run.Folder, Math.Min(epochs, run.Epochs));
        if (_known.TryGetValue(key, out var known)) return known;
        var outcome = RunOutcome.Read(run, key.Item2);
        if (outcome is not null) _known[key] = outcome;
        return outcome;
    }

    /// <summary>A trial's outcome at a rung; null until all its runs are there.</summary>
    public TrialOutcome? Of(SweepTrial trial, int epochs)
    {
        var runs = trial.Runs.Select(run => Of(run, epochs)).ToList();
        return runs.Contains(null) ? null : TrialOutcome.Of(runs!);
    }
}
