using System.Diagnostics;
using ManualVae.Data;

namespace ManualVae.Tools.Sweep;

/// <summary>
/// One process of a sweep: takes up runs of the round that nobody else works at, until the search ends. Several in one folder
/// share the work and know of each other only by files.
/// </summary>
/// <param name="search">The search.</param>
/// <param name="lease">How long a worker may be silent before another takes over.</param>
/// <param name="minutes">Minutes that this worker may take; null for no limit.</param>
/// <param name="keep">How many trials keep their checkpoints; 0 for all.</param>
internal sealed class SweepWorker(SweepSearch search, TimeSpan lease, double? minutes, int keep)
{
    private readonly TrialOutcomes _outcomes = new();
    private readonly ClaimWatch _watch = new(search.Output, lease);
    private readonly Stopwatch _clock = Stopwatch.StartNew();

    /// <summary>Works until the search or the time ends.</summary>
    public SweepResult Run()
    {
        var folder = new SweepFolder(search, lease);
        folder.Enter();
        var plan = search.Plan(_outcomes);
        using var time = new Deadline(minutes is double m ? TimeSpan.FromMinutes(m) : TimeSpan.MaxValue);
        int waits = 0;
        while (true)
        {
            Session.Cancellation.ThrowIfCancellationRequested();
            folder.RequireOwn();
            var open = plan.Open();
            if (open.Count == 0 || time.Token.IsCancellationRequested)
            {
                var result = Publish(plan, folder, finished: open.Count == 0);
                Console.Error.WriteLine($"spent      {Readable.Count(result.Spent!.Trials, "trial")}, "
                    + $"{Readable.Count(result.Spent.Epochs, "epoch")}; this worker {Readable.Clock(_clock.Elapsed)}"
                    + (result.Spent.Finished ? "" : "; the search is not finished: start it again to go on"));
                return result;
            }
            if (TakeOne(plan, open, time.Token))
            {
                waits = 0;
                plan.Open();
                Publish(plan, folder, finished: false);
                continue;
            }
            if (waits++ == 0) Console.Error.WriteLine("waiting    for the trials of other workers");
            WaitHandle.WaitAny([Session.Cancellation.WaitHandle, time.Token.WaitHandle],
                Math.Min(2000, 100 << Math.Min(waits, 5)));
        }
    }

    private SweepResult Publish(SweepPlan plan, SweepFolder folder, bool finished)
    {
        var result = SweepResult.Of(search, plan, finished);
        folder.Write(result);
        if (finished) _watch.RemoveDead();
        SweepFolder.Clean(plan, result, keep, _watch);
        if (finished) folder.RemoveUnfinished();
        return result;
    }

    /// <summary>Trains one of the open runs, the first that is free; false if others work at all of them.</summary>
    private bool TakeOne(SweepPlan plan, IReadOnlyList<SweepJob> open, CancellationToken time)
    {
        foreach (var job in open)
            foreach (var run in job.Trial.Runs)
            {
                int epochs = search.Options.Rungs?[job.Rung] ?? run.Epochs;
                if (_outcomes.Of(run, epochs) is not null) continue;
                using var claim = _watch.TryTake(Path.GetFileName(run.Folder));
                if (claim is null) continue;
                if (_outcomes.Of(run, epochs) is not null) return true; // done by the one that held it before
                Say(plan, job, run);
                Work(run, epochs, claim, time);
                return true;
            }
        return false;
    }

    private void Say(SweepPlan plan, SweepJob job, TrialRun run)
    {
        string of = plan.MostTrials < 10_000 ? $"/{plan.MostTrials}" : "";
        string seed = job.Trial.Runs.Count > 1 ? $" seed {run.Settings.Run.Seed}" : "";
        string rung = search.Options.Rungs is { Count: > 1 } rungs ? $"  to epoch {rungs[job.Rung]}" : "";
        Console.Error.WriteLine($"trial {job.Trial.Number + 1}{of}  {SweepTrial.Shown(job.Trial.Settings)}{seed}{rung}");
    }

    private void Work(TrialRun run, int epochs, RunClaim claim, CancellationToken time)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Session.Cancellation, claim.Lost, time);
        try
        {
            TrialTraining.Train(search.Data, run, epochs, stop.Token);
        }
        catch (OperationCanceledException) when (!Session.Cancellation.IsCancellationRequested)
        {
            if (claim.Lost.IsCancellationRequested)
                Console.Error.WriteLine("  another worker has taken it over, for this one was silent for too long");
        }
        if (_outcomes.Of(run, epochs) is { } outcome)
            Console.Error.WriteLine($"  {outcome.Shown(run.Settings.Run.ValidationMetric)}");
        else if (!stop.IsCancellationRequested) // it would be trained again and again
            throw new InputException($"{run.Folder}: is trained and has no outcome; remove the folder, and it is run again.");
    }
}
