namespace ManualVae.Tests.Long.Fuzz;

/// <summary>Changed inputs of every reader, in turn.</summary>
public static class FuzzPart
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(3);

    private const int BombMegabytes = 64;

    /// <summary>Folder of small files, one folder a format, in the repository above the program.</summary>
    public static string Fixtures => Path.Combine(Repository.Root, "Engine.Tests", "Fixtures", "Data");

    /// <summary>Every file that is changed.</summary>
    public static IReadOnlyList<FuzzTarget> Targets(TemporaryFolder place) =>
        [.. ImportTargets.In(place, Fixtures), .. OwnFileTargets.In(place)];

    /// <summary>Runs until the count is reached: each target gets its share.</summary>
    public static void Run(LongMode.Extent extent)
    {
        using var place = new TemporaryFolder();
        var state = extent.State;
        string found = Directory.CreateDirectory(state.Findings).FullName;
        var targets = Targets(place);
        var sound = targets.ToDictionary(target => target.Name, target => File.ReadAllBytes(target.File));
        double share = extent.Count / targets.Sum(target => target.Weight);
        const int Rounds = 20; // every target early on, whenever the run ends
        for (int round = 1; round <= Rounds; round++)
        {
            if (round == 2 && state.Tried("fuzz bombs") == 0) RunBombs(place, state);
            foreach (var target in targets)
            {
                string kind = $"fuzz {target.Name}";
                int count = (int)Math.Ceiling(share * target.Weight * round / Rounds);
                while (state.Tried(kind) < count && extent.GoesOn)
                {
                    int number = state.Tried(kind);
                    using var watchdog = new Timer(_ => GiveUp(state, kind, target), null, LongestWait, Timeout.InfiniteTimeSpan);
                    var (outcome, problem, input) =
                        FuzzTrial.Run(target, sound[target.Name], Draws.Of(extent.Seed, kind, number));
                    if (problem is not null) Keep(found, $"{kind} {number}", input, problem);
                    state.Add(kind, outcome, problem is null ? null : problem.Split('\n')[0]);
                }
            }
        }
    }

    private static void RunBombs(TemporaryFolder place, LongState state)
    {
        foreach (var (name, file, read) in Bombs.In(place, BombMegabytes))
        {
            var (outcome, problem) = FuzzTrial.Judge(read, new FileInfo(file).Length);
            state.Add("fuzz bombs", outcome, problem is null ? null : $"{name}: {problem.Split('\n')[0]}");
            File.Delete(file);
        }
    }

    // A reader that never ends cannot be stopped from outside: the process ends, and the next one goes on after this input.
    private static void GiveUp(LongState state, string kind, FuzzTarget target)
    {
        string problem = $"took more than {LongestWait.TotalMinutes} minutes";
        Keep(state.Findings, $"{kind} {state.Tried(kind)}", File.ReadAllBytes(target.File), problem);
        state.Add(kind, "hung", problem);
        Environment.Exit(1);
    }

    private static void Keep(string folder, string name, byte[] input, string problem)
    {
        string path = Path.Combine(folder, name.Replace('/', '_').Replace(' ', '_'));
        File.WriteAllBytes(path, input);
        File.WriteAllText(path + ".txt", problem);
    }
}
