using System.Diagnostics;
using ManualVae.Data;
using ManualVae.Tests.Long.Fuzz;
using ManualVae.Tests.Long.Kills;
using ManualVae.Tests.Long.Soak;

namespace ManualVae.Tests.Long;

/// <summary>The parts of the long mode, and their counts.</summary>
public static class LongMode
{
    /// <summary>How far a part goes.</summary>
    /// <param name="Seed">Of all draws.</param>
    /// <param name="Count">Trials, those that were done before included.</param>
    /// <param name="Time">Longest time.</param>
    /// <param name="State">Counts.</param>
    /// <param name="Cancellation">Ends it between two trials.</param>
    public sealed record Extent(int Seed, int Count, TimeSpan Time, LongState State, CancellationToken Cancellation)
    {
        private readonly Stopwatch _clock = Stopwatch.StartNew();

        /// <summary>There is time for another trial.</summary>
        public bool GoesOn => _clock.Elapsed < Time && !Cancellation.IsCancellationRequested;
    }

    /// <summary>The parts, with the trials that they make unless told otherwise.</summary>
    public static IReadOnlyDictionary<string, (Action<Extent> Run, int Count)> Parts { get; } =
        new Dictionary<string, (Action<Extent>, int)>
        {
            ["fuzz"] = (FuzzPart.Run, 100_000),
            ["kill"] = (KillPart.Run, 200),
            ["soak"] = (SoakPart.Run, 1_000),
        };

    /// <summary>Runs parts one after another and prints what was counted.</summary>
    /// <returns>The exit code: 1 where anything went wrong.</returns>
    public static int Run(IReadOnlyList<string> parts, int seed, double? minutes, int? count, string file,
        CancellationToken cancellation)
    {
        var state = LongState.Open(file, seed);
        foreach (string part in parts)
        {
            if (!Parts.TryGetValue(part, out var known))
                throw new InputException($"--parts {part}: unknown; take of {string.Join(", ", Parts.Keys)}.");
            var time = minutes is double given ? TimeSpan.FromMinutes(given)
                : part == "soak" ? TimeSpan.FromMinutes(10) : TimeSpan.MaxValue;
            known.Run(new(seed, count ?? known.Count, time, state, cancellation));
            state.Save();
        }
        foreach (var (kind, tally) in state.Counts.Kinds)
            Console.WriteLine($"{kind,-44} {tally.Tried,7} tried: "
                + string.Join(", ", tally.Outcomes.Select(outcome => $"{outcome.Value} {outcome.Key}")));
        foreach (var group in state.Counts.Kinds.GroupBy(kind => kind.Key.Split(' ')[0]))
            Console.WriteLine($"{group.Key}: {group.Sum(kind => kind.Value.Tried)} in all");
        foreach (string problem in state.Counts.Problems) Console.WriteLine($"PROBLEM {problem}");
        return state.Counts.Problems.Count > 0 ? 1 : 0;
    }
}
