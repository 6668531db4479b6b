namespace ManualVae.Tools.Sweep;

/// <summary>A trial that shall be trained up to a rung.</summary>
/// <param name="Trial">The trial.</param>
/// <param name="Rung">Number of the rung, from 0.</param>
internal sealed record SweepJob(SweepTrial Trial, int Rung);

/// <summary>
/// What a search does next. It goes by rounds: which trials go on and which new ones begin depends on the outcomes of earlier
/// rounds alone, so the search is the same for any number of workers and after any interruption. The price is that workers wait
/// for the last trial of a round.
/// </summary>
/// <param name="options">The search.</param>
/// <param name="space">What is varied.</param>
/// <param name="grid">The trials of a grid; null where they are drawn.</param>
/// <param name="make">Makes a trial of its number and what is varied.</param>
/// <param name="outcome">The outcome of a trial at a rung; null while it has none.</param>
internal sealed class SweepPlan(SweepOptions options, SweepSpace space, IReadOnlyList<IReadOnlyDictionary<string, string>>? grid,
    Func<int, IReadOnlyDictionary<string, string>, SweepTrial> make, Func<SweepTrial, int, TrialOutcome?> outcome)
{
    private readonly List<SweepTrial> _trials = [];
    private readonly List<SortedDictionary<int, double?>> _rungs =
        [.. Enumerable.Range(0, options.RungCount).Select(_ => new SortedDictionary<int, double?>())];
    private readonly Dictionary<string, int> _spent = []; // epochs by folder: equal trials share their runs
    private List<SweepJob> _round = [];
    private bool _ended;

    /// <summary>All trials so far, in the order of their numbers.</summary>
    public IReadOnlyList<SweepTrial> Trials => _trials;

    /// <summary>Trials at most.</summary>
    public int MostTrials => Math.Min(Math.Min(options.MostTrials, grid?.Count ?? int.MaxValue),
        options.BudgetEpochs is int budget && options.Rungs is { } rungs ? Math.Max(1, budget / rungs[0]) : int.MaxValue);

    /// <summary>Number of finished rounds.</summary>
    public int Rounds { get; private set; }

    /// <summary>Epochs of the finished rounds.</summary>
    public int SpentEpochs => _spent.Values.Sum();

    /// <summary>The jobs of this round that are not finished; none at the end of the search.</summary>
    public IReadOnlyList<SweepJob> Open()
    {
        while (!_ended)
        {
            var open = _round.Where(job => outcome(job.Trial, job.Rung) is null).ToList();
            if (open.Count > 0) return open;
            foreach (var job in _round) Record(job, outcome(job.Trial, job.Rung)!);
            if (_round.Count > 0) Rounds++;
            _round = NextRound();
            _ended = _round.Count == 0;
        }
        return [];
    }

    /// <summary>The highest rung that a trial has finished, and its outcome there; null for none yet.</summary>
    public (int Rung, TrialOutcome Outcome)? Reached(SweepTrial trial)
    {
        for (int rung = options.RungCount - 1; rung >= 0; rung--)
            if (IsAsked(trial, rung) && outcome(trial, rung) is { } found) return (rung, found);
        return null;
    }

    /// <summary>True if the trial may go on to a higher rung, now or when more trials have finished.</summary>
    public bool MayGoOn(SweepTrial trial)
    {
        if (_ended || Reached(trial)?.Rung == options.RungCount - 1) return false;
        int rung = _rungs.FindLastIndex(finished => finished.ContainsKey(trial.Number));
        if (rung < 0 || _round.Any(job => job.Trial == trial && outcome(trial, job.Rung) is null)) return true;
        int most = MostTrials; // that can ever go on from the rung
        for (int k = 0; k <= rung; k++) most = Math.Max(1, most / SuccessiveHalving.Eta);
        return Ranked(rung).Take(most).Contains(trial.Number);
    }

    // A later rung's outcome may lie in the folder of a search that was larger; this one looks at it when it gets there.
    private bool IsAsked(SweepTrial trial, int rung) =>
        _rungs[rung].ContainsKey(trial.Number) || _round.Any(job => job.Trial == trial && job.Rung == rung);

    private IEnumerable<int> Ranked(int rung) => SuccessiveHalving.Best(_rungs[rung].Select(f => (f.Key, f.Value)));

    private void Record(SweepJob job, TrialOutcome found)
    {
        _rungs[job.Rung][job.Trial.Number] = found.Validation;
        foreach (var (run, epochs) in job.Trial.Runs.Zip(found.EpochsOfRuns))
            _spent[run.Folder] = Math.Max(_spent.GetValueOrDefault(run.Folder), epochs);
    }

    private List<SweepJob> NextRound()
    {
        var jobs = new List<SweepJob>();
        int planned = 0, highest = _rungs.FindLastIndex(finished => finished.Values.Any(value => value is not null));
        bool spent = false;
        for (int rung = options.RungCount - 2; rung >= 0; rung--)
            foreach (int trial in SuccessiveHalving.Promotable([.. _rungs[rung].Select(f => (f.Key, f.Value))],
                _rungs[rung + 1].Keys.ToHashSet()))
                if (!spent) spent = !Add(_trials[trial], rung + 1);
        while (!spent && (options.OneRound || jobs.Count < options.Round) && _trials.Count < MostTrials)
        {
            var trial = make(_trials.Count, NextSettings(_trials.Count));
            if (!Add(trial, 0)) break;
            _trials.Add(trial);
        }
        // At the end the best goes up to a whole trial, even if it is alone.
        if (jobs.Count == 0 && highest >= 0 && highest < options.RungCount - 1)
            Add(_trials[Ranked(highest).First()], highest + 1);
        return jobs;

        bool Add(SweepTrial trial, int rung)
        {
            int cost = trial.Runs.Sum(run => Math.Max(0, Math.Min(EpochsOf(rung, run), run.Epochs)
                - _spent.GetValueOrDefault(run.Folder)));
            int farthest = Math.Max(highest, rung);
            // What takes the farthest trial to the end is not spent on others.
            int reserve = trial.Runs.Sum(run => run.Epochs - Math.Min(run.Epochs, EpochsOf(farthest, run)));
            if (options.BudgetEpochs is int budget && SpentEpochs + planned + cost + reserve > budget) return false;
            highest = farthest;
            planned += cost;
            jobs.Add(new(trial, rung));
            return true;
        }
    }

    private int EpochsOf(int rung, TrialRun run) => options.Rungs?[rung] ?? run.Epochs;

    private IReadOnlyDictionary<string, string> NextSettings(int number)
    {
        if (grid is not null) return grid[number];
        var finished = _rungs.SelectMany((values, rung) => values.Select(v => (Rung: rung, Trial: v.Key, Value: v.Value)))
            .GroupBy(f => f.Trial).Select(group => group.MaxBy(f => f.Rung))
            // Who came farther is better: the values of different rungs do not compare. A failed trial is worst.
            .OrderByDescending(f => f.Value is not null).ThenByDescending(f => f.Rung).ThenByDescending(f => f.Value)
            .ThenBy(f => f.Trial).Select(f => _trials[f.Trial].Settings).ToList();
        return options.Sampler != SweepSampler.Tpe || number < options.Startup || finished.Count == 0
            ? space.Draw(options.Seed, number)
            : TreeParzen.Propose(space, finished,
                [.. _trials.Where(trial => !_rungs[0].ContainsKey(trial.Number)).Select(trial => trial.Settings)],
                options.Seed, number);
    }
}
