using System.CommandLine;
using ManualVae.Data;
using ManualVae.Study;
using ManualVae.Tools.Mechanisms;
using ManualVae.Tools.Settings;
using ManualVae.Tools.Studies;
using ManualVae.Training;

namespace ManualVae.Tools.Verbs.Tables;

/// <summary>
/// <c>tables mechanisms</c>: trains the settings of arXiv 2511.06781 (clean input, masking, masking and anchors) with one or more
/// seeds, runs the studies on them and prints the paper's claims beside what was measured.
/// </summary>
internal static class TablesMechanismsVerb
{
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
            plan = plan with
            {
                AnchorWeights = [.. plan.AnchorWeights.Distinct()],
                Masks = [.. plan.Masks.Distinct()],
                Betas = [.. plan.Betas.Distinct()],
                Priors = [.. plan.Priors.Distinct()],
            };
            plan.Validate();
            var training = trainings.Read(parsed, new());
            training.Validate();
            ulong[] draws = [.. training.Seeds.Distinct()];
            var prepared = PreparedDataset.Open(parsed.GetValue(data)!);
            PairSampler.Require(plan.Pairs, Population.Sample(prepared.Train, plan.Users, draws[0])); // before hours of training
            RunSettings Settings(ulong seed) => plan.Shortened(prepared, training, seed);
            string folder = parsed.GetValue(output)!;
            var measurement = new MechanismMeasurement(plan, prepared, training.Preset);
            var stages = new MechanismStages();
            var pace = new MechanismPace(plan.Chosen(Settings(draws[0])).Count * draws.Length);
            foreach (ulong seed in draws)
                foreach (var setting in plan.Chosen(Settings(seed)))
                {
                    string run = Path.Combine(folder, $"seed-{seed}", setting.Name);
                    pace.Begin(run);
                    foreach (var (stage, figures) in measurement.Figures(setting, run, seed))
                        stages.Add(setting.Name, stage, figures);
                    pace.End();
                }
            measurement.Maps(plan.Chosen(Settings(draws[0])), Path.Combine(folder, $"seed-{draws[0]}"), draws[0]);
            var claims = MechanismClaims.Judge(stages, plan);
            var written = MechanismDrawings.Write(new StudyOutput(StudyFolder.Of(folder, "mechanisms"), new
            {
                seeds = draws, plan, claims, settings = Document(stages.AtBest),
                stages = stages.Names.ToDictionary(stage => stage, stage => Document(stages[stage])),
            }), stages, plan, claims);
            return written.Print(
                parsed.GetValue(json), MechanismText.Lines(prepared, Settings(draws[0]), draws, stages, claims));
        }, [data, output, .. plans.Options, .. trainings.Options, json]);
    }

    private static Dictionary<string, Dictionary<string, Interval>> Document(MechanismRepeats figures) =>
        figures.Settings.ToDictionary(
            setting => setting, setting => figures.Measured(setting).ToDictionary(f => f.Name, f => figures[setting, f]));
}
