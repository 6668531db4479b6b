using ManualVae.Compute;
using ManualVae.Data;
using ManualVae.Evaluation;
using ManualVae.Models;
using ManualVae.Study;
using ManualVae.Tools.Runs;
using ManualVae.Tools.Studies;
using static ManualVae.Study.Interval;
using static ManualVae.Tools.Mechanisms.MechanismFigure;

namespace ManualVae.Tools.Mechanisms;

/// <summary>Trains the settings of a plan and measures them.</summary>
/// <param name="plan">The request.</param>
/// <param name="data">The training data.</param>
/// <param name="preset">The preset that the settings started from.</param>
internal sealed class MechanismMeasurement(MechanismPlan plan, PreparedDataset data, string preset)
{
    /// <summary>Trains and measures a setting. A finished run and finished figures are kept.</summary>
    public Dictionary<MechanismFigure, Interval> Figures(MechanismSetting setting, string folder, ulong seed)
    {
        string name = $"seed {seed}, {setting.Name}";
        var trained = StudyTraining.Train(data, setting.Run, preset, folder, name);
        string request = $"{plan.Users} users, {plan.Pairs} pairs";
        return MechanismFigures.ReadOrMeasure(Path.Combine(folder, "figures.json"), request, () =>
        {
            Console.Error.WriteLine($"{name}: studies");
            using var run = Open(setting, folder);
            var measured = Measure(run.Model, Population.Sample(data.Train, plan.Users, seed), setting, folder);
            return (trained.ReadMetrics().Max(e => e.Validation) is double best
                ? measured.Append((Validation, Exactly(best))) : measured).ToDictionary();
        });
    }

    /// <summary>Latent maps of settings 1 to 3 side by side, if there are neither too few nor too many users for a map.</summary>
    public void Maps(IEnumerable<MechanismSetting> settings, string folder, ulong seed)
    {
        var users = Population.Sample(data.Train, plan.Users, seed);
        if (users.Count is <= 90 or > TSne.Limit) return;
        MechanismSetting[] main = [.. settings.Where(s => s.Main)];
        MechanismFigures.ReadOrMeasure(
            Path.Combine(folder, "studies", "neighbours", "figures.json"),
            $"{plan.Users} users, {string.Join(", ", main.Select(s => s.Name))}", () =>
            {
                Console.Error.WriteLine($"seed {seed}: latent maps");
                NeighbourOutput.Write(StudyFolder.Of(folder, "neighbours"), [.. main.Select(setting =>
                {
                    using var run = Open(setting, Path.Combine(folder, setting.Name));
                    return (setting.Name, NeighbourStudy.Run(run.Model, users, Neighbourhoods(users, seed) with { Map = true }));
                })], users, data);
                return [];
            });
    }

    private TrainedModel Open(MechanismSetting setting, string folder) =>
        TrainedModel.Open(folder, data.Directory, setting.Run.Device, setting.Run.Threads, batch: 512);

    private static NeighbourOptions Neighbourhoods(Population users, ulong seed) =>
        new() { Neighbours = Nearest(users), Map = false, Seed = seed };

    private static int Nearest(Population users) => Math.Min(20, users.Count - 1);

    private IEnumerable<(MechanismFigure, Interval)> Measure(
        Autoencoder model, Population users, MechanismSetting setting, string folder)
    {
        ulong seed = setting.Run.Seed;
        var options = new RadiusOptions { Pairs = plan.Pairs, Seed = seed };
        var radius = RadiusStudy.Run(model, users, options, Session.Cancellation);
        RadiusOutput.Write(StudyFolder.Of(folder, "radius"), radius, users, data);
        var measured = new List<(MechanismFigure, Interval)>(Of(radius));
        if (setting is { Main: true, Run.Mask: not MaskMode.Clean })
        {
            var masked = RadiusStudy.Run(model, users, options with { Masked = true }, Session.Cancellation);
            RadiusOutput.Write(StudyFolder.Of(folder, "radius", "radius-masked"), masked, users, data);
            measured.AddRange([(MaskedLocal, masked.HelpsOf(PairKind.Local)), (MaskedGlobal, masked.HelpsOf(PairKind.Global)),
                (MaskedDecay, masked.HelpDecay)]);
        }
        var asked = new MaskingOptions { Draws = 6, Rates = [0.5], Neighbours = Nearest(users), Seed = seed };
        asked = asked with { Pairs = (int)Math.Min(asked.Pairs, (long)users.Count * (users.Count - 1)) };
        var masking = MaskingStudy.Run(model, users, asked, Session.Cancellation);
        MaskingOutput.Write(StudyFolder.Of(folder, "masking"), masking);
        measured.AddRange(Of(masking));
        var neighbours = NeighbourStudy.Run(model, users, Neighbourhoods(users, seed));
        NeighbourOutput.Write(StudyFolder.Of(folder, "neighbours"), [(setting.Name, neighbours)], users, data);
        measured.AddRange(Of(neighbours));
        var anchors = AnchorStudy.Run(model, users, setting.Run.AnchorWeight, 0.5, new AnchorOptions { Draws = 10, Seed = seed });
        measured.AddRange([(MaskVariance, anchors.MaskVariance), (RelativeVariance, Exactly(anchors.RelativeVariance)),
            (CentroidDistance, anchors.CentroidDistance), (Sigma, Exactly(anchors.Sigma))]);
        var collapse = CollapseStudy.Run(model, users, new CollapseOptions { Seed = seed });
        measured.AddRange([(Kl, Exactly(collapse.Kl)), (Information, collapse.MutualInformation),
            (MeanDistance, Exactly(collapse.MeanDistance)), (Informative, Exactly(collapse.InformativeUnits)),
            (Active, Exactly(collapse.ActiveUnits))]);
        if (setting.Main && data.Test is not null)
        {
            var quality = Evaluator.Evaluate(model, data.Test, [Metric.Parse("NDCG@100"), Metric.Parse("Recall@20")]).Metrics;
            measured.AddRange([(Ndcg, WithError(quality[0])), (Recall, WithError(quality[1]))]);
        }
        return measured;
    }

    private static Interval WithError(MetricResult metric)
    {
        double half = 1.96 * (metric.StandardError ?? 0);
        return new(metric.Mean, metric.Mean - half, metric.Mean + half);
    }

    private static IEnumerable<(MechanismFigure, Interval)> Of(RadiusResult r) =>
    [
        (Helps, r.Helps), (Local, r.HelpsOf(PairKind.Local)), (Global, r.HelpsOf(PairKind.Global)),
        (Unrelated, r.HelpsOf(PairKind.Unrelated)), (Control, r.ShuffledDecay), (ClickDecay, r.ClickHelpDecay),
        (Decay, r.HelpDecay), (CosineDecay, r.CosineDecay), (FixedDecay, r.PartialHelpDecay),
        (RelativeDecay, r.RelativeHelpDecay), (RelativeCosineDecay, r.RelativeCosineDecay),
        (Lipschitz, Exactly(r.Lipschitz)), (LipschitzMedian, Exactly(r.LipschitzMedian)),
        (PositiveRadius, Exactly(r.PositiveRadiusShare)), (Inside, Exactly(r.InsideShare)),
        (InsideOwn, Exactly(r.InsideOwnShare)), (InsidePairs, Exactly(r.InsidePairs)),
        (InsideOwnPairs, Exactly(r.InsideOwnPairs)), (NotHelped, Exactly(r.Violations + r.OwnViolations)),
        (FirstOrder, Exactly(r.RemainderSlope)),
        .. Tenths.Zip(r.ByRelativeDistance).SelectMany(tenth => new[]
        {
            (tenth.First.Distance, Exactly(tenth.Second.RelativeDistance)), (tenth.First.Helps, tenth.Second.Helps),
        }),
    ];

    private static IEnumerable<(MechanismFigure, Interval)> Of(MaskingResult masking) =>
    [
        .. masking.Pairs.Where(row => !row.Shared).SelectMany(row => row.Group == "near"
            ? new[] { (NearInput, row.InputRatio), (NearLatent, row.LatentRatio) }
            : [(FarInput, row.InputRatio), (FarLatent, row.LatentRatio)]),
        (Kept, masking.Drift[0].BetweenMasks), (KeptClean, masking.Drift[0].WithClean),
        (OwnDistance, Exactly(masking.Drift[0].SelfDistance)),
    ];

    private static IEnumerable<(MechanismFigure, Interval)> Of(NeighbourResult n) =>
    [
        (Overlap, n.Overlap), (RankCorrelation, n.RankCorrelation), (Purity, n.Purity), (LocalNeighbours, n.LocalShare),
        (GlobalNeighbours, n.GlobalShare), (UnrelatedNeighbours, n.UnrelatedShare),
        (FewMiddle, Exactly(n.CentroidDistances[0])), (MiddleMany, Exactly(n.CentroidDistances[1])),
        (FewMany, Exactly(n.CentroidDistances[2])),
    ];
}
