using System.CommandLine;
using System.Globalization;
using ManualVae.Data;
using ManualVae.Tools.Runs;
using ManualVae.Tools.Settings;
using ManualVae.Tools.Sweep;

namespace ManualVae.Tools.Verbs;

/// <summary>
/// <c>manualvae sweep</c>: grid, random or model-based search over settings. Every trial is a run folder named by its settings; a
/// trial that is there is not run again, and one that was interrupted goes on. The test part is never touched.
/// </summary>
internal static class SweepVerb
{
    public static Command Create()
    {
        var flags = new TrainingFlags();
        var data = new Option<string>("--data")
        {
            Description = "Prepared dataset with a validation part.", HelpName = "folder", Required = true,
        };
        var output = new Option<string>("--output")
        {
            Description = "Folder of the trials and of sweep.json; given again, the sweep goes on; given to several at once, "
                + "they share the work.",
            HelpName = "folder", Required = true,
        };
        var vary = new Option<string[]>("--vary")
        {
            Description = "What to vary: name=v1,v2,v3 (lists: hidden=600|600,300), name=low..high or name=log:low..high. "
                + "Repeat for more. A trial has those that its model reads.",
            HelpName = "name=values", Required = true,
        };
        var sampler = new Option<SweepSampler?>("--sampler")
        {
            Description = "grid: every combination; random: independent draws; tpe: near what did well. [default: random with "
                + "--random, --trials or a budget, else grid]",
            HelpName = "grid|random|tpe",
        };
        var trials = new Option<int?>("--trials") { Description = "Trials at most.", HelpName = "n" };
        var random = new Option<int>("--random") { Description = "Short for --sampler random --trials n.", HelpName = "n" };
        var budgetEpochs = new Option<int?>("--budget-epochs")
        {
            Description = "Epochs at most, of all trials together; a fitted baseline counts as one.", HelpName = "n",
        };
        var budgetMinutes = new Option<double?>("--budget-minutes")
        {
            Description = "Minutes at most, of each worker; started again, the sweep goes on.", HelpName = "minutes",
        };
        var seeds = new Option<int>("--seeds")
        {
            Description = "Runs of each trial, with seeds from --seed on; their mean counts.", HelpName = "n",
            DefaultValueFactory = _ => 1,
        };
        var halving = new Option<bool>("--halving")
        {
            Description = "Train all trials for a few epochs, and the best third on to the next rung (ASHA).",
        };
        var minEpochs = new Option<int?>("--min-epochs")
        {
            Description = "Epochs of the first rung. [default: a ninth of --epochs, at least 10: some losses start late]",
            HelpName = "n",
        };
        var round = new Option<int>("--round")
        {
            Description = "Trials chosen at once by tpe and halving; more keep more workers busy, fewer learn sooner.",
            HelpName = "n", DefaultValueFactory = _ => 4,
        };
        var keep = new Option<int>("--keep")
        {
            Description = "Trials that keep their checkpoints: best, the best n, or all (0).", HelpName = "best|n|all",
            DefaultValueFactory = _ => 1,
            CustomParser = given =>
            {
                string text = given.Tokens[0].Value;
                if (text is "best" or "all") return text == "best" ? 1 : 0;
                if (!int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out int trials))
                    given.AddError($"--keep '{text}': give best, all or a number of trials.");
                return trials;
            },
        };
        var lease = new Option<double>("--lease")
        {
            Description = "Seconds without a sign of life after which a worker counts as dead.",
            HelpName = "seconds", DefaultValueFactory = _ => 60,
        };
        var searchSeed = Flags.Seed("--search-seed", "Seed of the draws.", 1);
        var json = Flags.Json();
        return Verb.Create("sweep", "Search over settings: grid, random or TPE; resumable.", parsed =>
        {
            int? most = parsed.GetValue(trials) ?? (parsed.GetValue(random) > 0 ? parsed.GetValue(random) : null);
            int? epochs = parsed.GetValue(budgetEpochs);
            double? minutes = parsed.GetValue(budgetMinutes);
            bool limited = most is not null || epochs is not null || minutes is not null;
            var options = new SweepOptions
            {
                Sampler = parsed.GetValue(sampler) ?? (limited ? SweepSampler.Random : SweepSampler.Grid),
                Trials = most, BudgetEpochs = epochs, Seeds = parsed.GetValue(seeds), Round = parsed.GetValue(round),
                Seed = parsed.GetValue(searchSeed),
            };
            options.Validate();
            Check(parsed.GetValue(keep) >= 0, "--keep", parsed.GetValue(keep), "0 or more");
            Check(parsed.GetValue(lease) > 0, "--lease", parsed.GetValue(lease), "above 0");
            Check(minutes is null or > 0, "--budget-minutes", minutes ?? 0, "above 0");
            if (options.Sampler == SweepSampler.Tpe && !limited)
                throw new InputException("--sampler tpe: it has no end; give --trials, --budget-epochs or --budget-minutes.");
            if (parsed.GetValue(minEpochs) is not null && !parsed.GetValue(halving))
                throw new InputException("--min-epochs: is the first rung of --halving; give both.");
            var space = new SweepSpace(parsed.GetValue(vary)!);
            var prepared = PreparedDataset.Open(parsed.GetValue(data)!);
            HeldOut.Part(prepared, "validation");
            if (prepared.Validation is not { HasClicksToFind: true })
                throw new InputException($"{prepared.Directory}: no validation user has anything to find, and a sweep judges by "
                    + "that; divide the data anew.");
            var search = new SweepSearch(flags, parsed, space, options, parsed.GetValue(halving), parsed.GetValue(minEpochs),
                prepared, parsed.GetValue(output)!);
            var result = new SweepWorker(search, TimeSpan.FromSeconds(parsed.GetValue(lease)), minutes, parsed.GetValue(keep))
                .Run();
            if (parsed.GetValue(json)) Terminal.WriteJson(result);
            else SweepTable.Write(result);
            return result.Trials.Any(trial => trial.Validation is not null) ? ExitCode.Done : ExitCode.Failed;
        }, [data, output, vary, sampler, trials, random, budgetEpochs, budgetMinutes, seeds, halving, minEpochs, round, keep,
            lease, searchSeed, json, .. flags.Options]);
    }

    private static void Check(bool holds, string flag, double value, string range)
    {
        if (!holds) throw new InputException($"{flag} is {value}; it must be {range}.");
    }
}
