using System.Diagnostics;

namespace ManualVae.Tests.Long.Kills;

/// <summary>
/// Kills a command at a random moment, looks at what it left, lets it go on, and compares the end with that of a command that
/// nobody killed. Half of the moments are drawn over the time that the command takes, half right after one of its writes.
/// </summary>
public sealed class KillTrials : IDisposable
{
    private static readonly string[] Signals = ["KILL", "KILL", "KILL", "TERM", "INT"];

    private readonly TemporaryFolder _place = new();
    private readonly Dictionary<string, Reference> _references = [];

    /// <summary>Prepares what the scenarios read.</summary>
    public KillTrials()
    {
        KillScenario.Prepare(_place);
        Scenarios = KillScenario.All(_place);
    }

    /// <summary>What can be killed.</summary>
    public IReadOnlyList<KillScenario> Scenarios { get; }

    private string Work => _place["work"];

    // Reports name their file, so every trial writes to the same place. The end of the name matters to exports alone.
    private string Output => Path.Combine(Work, "rs.npz");

    /// <summary>One trial.</summary>
    /// <param name="scenario">What is killed.</param>
    /// <param name="random">Draws the moment.</param>
    /// <returns>What went wrong, or null; and how many commands were killed before their end.</returns>
    public (string? Problem, int Kills) Run(KillScenario scenario, Random random)
    {
        var reference = ReferenceOf(scenario);
        Clean(scenario);
        var start = scenario.Start;
        int killed = 0;
        for (int kills = random.Next(1, 4); kills > 0; kills--)
        {
            string signal = Signals[random.Next(Signals.Length)];
            var (ending, inTime) = RunAndKill(start(Output), signal, reference, random);
            if (inTime) killed++;
            if (Judge(scenario, reference, ending, signal) is { } problem) return (problem, killed);
            // A signal may come after the result: then the work is done.
            if (scenario.IsWhole && FolderPicture.Same(FolderPicture.Of(Output), reference.New)) return (null, killed);
            start = scenario.GoOn ?? scenario.Start;
        }
        var last = ToolProcess.Run(start(Output));
        if (last.Code != 0) return ($"does not go on: {last.Code}, {last.Messages}", killed);
        return (Finished(scenario, reference) ?? Litter(), killed);
    }

    // Whoever finishes the work removes what the killed ones left unfinished.
    private string? Litter()
    {
        string left = string.Join(", ", Directory.EnumerateFileSystemEntries(Work, ".*.partial", SearchOption.AllDirectories)
            .Select(entry => Path.GetRelativePath(Work, entry)));
        return left.Length == 0 ? null : $"unfinished files are still there: {left}";
    }

    /// <summary>What differs from the end that nobody disturbed, or null.</summary>
    public string? Finished(KillScenario scenario, string? output = null) => Finished(scenario, ReferenceOf(scenario), output);

    /// <summary>An empty place, with what was there before.</summary>
    public string Clean(KillScenario scenario)
    {
        TemporaryFolder.Remove(Work);
        Directory.CreateDirectory(Work);
        scenario.Old?.Invoke(Output);
        return Output;
    }

    /// <inheritdoc/>
    public void Dispose() => _place.Dispose();

    private string? Judge(KillScenario scenario, Reference reference, Ending ending, string signal)
    {
        bool bySignal = ending.Code is 137 or 143 or 130; // 143 and 130 too where the signal came before the program's own care
        if (!bySignal && ending.Code != 0) return $"{signal}: exit code {ending.Code}, {ending.Messages}";
        if (!scenario.IsWhole) return null;
        var now = FolderPicture.Of(Output);
        return FolderPicture.Same(now, reference.Old) || FolderPicture.Same(now, reference.New) ? null
            : $"{signal}: neither the old state nor the new one; differs in {FolderPicture.Difference(now, reference.New)}";
    }

    private string? Finished(KillScenario scenario, Reference reference, string? output = null)
    {
        var now = FolderPicture.Of(output ?? Output);
        if (!scenario.SameBits) return now.Count > 0 ? null : "nothing is there";
        string difference = FolderPicture.Difference(now, reference.New);
        return difference.Length == 0 ? null : $"ends otherwise than without a kill: {difference}";
    }

    private (Ending Ending, bool InTime) RunAndKill(string[] arguments, string signal, Reference reference, Random random)
    {
        using var watcher = new FileSystemWatcher(Work) { IncludeSubdirectories = true, EnableRaisingEvents = true };
        using var wrote = new ManualResetEventSlim();
        int left = random.Next(2) == 0 ? random.Next(1, reference.Writes + 1) : int.MaxValue;
        void Count(object sender, FileSystemEventArgs change)
        {
            if (Interlocked.Decrement(ref left) == 0) wrote.Set();
        }
        watcher.Created += Count;
        watcher.Changed += Count;
        watcher.Renamed += Count;
        using var process = ToolProcess.Start(arguments);
        var end = Task.Run(() => ToolProcess.End(process));
        bool byWrites = left != int.MaxValue;
        var moment = reference.Duration * (0.1 + random.NextDouble());
        if (byWrites) WaitHandle.WaitAny([wrote.WaitHandle, ((IAsyncResult)end).AsyncWaitHandle], ToolProcess.Patience);
        else end.Wait(moment);
        if (byWrites) Thread.Sleep(random.Next(4));
        bool inTime = !end.IsCompleted;
        if (inTime)
        {
            if (signal == "KILL") process.Kill();
            else ToolProcess.Signal(process, signal);
        }
        return (end.Result, inTime);
    }

    private Reference ReferenceOf(KillScenario scenario)
    {
        if (_references.TryGetValue(scenario.Name, out var known)) return known;
        Clean(scenario);
        var old = FolderPicture.Of(Output);
        int writes = 0;
        using var watcher = new FileSystemWatcher(Work) { IncludeSubdirectories = true, EnableRaisingEvents = true };
        watcher.Created += (_, _) => Interlocked.Increment(ref writes);
        watcher.Changed += (_, _) => Interlocked.Increment(ref writes);
        watcher.Renamed += (_, _) => Interlocked.Increment(ref writes);
        var clock = Stopwatch.StartNew();
        var ending = ToolProcess.Run(scenario.Start(Output));
        if (ending.Code != 0) throw new InvalidOperationException($"{scenario.Name}: {ending.Messages}");
        var made = new Reference(old, FolderPicture.Of(Output), clock.Elapsed, Math.Max(1, writes));
        _references.Add(scenario.Name, made);
        return made;
    }

    private sealed record Reference(IReadOnlyDictionary<string, string> Old, IReadOnlyDictionary<string, string> New,
        TimeSpan Duration, int Writes);
}
