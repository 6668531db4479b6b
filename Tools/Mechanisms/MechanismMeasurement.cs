using ManualVae.Compute;
using ManualVae.Data;
using ManualVae.Evaluation;
using ManualVae.Models;
using ManualVae.Study;
using ManualVae.Tools.Runs;
using ManualVae.Tools.Studies;
using static ManualVae.Tools.Mechanisms.MechanismNames;

namespace ManualVae.Tools.Mechanisms;

/// <summary>Trains the settings of a plan and measures them.</summary>
/// <param name="plan">What is asked for.</param>
/// <param name="data">What to train on.</param>
/// <param name="preset">The preset that the settings started from.</param>
internal sealed class MechanismMeasurement(MechanismPlan plan, PreparedDataset data, string preset)
{
    /// <summary>Trains a setting, unless it is there, and measures it, unless that was done.</summary>
    public MechanismFigures Figures(MechanismSetting setting, string folder, ulong seed)
    {
        string name = $"seed {seed}, {setting.Name}";
        var trained = StudyTraining.Train(data, setting.Run, preset, folder, name);
        return MechanismFigures.ReadOrMeasure(Path.Combine(folder, "figures.json"), $"{plan.Users} users, {plan.Pairs} "
            + "pairs", () =>
        {
            Console.Error.WriteLine($"{name}: studies");
            using var run = TrainedModel.Open(trained.Path, data.Directory, setting.Run.Device, setting.Run.Threads, batch: 512);
            var measured = Measure(run.Model, Population.Sample(data.Train, plan.Users, seed), setting, folder);
            if (trained.ReadMetrics().Max(e => e.Validation) is double best) measured[Validation] = Interval.Exactly(best);
            return measured;
        });
    }

    /// <summary>Latent maps of settings 1 to 3 side by side, unless they are there; for few or very many users none.</summary>
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
                NeighbourOutput.Write(folder, [.. main.Select(setting =>
                {
                    using var run = TrainedModel.Open(Path.Combine(folder, setting.Name), data.Directory, setting.Run.Device,
                        setting.Run.Threads, batch: 512);
                    return (setting.Name, NeighbourStudy.Run(run.Model, users, Neighbourhoods(users, seed) with { Map = true }));
                })], users, data);
                return [];
            });
    }

    private static NeighbourOptions Neighbourhoods(Population users, ulong seed) =>
        new() { Neighbours = Nearest(users), Map = false, Seed = seed };

    private static int Nearest(Population users) => Math.Min(20, users.Count - 1);

    private Dictionary<string, Interval> Measure(
        Autoencoder model, Population users, MechanismSetting setting, string folder)
    {
        ulong seed = setting.Run.Seed;
        var f = new Dictionary<string, Interval>();
        var options = new RadiusOptions { Pairs = plan.Pairs, Seed = seed };
        var radius = RadiusStudy.Run(model, users, options, Session.Cancellation);
        RadiusOutput.Write(folder, "radius", radius, users, data);
        AddRadius(f, radius);
        if (setting is { Main: true, Run.Mask: not MaskMode.Clean })
        {
            var dropped = RadiusStudy.Run(model, users, options with { Masked = true }, Session.Cancellation);
            RadiusOutput.Write(folder, "radius-masked", dropped, users, data);
            (f[MaskedLocal], f[MaskedGlobal], f[MaskedDecay]) = (dropped.HelpsOf(PairKind.Local),
                dropped.HelpsOf(PairKind.Global), dropped.HelpDecay);
        }
        var masked = new MaskingOptions { Draws = 6, Rates = [0.5], Neighbours = Nearest(users), Seed = seed };
        var masking = MaskingStudy.Run(model, users, masked with
        {
            Pairs = (int)Math.Min(masked.Pairs, (long)users.Count * (users.Count - 1))
        }, Session.Cancellation);
        MaskingOutput.Write(folder, masking);
        AddMasking(f, masking);
        var neighbours = NeighbourStudy.Run(model, users, Neighbourhoods(users, seed));
        NeighbourOutput.Write(folder, [(setting.Name, neighbours)], users, data);
        AddNeighbours(f, neighbours);
        var anchors = AnchorStudy.Run(model, users, setting.Run.AnchorWeight, 0.5, new AnchorOptions { Draws = 10, Seed = seed });
        (f[MaskVariance], f[RelativeVariance]) = (anchors.MaskVariance, Interval.Exactly(anchors.RelativeVariance));
        (f[CentroidDistance], f[Sigma]) = (anchors.CentroidDistance, Interval.Exactly(anchors.Sigma));
        var collapse = CollapseStudy.Run(model, users, new CollapseOptions { Seed = seed });
        (f[Kl], f[Information], f[MeanDistance]) = (Interval.Exactly(collapse.Kl), collapse.MutualInformation,
            Interval.Exactly(collapse.MeanDistance));
        (f[Informative], f[Active]) = (Interval.Exactly(collapse.InformativeUnits), Interval.Exactly(collapse.ActiveUnits));
        if (setting.Main && data.Test is not null)
        {
            var quality = Evaluator.Evaluate(model, data.Test, [Metric.Parse("NDCG@100"), Metric.Parse("Recall@20")]).Metrics;
            (f[Ndcg], f[Recall]) = (WithError(quality[0]), WithError(quality[1]));
        }
        return f;
    }

    private static Interval WithError(MetricResult metric)
    {
        double half = 1.96 * (metric.StandardError ?? 0);
        return new(metric.Mean, metric.Mean - half, metric.Mean + half);
    }

    private static void AddRadius(Dictionary<string, Interval> f, RadiusResult r)
    {
        (f[Helps], f[Local], f[Global]) = (r.Helps, r.HelpsOf(PairKind.Local), r.HelpsOf(PairKind.Global));
        (f[Unrelated], f[Control], f[ClickDecay]) = (r.HelpsOf(PairKind.Unrelated), r.ShuffledDecay, r.ClickHelpDecay);
        (f[Decay], f[CosineDecay], f[FixedDecay]) = (r.HelpDecay, r.CosineDecay, r.PartialHelpDecay);
        (f[RelativeDecay], f[RelativeCosineDecay]) = (r.RelativeHelpDecay, r.RelativeCosineDecay);
        foreach (var (name, value) in new[]
        {
            (Lipschitz, r.Lipschitz), (LipschitzMedian, r.LipschitzMedian), (PositiveRadius, r.PositiveRadiusShare),
            (Inside, r.InsideShare),
            (InsideOwn, r.InsideOwnShare), (InsidePairs, r.InsidePairs), (InsideOwnPairs, r.InsideOwnPairs),
            (NotHelped, r.Violations + r.OwnViolations), (FirstOrder, r.RemainderSlope),
        })
            f[name] = Interval.Exactly(value);
        for (int i = 0; i < r.ByRelativeDistance.Count; i++)
            (f[TenthDistance(i)], f[TenthHelps(i)]) =
                (Interval.Exactly(r.ByRelativeDistance[i].RelativeDistance), r.ByRelativeDistance[i].Helps);
    }

    private static void AddMasking(Dictionary<string, Interval> f, MaskingResult masking)
    {
        foreach (var row in masking.Pairs.Where(p => !p.Shared))
            (f[row.Group == "near" ? NearInput : FarInput], f[row.Group == "near" ? NearLatent : FarLatent]) = (
                row.InputRatio, row.LatentRatio);
        var drift = masking.Drift[0];
        (f[Kept], f[KeptClean], f[OwnDistance]) = (drift.BetweenMasks, drift.WithClean, Interval.Exactly(drift.SelfDistance));
    }

    private static void AddNeighbours(Dictionary<string, Interval> f, NeighbourResult n)
    {
        (f[Overlap], f[RankCorrelation], f[Purity]) = (n.Overlap, n.RankCorrelation, n.Purity);
        (f[LocalNeighbours], f[GlobalNeighbours], f[UnrelatedNeighbours]) = (n.LocalShare, n.GlobalShare, n.UnrelatedShare);
        foreach (var (name, i) in new[] { (FewMiddle, 0), (MiddleMany, 1), (FewMany, 2) }) f[name] = Interval.Exactly(
            n.CentroidDistances[i]);
    }
}
