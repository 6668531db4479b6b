using ManualVae.Data;
using ManualVae.Evaluation;
using ManualVae.Tools.Sweep;
using ManualVae.Training;

namespace ManualVae.Tools.Recipe;

/// <summary>What a recipe is asked for.</summary>
/// <param name="Output">Its folder.</param>
/// <param name="Budget">Its time, earlier sessions included.</param>
/// <param name="Metric">What the validation part is judged by; null for that of the data's protocol.</param>
/// <param name="Seed">Seed of draws and of trainings.</param>
/// <param name="Threads">Threads of trainings; 0 for all.</param>
/// <param name="Device">Where trainings compute.</param>
/// <param name="Resume">Go on with the recipe in the folder.</param>
internal sealed record RecipeOptions(string Output, TimeSpan Budget, string? Metric, ulong Seed, int Threads, string Device,
    bool Resume);

/// <summary>Looks at the data, tries what suits it in a budget, judged by the validation part, and trains the winner.</summary>
internal sealed class RecipeSearch
{
    private readonly PreparedDataset _data;
    private readonly RecipeOptions _options;
    private readonly string _metric;
    private readonly RecipeResult? _earlier;

    /// <summary>Checks what was asked for.</summary>
    /// <exception cref="InputException">No validation part, a metric it cannot give, or a folder of something else.</exception>
    public RecipeSearch(PreparedDataset data, RecipeOptions options)
    {
        (_data, _options) = (data, options);
        if (data.Validation is not { HasClicksToFind: true } validation)
            throw new InputException($"{data.Directory}: has no validation part with clicks to find, and a recipe judges by "
                + "that; import the data anew with --split, or ready-made parts with --carve-validation.");
        _metric = options.Metric ?? (validation.Candidates is null ? new RunSettings().ValidationMetric : "sampled-NDCG@10");
        var probe = new RunSettings { ValidationMetric = _metric };
        probe.Validate();
        probe.RequireValidationBy(validation);
        _metric = Metric.Parse(_metric).Name;
        _earlier = Earlier();
    }

    /// <summary>Runs it.</summary>
    /// <exception cref="InputException">Nothing could be fitted in the budget.</exception>
    /// <exception cref="OperationCanceledException">Interrupted; what was done is kept, for <c>--resume</c>.</exception>
    public RecipeResult Run()
    {
        if (_earlier is { Finished: true }) return _earlier;
        using var claim = OutputFolder.Claim(_options.Output, _data.Directory);
        var shape = DataShape.Of(_data);
        Console.Error.WriteLine($"data       {shape}\nmetric     {_metric} on the validation part\n"
            + $"budget     {Readable.Clock(_options.Budget)}");
        var budget = new RecipeBudget(_options.Budget, _earlier?.SpentSeconds ?? 0);
        var trials = new RecipeTrials(_data, _options.Output, new Dictionary<string, string>
        {
            ["validation-metric"] = _metric, ["seed"] = $"{_options.Seed}", ["threads"] = $"{_options.Threads}",
            ["device"] = _options.Device,
        }, _earlier?.Trials.ToDictionary(t => t.Run, t => t.Seconds) ?? []);
        var (simple, family) = (RecipeCandidates.Baselines(shape), RecipeCandidates.Family(shape));
        RecipeCandidate[] candidates = [.. simple, .. family];
        var baselines = new BaselineStage(_data, trials, budget);
        AtomicFile.CreateFolder(_options.Output);
        ClearAfterKill();
        try
        {
            Write(finished: false, null);
            baselines.Run(simple);
            Write(finished: false, null); // a kill loses no more than a stage's times
            double popularity = trials.All.FirstOrDefault(t => t.Candidate == "popularity")?.Validation ?? 0;
            new FamilyStage(_data, trials, budget, _options.Seed).Run(family, popularity);
            foreach (var trial in _earlier?.Trials ?? [])
                if (candidates.FirstOrDefault(c => c.Name == trial.Candidate) is { } candidate) trials.TakeUp(candidate, trial);
            Write(finished: false, null);
            var (winner, ensemble) = Finish(candidates, trials, budget);
            return Write(finished: true, winner, ensemble);
        }
        catch (OperationCanceledException)
        {
            Write(finished: false, null);
            Console.Error.WriteLine($"saved      {_options.Output}; go on with the same command and --resume");
            throw;
        }

        RecipeResult Write(bool finished, RecipeTrial? winner, RecipeEnsemble? ensemble = null)
        {
            IEnumerable<RecipeTrial> notYet = finished ? []
                : (_earlier?.Trials ?? []).ExceptBy(trials.All.Select(t => t.Run), t => t.Run);
            var all = trials.All.Select(t => finished && t.Run == winner?.Run ? t with { Run = RecipeResult.RunName } : t)
                .Concat(notYet).ToList();
            var rows = RecipeChoice.Rows(candidates, all, winner, baselines.Skipped);
            string reason = winner is null ? "" : Reason(rows, winner);
            var result = new RecipeResult(Path.GetFullPath(_data.Directory), _data.ManifestHash, _metric, _options.Seed, shape,
                _options.Budget.TotalSeconds, budget.Spent, finished, winner?.Candidate, reason, rows, all, Bytes(), ensemble);
            AtomicFile.WriteText(Path.Combine(_options.Output, RecipeResult.File), Terminal.ToJson(result) + "\n");
            return result;
        }
    }

    // The winner's run, trained to its end where time allows, becomes the folder run.
    private (RecipeTrial Winner, RecipeEnsemble? Ensemble) Finish(
        RecipeCandidate[] candidates, RecipeTrials trials, RecipeBudget budget)
    {
        var winner = RecipeChoice.Of(candidates.Select(c => c.Name), trials.All) ?? throw new InputException(
            $"--budget {Readable.Clock(_options.Budget)}: nothing had a value within it; give more time.");
        var candidate = candidates.First(c => c.Name == winner.Candidate);
        string folder = Path.Combine(_options.Output, winner.Run), run = Path.Combine(_options.Output, RecipeResult.RunName);
        if (!HasCheckpoint(winner.Run))
        {
            Console.Error.WriteLine($"           {winner.Candidate} is trained again, as its checkpoint was not kept");
            Directory.Delete(folder, recursive: true);
            TrialTraining.Train(_data, trials.RunOf(candidate, winner.Settings), Math.Max(1, winner.Epochs),
                Session.Cancellation);
        }
        if (candidate.Space is not null && !trials.IsWhole(winner))
        {
            Console.Error.WriteLine($"           {winner.Candidate} leads and is trained on");
            using var until = budget.Until(budget.Plan.End);
            winner = trials.Try(candidate, winner.Settings, trials.EpochsOf(winner), until.Token);
        }
        string[] others = [.. trials.Leaders(RecipeEnsemble.Most).Select(t => t.Run).Where(name => name != winner.Run
            && HasCheckpoint(name))];
        AtomicFile.WriteText(Path.Combine(_options.Output, RecipeResult.PresetFile),
            SweepResult.PresetOf(RunFolder.Open(folder).Manifest));
        Directory.Move(folder, run);
        var ensemble = RecipeEnsemble.Try(_data, _options.Output, [RecipeResult.RunName, .. others.Take(RecipeEnsemble.Most - 1)],
            _metric, winner.Validation!.Value);
        trials.KeepOnly(ensemble?.Members.Keys ?? []);
        return (winner, ensemble);
    }

    // What a session left that was killed: unfinished files, and the winner, if it had been moved already. That goes back.
    private void ClearAfterKill()
    {
        string run = Path.Combine(_options.Output, RecipeResult.RunName);
        string trials = Path.Combine(_options.Output, RecipeTrials.Folder);
        if (Directory.Exists(trials))
            foreach (string trial in Directory.GetDirectories(trials)) UnfinishedFiles.RemoveIn(trial);
        UnfinishedFiles.RemoveIn(trials);
        UnfinishedFiles.RemoveIn(_options.Output);
        if (!Directory.Exists(run)) return;
        var gone = (_earlier?.Trials ?? []).Where(trial => trial.Validation is not null
            && !Directory.Exists(Path.Combine(_options.Output, trial.Run))).ToList();
        AtomicFile.RefuseToReplace(run, overwrite: true, "move it away", RunFolder.Kind);
        if (gone is [var winner]) Directory.Move(run, Path.Combine(_options.Output, winner.Run));
        else Directory.Delete(run, recursive: true);
    }

    private bool HasCheckpoint(string run) => File.Exists(Path.Combine(_options.Output, run, "best.ckpt"));

    private static string Reason(IReadOnlyList<RecipeRow> rows, RecipeTrial winner)
    {
        var next = rows.Where(r => r.Candidate != winner.Candidate && r.Validation is not null).MaxBy(r => r.Validation);
        string against = next is null ? "nothing else had a value"
            : next.Validation > winner.Validation
                ? $"{next.Candidate} has {next.Validation:0.0000}, {RecipeChoice.Tie * 100:0.0} % more at most, less simple"
                : $"the next is {next.Candidate} with {next.Validation:0.0000}";
        return $"{winner.Candidate} has {winner.Validation:0.0000} on validation; {against}.";
    }

    private long Bytes() => Directory.EnumerateFiles(_options.Output, "*", SearchOption.AllDirectories)
        .Sum(file => new FileInfo(file).Length);

    private RecipeResult? Earlier()
    {
        string folder = _options.Output, file = Path.Combine(folder, RecipeResult.File);
        if (!Directory.Exists(folder))
            return !_options.Resume ? null
                : throw new InputException($"--output {folder}: holds no recipe to go on with; leave out --resume.");
        if (!File.Exists(file)) // a kill may have come before the file; then there is nothing to lose
            return FolderKind.IsEmpty(folder) ? null
                : throw new InputException($"--output {folder}: is not empty and holds no recipe; give another.");
        if (!_options.Resume)
            throw new InputException($"--output {folder}: holds a recipe; give --resume to go on with it, or another --output.");
        var earlier = RecipeResult.Read(folder);
        return earlier.DataHash == _data.ManifestHash && earlier.Metric == _metric && earlier.Seed == _options.Seed ? earlier
            : throw new InputException($"--output {folder}: holds a recipe of other data, metric ({earlier.Metric}) or seed "
                + $"({earlier.Seed}); give another --output.");
    }
}
