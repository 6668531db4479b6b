using ManualVae.Data;
using ManualVae.Training;

namespace ManualVae.Tools.Sweep;

/// <summary>The files of a sweep beside its runs: <c>search.json</c>, <c>sweep.json</c>, <c>best.json</c>, claims.</summary>
/// <param name="search">The search.</param>
/// <param name="lease">How long a worker may be silent.</param>
internal sealed class SweepFolder(SweepSearch search, TimeSpan lease)
{
    /// <summary>Name of the file that says what is searched.</summary>
    public const string SearchFile = "search.json";

    private readonly string _identity = search.Identity(), _file = Path.Combine(search.Output, SearchFile);

    /// <summary>
    /// Makes the folder, or joins those who work in it. Another search may follow in the folder, and finds its trials, but not
    /// while workers are alive.
    /// </summary>
    /// <exception cref="InputException">It cannot be written, overlaps the data, or another search is at work.</exception>
    public void Enter()
    {
        using var claim = Claim();
        if (Text() is { } other && other != _identity && OthersAlive())
            throw new InputException($"{search.Output}: workers of a sweep with other arguments are at work in it; wait for "
                + "their end, or give another --output.");
        AtomicFile.CreateFolder(search.Output);
        if (Text() != _identity) AtomicFile.WriteText(_file, _identity);
    }

    /// <summary>Refuses to go on if another search has followed.</summary>
    /// <exception cref="InputException">It has.</exception>
    public void RequireOwn()
    {
        if (Text() != _identity)
            throw new InputException($"{_file}: is no longer that of this search; a sweep with other arguments has begun in the "
                + "folder. Start this one again after it, or with another --output.");
    }

    /// <summary>Writes what is known: <c>sweep.json</c>, and the best settings as <c>best.json</c>.</summary>
    public void Write(SweepResult result)
    {
        WriteIfNew(Path.Combine(search.Output, SweepResult.File), Terminal.ToJson(result) + "\n");
        if (result.Best is { Validation: not null } best)
            WriteIfNew(Path.Combine(search.Output, SweepResult.BestFile),
                SweepResult.PresetOf(RunFolder.Open(best.Run).Manifest));
    }

    /// <summary>
    /// Deletes the checkpoints of trials that are not among the best and will not go on: no later trial can make them better.
    /// What they were and how they did stays. A run that a worker still holds is left to that: its metrics, which say that it is
    /// finished, are written before its checkpoint.
    /// </summary>
    /// <param name="plan">The plan.</param>
    /// <param name="result">The trials, the best first.</param>
    /// <param name="keep">How many keep their checkpoints; 0 for all.</param>
    /// <param name="watch">Who is alive.</param>
    public static void Clean(SweepPlan plan, SweepResult result, int keep, ClaimWatch watch)
    {
        if (keep == 0) return;
        var kept = result.Trials.Take(keep).SelectMany(trial => trial.Runs ?? [trial.Run])
            .Concat(plan.Trials.Where(plan.MayGoOn).SelectMany(trial => trial.Runs.Select(run => run.Folder))).ToHashSet();
        foreach (string folder in plan.Trials.SelectMany(trial => trial.Runs).Select(run => run.Folder).Distinct())
            if (!kept.Contains(folder) && Directory.Exists(folder) && !watch.IsHeld(Path.GetFileName(folder)))
                DropCheckpoints(folder);
    }

    /// <summary>Deletes the checkpoints of a run; what it was and how it did stays. Nobody works at it.</summary>
    public static void DropCheckpoints(string folder)
    {
        if (!Directory.Exists(folder)) return;
        // The latest first: a run without it begins anew, whatever else is there.
        foreach (string file in (string[])["last.ckpt", "best.ckpt"]) File.Delete(Path.Combine(folder, file));
        UnfinishedFiles.RemoveIn(folder);
    }

    /// <summary>
    /// Removes what a worker left that was killed before its run had begun: a folder without <c>run.json</c>. The caller has
    /// claimed the run.
    /// </summary>
    public static void ClearUnbegun(string folder)
    {
        if (!Directory.Exists(folder) || File.Exists(Path.Combine(folder, "run.json"))) return;
        UnfinishedFiles.RemoveIn(folder);
        string[] own = ["items.tsv", "users.tsv"];
        if (Directory.EnumerateFileSystemEntries(folder).All(entry => own.Contains(Path.GetFileName(entry))))
            Directory.Delete(folder, recursive: true);
    }

    /// <summary>
    /// Removes, at the search's end, what workers left that were killed while they fitted a baseline, or wrote of the search.
    /// </summary>
    public void RemoveUnfinished()
    {
        foreach (string file in (string[])[SearchFile, SweepResult.File, SweepResult.BestFile])
            UnfinishedFiles.RemoveAbandoned(Path.Combine(search.Output, file));
        foreach (string folder in Directory.GetDirectories(search.Output, ".*.partial"))
            try
            {
                Directory.Delete(folder, recursive: true);
            }
            catch (DirectoryNotFoundException)
            {
                // Another worker was faster.
            }
    }

    private static void WriteIfNew(string file, string text)
    {
        if (!File.Exists(file) || File.ReadAllText(file) != text) AtomicFile.WriteText(file, text);
    }

    private string? Text() => File.Exists(_file) ? File.ReadAllText(_file) : null;

    // Held for a moment only: workers that start together wait for each other.
    private OutputFolder Claim()
    {
        const int tries = 20;
        for (int t = 1; ; t++)
            try
            {
                return OutputFolder.Claim(search.Output, search.Data.Directory);
            }
            catch (InputException problem)
                when (t < tries && problem.InnerException is IOException or UnauthorizedAccessException)
            {
                Thread.Sleep(50);
            }
    }

    // A dead worker's heart does not beat within a lease.
    private bool OthersAlive()
    {
        string[] Claims() => Directory.GetFiles(search.Output, "*.claim");
        var watch = new ClaimWatch(search.Output, lease);
        string[] claims = [.. Claims().Where(watch.IsAlive)];
        if (claims.Length == 0) return false;
        Console.Error.WriteLine($"waiting    {lease.TotalSeconds:0} s, whether workers of another sweep in {search.Output} live");
        var before = claims.ToDictionary(file => file, Read);
        if (Session.Cancellation.WaitHandle.WaitOne(lease)) Session.Cancellation.ThrowIfCancellationRequested();
        return Claims().Any(file => !before.TryGetValue(file, out string? text) || text != Read(file));

        static string Read(string file) => File.Exists(file) ? File.ReadAllText(file) : "";
    }
}
