using ManualVae.Tests.Long.Fuzz;
using ManualVae.Tests.Long.Kills;
using ManualVae.Tests.Long.Soak;
using ManualVae.Tests.Tools;
using Xunit;

namespace ManualVae.Tests.Long;

/// <summary>The parts of the long mode (docs/testing.md), each for a few seconds.</summary>
[Collection(nameof(CommandLine))]
public sealed class LongModeTests
{
    private const int Seed = 5;

    [Fact]
    public void Changed_inputs_are_read_or_refused()
    {
        using var place = new TemporaryFolder();
        var outcomes = new HashSet<string>();
        foreach (var target in FuzzPart.Targets(place))
        {
            byte[] sound = File.ReadAllBytes(target.File);
            for (int number = 0; number < 4; number++)
            {
                var (outcome, problem, _) = FuzzTrial.Run(target, sound, Draws.Of(Seed, target.Name, number));
                Assert.True(problem is null, $"{target.Name}, input {number}: {problem}");
                outcomes.Add(outcome);
            }
        }
        Assert.Equal(["read", "refused"], outcomes.Order());
    }

    [Fact]
    public void What_goes_wrong_in_a_reader_is_noticed()
    {
        byte[] kept = [];
        Assert.Equal("failed", FuzzTrial.Judge(() => throw new InvalidDataException("x"), 10).Outcome);
        Assert.Contains("several lines",
            FuzzTrial.Judge(() => throw new ManualVae.Data.InputException("a\nb"), 10).Problem, StringComparison.Ordinal);
        Assert.Contains("MB for 10 bytes", FuzzTrial.Judge(() => kept = new byte[80 << 20], 10).Problem,
            StringComparison.Ordinal);
        Assert.Equal(("read", null), FuzzTrial.Judge(() => { }, 10));
        using var place = new TemporaryFolder();
        File.WriteAllText(place["sealed"], "0123456789");
        var trusting = new FuzzTarget("trusting", place["sealed"], FileKind.Lines, () => { }, IsSealed: true);
        Assert.Contains(Enumerable.Range(0, 20), number => FuzzTrial.Run(trusting, "0123456789"u8.ToArray(),
            Draws.Of(Seed, "trusting", number)).Outcome == "missed");
        Assert.Equal("0123456789", File.ReadAllText(place["sealed"]));
    }

    [Fact]
    public void A_killed_command_leaves_the_old_state_or_the_new_one_and_goes_on_to_the_same_bits()
    {
        if (OperatingSystem.IsWindows()) return;
        using var trials = new KillTrials();
        foreach (var scenario in trials.Scenarios.Where(scenario => scenario.Name is "train" or "import over older data"))
        {
            var (problem, _) = trials.Run(scenario, Draws.Of(Seed, scenario.Name, 0));
            Assert.True(problem is null, $"{scenario.Name}: {problem}");
        }
        var hardships = new Hardships(trials).All;
        foreach (string name in (string[])["several at once", "half a run"])
        {
            string? problem = hardships[name](Draws.Of(Seed, name, 0));
            Assert.True(problem is null, $"{name}: {problem}");
        }
    }

    [Fact]
    public void Memory_stays_flat()
    {
        Assert.Equal((60, null), SoakPart.Epochs(60));
        Assert.Equal((60, null), SoakPart.Models(60));
    }

    [Fact]
    public void Memory_that_grows_is_noticed()
    {
        var (curve, kept) = (new MemoryCurve(), new List<byte[]>());
        for (int i = 0; i < 9; i++)
        {
            kept.Add(new byte[32 << 20]); // far more than what other tests give back meanwhile
            curve.Note();
        }
        Assert.Contains("objects grew", curve.Growth(), StringComparison.Ordinal);
        GC.KeepAlive(kept);
    }

    [Fact]
    public async Task A_service_under_load_answers_and_ends_well()
    {
        if (OperatingSystem.IsWindows()) return;
        using var place = new TemporaryFolder();
        var (requests, problem) = await ServiceLoad.Run(place, TimeSpan.FromSeconds(4), CancellationToken.None);
        Assert.True(requests > 20, $"{requests} requests");
        Assert.True(problem is null || problem.Contains("resident", StringComparison.Ordinal), problem); // it still warms up
    }

    [Fact]
    public void Counts_are_kept_and_another_seed_is_refused()
    {
        using var place = new TemporaryFolder();
        var state = LongState.Open(place["long.json"], Seed);
        state.Add("fuzz a", "read");
        state.Add("fuzz a", "failed", "it fell over");
        state.Save();
        var again = LongState.Open(place["long.json"], Seed);
        Assert.Equal((2, 0), (again.Tried("fuzz a"), again.Tried("fuzz b")));
        Assert.Equal(["fuzz a, 1: it fell over"], again.Counts.Problems);
        Assert.Contains("seed 5", Assert.Throws<ManualVae.Data.InputException>(
            () => LongState.Open(place["long.json"], 6)).Message, StringComparison.Ordinal);
    }
}
