using System.CommandLine;
using ManualVae.Data;
using ManualVae.Study;
using ManualVae.Tools.Mechanisms;
using ManualVae.Tools.Settings;
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
        var output = new Option<string>("--output")
        {
            Description = "Folder for the runs and the table; what is finished in it is kept.", HelpName = "folder",
            Required = true,
        };
        var plans = new SettingFlags<MechanismPlan>(new()).Alias(nameof(MechanismPlan.AnchorWeights), "--anchor-weight");
        var trainings = new SettingFlags<MechanismTraining>(new()).Alias(nameof(MechanismTraining.Seeds), "--seed");
        var json = Flags.Json();
        return Verb.Create("mechanisms",
            "The claims of the mechanisms paper (arXiv 2511.06781) beside what is measured on your data.", parsed =>
        {
            var plan = plans.Read(parsed, new());
            plan = plan with { AnchorWeights = [.. plan.AnchorWeights.Distinct()], Betas = [.. plan.Betas.Distinct()] };
            plan.Validate();
            var training = trainings.Read(parsed, new());
            training.Validate();
            ulong[] draws = [.. training.Seeds.Distinct()];
            var prepared = PreparedDataset.Open(parsed.GetValue(data)!);
            PairSampler.Require(plan.Pairs, Population.Sample(prepared.Train, plan.Users, draws[0])); // before hours of training
            RunSettings Settings(ulong seed) => plan.Shortened(prepared, training, seed);
            string folder = parsed.GetValue(output)!;
            var measurement = new MechanismMeasurement(plan, prepared, training.Preset);
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
        }, [data, output, .. plans.Options, .. trainings.Options, json]);
    }

    private static IEnumerable<string> Lines(
        PreparedDataset data, RunSettings run, ulong[] seeds, MechanismRepeats figures, IReadOnlyList<MechanismClaim> claims)
    {
        yield return Text($"{data.Directory}: {data.Train.Rows} training users, {data.ItemCount} items; {run.Epochs} ")
            + Text($"epochs each, beta to {run.Beta} half way");
        yield return Text($"seeds {string.Join(", ", seeds)}: mean and 95 % interval over ")
            + Text($"users{(seeds.Length > 1 ? " and training" : "; one training run each")}");
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
