namespace ManualVae.Tests.Long.Kills;

/// <summary>Kills and hardships in turn: two kills, then a hardship.</summary>
public static class KillPart
{
    /// <summary>Runs until the count of kills is reached.</summary>
    public static void Run(LongMode.Extent extent)
    {
        using var trials = new KillTrials();
        var hardships = new Hardships(trials).All.ToArray();
        var state = extent.State;
        int Kills() => trials.Scenarios.Sum(scenario => Killed(scenario));
        int Killed(KillScenario scenario) => state.Counts.Kinds.GetValueOrDefault($"kill {scenario.Name}")?.Outcomes
            .Sum(outcome => outcome.Value * (outcome.Key[0] - '0')) ?? 0;
        while (Kills() < extent.Count && extent.GoesOn)
        {
            foreach (var scenario in trials.Scenarios.OrderBy(Killed).Take(2))
            {
                string kind = $"kill {scenario.Name}";
                var (problem, kills) = trials.Run(scenario, Draws.Of(extent.Seed, kind, state.Tried(kind)));
                state.Add(kind, $"{kills} {(kills == 1 ? "kill" : "kills")}", problem);
            }
            var (name, hardship) = hardships.MinBy(pair => state.Tried($"hardship {pair.Key}"));
            string what = $"hardship {name}";
            string? wrong = hardship(Draws.Of(extent.Seed, what, state.Tried(what)));
            state.Add(what, wrong is null ? "borne" : "not borne", wrong);
            state.Save();
        }
    }
}
