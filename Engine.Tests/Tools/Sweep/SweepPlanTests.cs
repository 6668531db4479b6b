using ManualVae.Tools.Settings;
using ManualVae.Tools.Sweep;
using ManualVae.Training;
using Xunit;

namespace ManualVae.Tests.Tools.Sweep;

/// <summary>Rungs, promotion, budgets and rounds, with outcomes that are made up.</summary>
public sealed class SweepPlanTests
{
    private const int Epochs = 9;

    private static SweepOptions Random => new() { Sampler = SweepSampler.Random };

    [Theory]
    [InlineData(1, 9, new[] { 1, 3, 9 })]
    [InlineData(10, 200, new[] { 10, 30, 90, 200 })]
    [InlineData(12, 100, new[] { 12, 36, 100 })]
    [InlineData(10, 30, new[] { 10, 30 })]
    [InlineData(4, 20, new[] { 4, 20 })] // 12 is too near to 20
    [InlineData(10, 15, new[] { 15 })]
    [InlineData(9, 9, new[] { 9 })]
    public void Rungs_are_three_times_as_high_each(int first, int epochs, int[] expected) =>
        Assert.Equal(expected, SuccessiveHalving.Rungs(first, epochs));

    [Theory]
    [InlineData(200, 23)]
    [InlineData(100, 12)]
    [InlineData(50, 10)]
    [InlineData(5, 5)]
    public void The_first_rung_waits_for_models_that_start_late(int epochs, int first) =>
        Assert.Equal(first, SuccessiveHalving.FirstOf(epochs));

    [Fact]
    public void The_best_third_goes_on_and_a_trial_may_do_so_later()
    {
        (int, double?)[] first = [(0, 0.3), (1, 0.5), (2, 0.1), (3, null), (4, 0.4), (5, 0.5)];
        Assert.Equal([1, 5], SuccessiveHalving.Promotable(first, new HashSet<int>()));
        Assert.Equal([5], SuccessiveHalving.Promotable(first, new HashSet<int> { 1 }));
        // Three more, none of them good: trial 4, which had stopped, is in the best third of nine.
        Assert.Equal([4], SuccessiveHalving.Promotable([.. first, (6, 0.2), (7, 0.0), (8, null)], new HashSet<int> { 1, 5 }));
        Assert.Empty(SuccessiveHalving.Promotable([(0, 1), (1, 2)], new HashSet<int>()));
        Assert.Empty(SuccessiveHalving.Promotable([(0, null), (1, null), (2, null)], new HashSet<int>()));
    }

    [Fact]
    public void Promotion_on_literal_values_round_by_round()
    {
        // Nine trials in rounds of five; the value of a trial is the same at every rung.
        double[] values = [0.30, 0.10, 0.20, 0.50, 0.40, 0.05, 0.60, 0.15, 0.25];
        var search = new Made(Random with { Trials = 9, Round = 5, Rungs = [1, 3, 9] }, values);
        // Of five one goes on (trial 3, the best); of nine three do (6 and 4 follow); of three one goes to the end (6).
        Assert.Equal(["0@0 1@0 2@0 3@0 4@0", "3@1 5@0 6@0 7@0 8@0", "6@1 4@1", "6@2"], search.Rounds());
        Assert.Equal(9 + 3 * 2 + 6, search.Plan.SpentEpochs);
        Assert.False(search.Plan.MayGoOn(search.Plan.Trials[4]));
    }

    [Fact]
    public void The_best_is_trained_to_the_end_even_if_there_are_few()
    {
        var search = new Made(Random with { Trials = 2, Rungs = [1, 3, 9] }, [0.1, 0.2]);
        Assert.Equal(["0@0 1@0", "1@1", "1@2"], search.Rounds());
    }

    [Fact]
    public void Only_trials_that_may_still_be_promoted_are_kept()
    {
        double[] values = [0.30, 0.10, 0.20, 0.50, 0.40, 0.05, 0.60, 0.15, 0.25];
        var search = new Made(Random with { Trials = 9, Round = 5, Rungs = [1, 3, 9] }, values);
        search.Finish(search.Plan.Open());
        search.Plan.Open();
        // Three of nine can ever go on: 3, 4 and 0 lead.
        Assert.Equal([true, false, false, true, true],
            search.Plan.Trials.Take(5).Select(search.Plan.MayGoOn));
    }

    [Theory]
    [InlineData(27, 3)]
    [InlineData(35, 3)]
    [InlineData(36, 4)]
    [InlineData(8, 0)]
    public void A_budget_of_epochs_is_never_exceeded(int budget, int trials)
    {
        var search = new Made(Random with { BudgetEpochs = budget }, [.. Enumerable.Repeat(0.5, 9)]);
        search.Rounds();
        Assert.Equal(trials, search.Plan.Trials.Count);
        Assert.Equal(trials * Epochs, search.Plan.SpentEpochs);
    }

    [Fact]
    public void With_halving_the_budget_leaves_enough_to_finish_one()
    {
        double[] values = [.. Enumerable.Range(0, 60).Select(i => i * 7 % 60 / 60.0)];
        for (int budget = 9; budget < 60; budget++)
        {
            var search = new Made(Random with { BudgetEpochs = budget, Round = 4, Rungs = [1, 3, 9] }, values);
            Assert.Contains("@2", string.Join(' ', search.Rounds()), StringComparison.Ordinal);
            Assert.InRange(search.Plan.SpentEpochs, budget - 9, budget);
        }
    }

    [Theory]
    [InlineData("tpe")]
    [InlineData("random")]
    public void The_search_is_the_same_in_whatever_order_trials_finish(string sampler)
    {
        var options = Random with
        {
            Sampler = Enum.Parse<SweepSampler>(sampler, ignoreCase: true),
            Trials = 40,
            Startup = 8,
            Rungs = [1, 3, 9],
        };
        Made[] searches = [.. Enumerable.Range(0, 3).Select(_ => new Made(options, null))];
        var rounds = searches.Select((search, k) => string.Join('\n', search.Rounds(k switch
        {
            0 => open => open[..1], // one worker
            1 => open => [open[^1]], // in the opposite order
            _ => open => open, // as many workers as trials
        }))).ToList();
        Assert.Single(rounds.Distinct());
        Assert.Single(searches.Select(search => string.Join('\n',
            search.Plan.Trials.Select(trial => SweepTrial.Shown(trial.Settings)))).Distinct());
    }

    [Fact]
    public void A_failed_trial_is_never_promoted_and_ends_nothing()
    {
        var search = new Made(Random with { Trials = 3, Rungs = [3, 9] }, [double.NaN, 0.2, 0.1]);
        Assert.Equal(["0@0 1@0 2@0", "1@1"], search.Rounds());
    }

    /// <summary>A plan over made-up outcomes.</summary>
    private sealed class Made
    {
        private readonly Dictionary<(int Trial, int Rung), TrialOutcome> _outcomes = [];
        private readonly SweepOptions _options;
        private readonly double[]? _values;

        public Made(SweepOptions options, double[]? values)
        {
            (_options, _values) = (options, values);
            var resolved = ResolvedSettings.From(new RunSettings { Epochs = Epochs }, null);
            Plan = new(options, new SweepSpace(["x=0..1", "y=log:0.01..1"]), null,
                (number, settings) => new(number, settings, [new($"run{number}", resolved)]),
                (trial, rung) => _outcomes.GetValueOrDefault((trial.Number, rung)));
        }

        public SweepPlan Plan { get; }

        /// <summary>Runs to the end; the jobs of each round as trial@rung.</summary>
        public List<string> Rounds(Func<SweepJob[], SweepJob[]>? take = null)
        {
            var rounds = new List<string>();
            int round = -1;
            while (Plan.Open() is { Count: > 0 } open)
            {
                if (Plan.Rounds != round) rounds.Add(string.Join(' ', open.Select(job => $"{job.Trial.Number}@{job.Rung}")));
                round = Plan.Rounds;
                Finish(take is null ? open : take([.. open]));
            }
            return rounds;
        }

        public void Finish(IEnumerable<SweepJob> jobs)
        {
            foreach (var (trial, rung) in jobs)
            {
                double value = _values?[trial.Number] ?? -Math.Abs(SweepDimension.Number(trial.Settings["x"]) - 0.4);
                _outcomes[(trial.Number, rung)] = new(double.IsNaN(value) ? null : value, null, 1,
                    [_options.Rungs?[rung] ?? Epochs], null);
            }
        }
    }
}
