using ManualVae.Data;
using ManualVae.Study;
using ManualVae.Tools.Runs;
using ManualVae.Tools.Studies;
using ManualVae.Training;
using static ManualVae.Study.Interval;
using static ManualVae.Tools.Mechanisms.MechanismFigure;

namespace ManualVae.Tools.Mechanisms;

/// <summary>Trains the settings of a plan and measures them.</summary>
/// <param name="plan">The request.</param>
/// <param name="data">The training data.</param>
/// <param name="preset">The preset that the settings started from.</param>
internal sealed class MechanismMeasurement(MechanismPlan plan, PreparedDataset data, string preset)
{
    /// <summary>Trains a setting once and measures it at its stages. A finished run and finished figures are kept.</summary>
    /// <exception cref="InputException">A run is there that kept no weights of a stage.</exception>
    public IEnumerable<(string Stage, Dictionary<MechanismFigure, Interval> Figures)> Figures(
        MechanismSetting setting, string folder, ulong seed)
    {
        string name = $"seed {seed}, {setting.Name}";
        var run = StudyTraining.Train(data, setting.Run, preset, folder, name, setting.Stages);
        var epochs = run.ReadMetrics();
        var studies = new MechanismStudies(plan, data, setting, folder);
        foreach (int epoch in setting.Stages.Where(epoch => epoch <= epochs.Count))
        {
            string stage = MechanismStages.After(epoch);
            if (!File.Exists(run.Snapshot(epoch)))
                throw new InputException($"{folder}: holds a run that kept no weights of epoch {epoch}; give another --output, "
                    + "or stages without it.");
            yield return (stage, Kept(stage, epoch, model => studies.AtStage(model.Model, Users(seed), stage)));
        }
        yield return (MechanismStages.Best, Kept(MechanismStages.Best, null,
            model => studies.AtBest(model.Model, Users(seed)).Concat(OfTraining(setting.Run, run, epochs))));

        Dictionary<MechanismFigure, Interval> Kept(
            string stage, int? epoch, Func<TrainedModel, IEnumerable<(MechanismFigure, Interval)>> measure)
        {
            string file = epoch is null ? "figures.json" : $"figures-epoch-{epoch}.json";
            return MechanismFigures.ReadOrMeasure(
                Path.Combine(folder, file), $"{plan.Users} users, {plan.Pairs} pairs, version 2", () =>
                {
                    Console.Error.WriteLine($"{name}: studies, {stage}");
                    using var model = Open(setting, folder, epoch);
                    return measure(model).ToDictionary();
                });
        }
    }

    /// <summary>Latent maps of settings 1 to 3 side by side, if there are neither too few nor too many users for a map.</summary>
    public void Maps(IEnumerable<MechanismSetting> settings, string folder, ulong seed)
    {
        var users = Users(seed);
        MechanismSetting[] main = [.. settings.Where(s => s.Main)];
        if (main.Length == 0 || users.Count is <= 90 or > TSne.Limit) return;
        MechanismFigures.ReadOrMeasure(
            Path.Combine(folder, "studies", "neighbours", "figures.json"),
            $"{plan.Users} users, {string.Join(", ", main.Select(s => s.Name))}", () =>
            {
                Console.Error.WriteLine($"seed {seed}: latent maps");
                NeighbourOutput.Write(StudyFolder.Of(folder, "neighbours"), [.. main.Select(setting =>
                {
                    using var run = Open(setting, Path.Combine(folder, setting.Name));
                    return (setting.Name, NeighbourStudy.Run(run.Model, users, new()
                    {
                        Neighbours = MechanismStudies.Nearest(users), Seed = seed,
                    }));
                })], users, data);
                return [];
            });
    }

    private Population Users(ulong seed) => Population.Sample(data.Train, plan.Users, seed);

    private TrainedModel Open(MechanismSetting setting, string folder, int? epoch = null) =>
        TrainedModel.Open(folder, data.Directory, setting.Run.Device, setting.Run.Threads, batch: 512, epoch: epoch);

    private IEnumerable<(MechanismFigure, Interval)> OfTraining(
        RunSettings settings, RunFolder run, IReadOnlyList<EpochMetrics> epochs)
    {
        yield return (MaskRate, Exactly(settings.Mask == Compute.MaskMode.Clean ? 0 : settings.Dropout));
        var outcome = TrainingOutcome.Of(run, epochs);
        yield return (Converged, Exactly(outcome.RanOutOf(plan.Patience) ? 1 : 0));
        if (outcome.Validation is not double best) yield break;
        yield return (Validation, Exactly(best));
        yield return (BestEpoch, Exactly(outcome.BestEpoch));
    }
}
