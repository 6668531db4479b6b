using System.CommandLine;
using ManualVae.Compute;
using ManualVae.Data;
using ManualVae.Study;
using ManualVae.Tools.Mechanisms;
using ManualVae.Tools.Studies;
using ManualVae.Training;
using static ManualVae.Tools.Mechanisms.MechanismNames;
using static ManualVae.Tools.Studies.StudyText;

namespace ManualVae.Tools.Verbs.Tables;

/// <summary>
/// <c>tables mechanisms</c>: trains the settings of arXiv 2511.06781 (clean input, masking, masking and anchors) with one or more
/// seeds, runs the studies on them and prints the paper's claims beside what was measured.
/// </summary>
internal static class TablesMechanismsVerb
{
    /// <summary>Rows of the printed table; <c>figures.csv</c> has them all.</summary>
    private static readonly string[] Printed =
    [
        Ndcg, Recall, Validation, Helps, Local, Global, Unrelated, MaskedGlobal, Decay, RelativeDecay, FixedDecay, CosineDecay,
        ClickDecay, Control,
        LipschitzMedian, PositiveRadius, Inside, InsideOwn, InsideOwnPairs, NotHelped, FirstOrder, FarInput, FarLatent, NearInput,
        NearLatent, Kept,
        KeptClean, OwnDistance, MaskVariance, RelativeVariance, CentroidDistance, Overlap, LocalNeighbours, GlobalNeighbours,
        Purity, Kl,
        Informative, MeanDistance,
    ];

    public static Command Create()
    {
        var data = new Option<string>("--data") { Description = "Prepared dataset.", HelpName = "folder", Required = true };
        var output = new Option<string>("--output") {
            Description = "Folder for the runs and the table; what is finished in it is kept.", HelpName = "folder",
            Required = true };
        var preset = new Option<string>("--preset") { Description = "Settings to start from.", HelpName = "name",
            DefaultValueFactory = _ => "liang2018" };
        var epochs = new Option<int>("--epochs") { Description = "Epochs of settings 1 to 3; the sweep of beta has half of it.",
            HelpName = "n", DefaultValueFactory = _ => 40 };
        var early = new Option<int>("--early") {
            Description = "Epochs, fewer than --epochs, after which setting 2 is measured too; 0 for not.", HelpName = "n",
            DefaultValueFactory = _ => 3 };
        var users = new Option<int>("--users") { Description = "Training users sampled.", HelpName = "n",
            DefaultValueFactory = _ => 600 };
        var pairs = new Option<int>("--pairs") { Description = "Pairs of the radius study.", HelpName = "n",
            DefaultValueFactory = _ => 2000 };
        var weights = new Option<string>("--anchor-weights", "--anchor-weight") {
            Description = "lambda of setting 3, one run each.", HelpName = "x,x", DefaultValueFactory = _ => "1,8" };
        var betas = new Option<string>("--betas") { Description = "Sweep of constant betas; empty for none.", HelpName = "x,x",
            DefaultValueFactory = _ => "0,0.2,1,5,20" };
        var device = new Option<string>("--device") { Description = $"Where to compute: {Backends.Names}.", HelpName = "name",
            DefaultValueFactory = _ => "auto" };
        var threads = new Option<int>("--threads") { Description = "Threads; 0 for all.", HelpName = "n" };
        var seeds = new Option<string>("--seeds", "--seed") {
            Description = "Seeds: with each, everything is trained and measured, on users of its own.",
            HelpName = "n,n", DefaultValueFactory = _ => "98765" };
        var json = Flags.Json();
        return Verb.Create("mechanisms",
            "The claims of the mechanisms paper (arXiv 2511.06781) beside what is measured on your data.", parsed =>
        {
            var plan = new MechanismPlan
            {
                Epochs = parsed.GetValue(epochs), Early = parsed.GetValue(early), Users = parsed.GetValue(users),
                Pairs = parsed.GetValue(pairs),
                AnchorWeights = Distinct("--anchor-weights", parsed.GetValue(weights)!),
                Betas = Distinct("--betas", parsed.GetValue(betas)!),
            };
            ulong[] draws = Seeds(parsed.GetValue(seeds)!);
            Check(plan);
            var prepared = PreparedDataset.Open(parsed.GetValue(data)!);
            PairSampler.Require(plan.Pairs, Population.Sample(prepared.Train, plan.Users, draws[0])); // before hours of training
            RunSettings Settings(ulong seed) => MechanismPlan.Shortened(
                prepared, parsed.GetValue(preset)!, plan.Epochs, parsed.GetValue(device)!, parsed.GetValue(threads), seed);
            string folder = parsed.GetValue(output)!;
            var measurement = new MechanismMeasurement(plan, prepared, parsed.GetValue(preset)!);
            var figures = new MechanismRepeats();
            foreach (ulong seed in draws)
                foreach (var setting in plan.Settings(Settings(seed)))
                    figures.Add(setting.Name, measurement.Figures(setting, Path.Combine(folder, $"seed-{seed}", setting.Name),
                        seed));
            measurement.Maps(plan.Settings(Settings(draws[0])), Path.Combine(folder, $"seed-{draws[0]}"), draws[0]);
            var claims = MechanismClaims.Judge(figures, plan);
            var written = MechanismDrawings.Write(new StudyOutput(folder, "mechanisms", new
            {
                seeds = draws, plan, claims,
                settings = figures.Settings.ToDictionary(s => s, s => figures.Names(s).ToDictionary(n => n, n => figures[s, n])),
            }), figures, plan, claims);
            if (parsed.GetValue(json)) Console.Out.WriteLine(written.Document);
            else
                foreach (string line in Lines(prepared, Settings(draws[0]), draws, figures, claims)) Console.Out.WriteLine(line);
            Console.Error.WriteLine($"wrote {written.Folder}");
            return ExitCode.Done;
        }, data, output, preset, epochs, early, users, pairs, weights, betas, device, threads, seeds, json);
    }

    private static void Check(MechanismPlan plan)
    {
        if (plan.Epochs < 2) throw new InputException($"--epochs {plan.Epochs}: give at least 2.");
        if (plan.Early < 0) throw new InputException($"--early {plan.Early}: give 0 or more.");
        if (plan.Pairs < 1) throw new InputException($"--pairs {plan.Pairs}: give at least 1.");
        if (plan.Users < 3) throw new InputException($"--users {plan.Users}: give at least 3.");
        if (plan.AnchorWeights.Contains(0)) throw new InputException("--anchor-weights 0: give weights above 0.");
    }

    private static double[] Distinct(string flag, string list) =>
        list.Length == 0 ? [] : [.. StudyText.Numbers(flag, list).Distinct()];

    private static ulong[] Seeds(string list) => [.. list.Split(',', StringSplitOptions.TrimEntries).Select(part =>
        ulong.TryParse(part, out ulong seed) ? seed
            : throw new InputException(
                $"--seeds {list}: '{part}' is not a whole number of 0 or more; give numbers separated by commas.")).Distinct()];

    private static IEnumerable<string> Lines(
        PreparedDataset data, RunSettings run, ulong[] seeds, MechanismRepeats figures, IReadOnlyList<MechanismClaim> claims)
    {
        yield return Text($"{data.Directory}: {data.Train.Rows} training users, {data.ItemCount} items; {run.Epochs} epochs each, beta to {run.Beta} half way");
        yield return Text($"seeds {string.Join(", ", seeds)}: mean and 95 % interval over users{(seeds.Length > 1 ? " and training" : "; one training run each")}");
        foreach (string[] settings in figures.Settings.Chunk(4))
        {
            yield return "";
            yield return Row(["", .. settings]);
            foreach (string name in Printed)
                if (settings.Any(s => double.IsFinite(figures[s, name].Value)))
                    yield return Row([name, .. settings.Select(s => figures[s, name] is var i
                        && double.IsFinite(i.Value) ? i.ToString() : "-")]);
        }
        yield return "";
        foreach (var claim in claims) yield return $"{claim.Verdict,-13} {claim.Claim}\n{"",-13} measured: {claim.Measured}";
    }
}
