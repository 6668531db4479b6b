using ManualVae.Compute;
using ManualVae.Data;
using ManualVae.Evaluation;
using ManualVae.Models;
using ManualVae.Study;
using ManualVae.Training;
using static ManualVae.Tools.Mechanisms.MechanismNames;
using static ManualVae.Tools.StudyVerb;

namespace ManualVae.Tools.Mechanisms;

/// <summary>One setting that the table trains and measures.</summary>
/// <param name="Name">Its name and, below the seed's folder, its run folder.</param>
/// <param name="Run">How it is trained.</param>
/// <param name="Main">One of settings 1 to 3: measured under masked posteriors too, and on the test users.</param>
internal sealed record MechanismSetting(string Name, RunSettings Run, bool Main);

/// <summary>What the table is made of.</summary>
internal sealed record MechanismPlan
{
    public required int Epochs { get; init; }

    /// <summary>Epochs of the masked setting stopped early; none where 0, or not fewer than all.</summary>
    public required int Early { get; init; }

    public required int Users { get; init; }

    public required int Pairs { get; init; }

    public required double[] AnchorWeights { get; init; }

    public required double[] Betas { get; init; }

    /// <summary>
    /// The published Mult-VAE (or another preset), its beta reaching its cap half way through so short a training.
    /// </summary>
    public static RunSettings Shortened(PreparedDataset data, string preset, int epochs, string device, int threads, ulong seed)
    {
        var published = Preset.Load(preset);
        if (published.Model != "multvae" || published.Levels != 1 || published.Encoder == EncoderKind.Gated)
            throw new InputException(
                $"--preset {preset}: the studies need a VAE of one latent level with tanh decoder layers; liang2018, for one.");
        long updates = (long)epochs * ((data.Train.Rows + published.BatchSize - 1) / published.BatchSize);
        return published with
        {
            Epochs = epochs, Patience = 0, BetaSteps = Math.Max(1, (long)(updates / 2 / published.Beta)), Device = device,
            Threads = threads, Seed = seed,
        };
    }

    /// <summary>
    /// The settings: 1 (clean), 2 (masked), 3 (masked and anchors), masked stopped early, constant betas for half the time.
    /// </summary>
    public IEnumerable<MechanismSetting> Settings(RunSettings masked)
    {
        yield return new("clean", masked with { Mask = MaskMode.Clean }, true);
        yield return new("masked", masked, true);
        foreach (double weight in AnchorWeights) yield return new(Anchored(weight), masked with { AnchorWeight = weight }, true);
        if (Early > 0 && Early < Epochs) yield return new("early", masked with { Epochs = Early }, false);
        foreach (double beta in Betas)
            yield return new(Constant(beta), masked with { Beta = beta, BetaSchedule = BetaScheduleKind.Constant,
                Epochs = Math.Max(1, Epochs / 2) }, false);
    }

    public static string Anchored(double weight) => Text($"anchors-{weight}");

    public static string Constant(double beta) => Text($"beta-{beta}");

    /// <summary>Trains a setting, unless it is there, and measures it, unless that was done.</summary>
    public MechanismFigures Figures(PreparedDataset data, MechanismSetting setting, string folder, ulong seed)
    {
        string name = $"seed {seed}, {setting.Name}";
        var trained = StudyTraining.Train(data, setting.Run, folder, name);
        return MechanismFigures.ReadOrMeasure(Path.Combine(folder, "figures.json"), $"{Users} users, {Pairs} pairs", () =>
        {
            Console.Error.WriteLine($"{name}: studies");
            using var run = StudyRun.Open(trained.Path, data.Directory, setting.Run.Device, setting.Run.Threads, 512);
            var measured = Measure(run.Model, Population.Sample(data.Train, Users, seed), data, setting, folder);
            if (trained.ReadMetrics().Max(e => e.Validation) is double best) measured[Validation] = Interval.Exactly(best);
            return measured;
        });
    }

    /// <summary>Latent maps of settings 1 to 3 side by side, unless they are there; for few or very many users none.</summary>
    public void Maps(PreparedDataset data, IEnumerable<MechanismSetting> settings, string folder, ulong seed)
    {
        var users = Population.Sample(data.Train, Users, seed);
        if (users.Count is <= 90 or > TSne.Limit) return;
        MechanismSetting[] main = [.. settings.Where(s => s.Main)];
        MechanismFigures.ReadOrMeasure(
            Path.Combine(folder, "studies", "neighbours", "figures.json"),
            $"{Users} users, {string.Join(", ", main.Select(s => s.Name))}", () =>
            {
                Console.Error.WriteLine($"seed {seed}: latent maps");
                StudyNeighboursVerb.Write(folder, [.. main.Select(setting =>
                {
                    using var run = StudyRun.Open(Path.Combine(folder, setting.Name), data.Directory, setting.Run.Device,
                        setting.Run.Threads, 512);
                    return (setting.Name, NeighbourStudy.Run(run.Model, users, Neighbourhoods(users, seed) with { Map = true }));
                })], users, data);
                return [];
            });
    }

    private static NeighbourOptions Neighbourhoods(Population users, ulong seed) =>
        new() { Neighbours = Nearest(users), Map = false, Seed = seed };

    private static int Nearest(Population users) => Math.Min(20, users.Count - 1);

    private Dictionary<string, Interval> Measure(
        Autoencoder model, Population users, PreparedDataset data, MechanismSetting setting, string folder)
    {
        ulong seed = setting.Run.Seed;
        var f = new Dictionary<string, Interval>();
        var options = new RadiusOptions { Pairs = Pairs, Seed = seed };
        var radius = RadiusStudy.Run(model, users, options, Verb.Cancellation);
        StudyRadiusVerb.Write(folder, "radius", radius, users, data);
        AddRadius(f, radius);
        if (setting is { Main: true, Run.Mask: not MaskMode.Clean })
        {
            var dropped = RadiusStudy.Run(model, users, options with { Masked = true }, Verb.Cancellation);
            StudyRadiusVerb.Write(folder, "radius-masked", dropped, users, data);
            (f[MaskedLocal], f[MaskedGlobal], f[MaskedDecay]) = (dropped.HelpsOf(PairKind.Local),
                dropped.HelpsOf(PairKind.Global), dropped.HelpDecay);
        }
        var masked = new MaskingOptions { Draws = 6, Rates = [0.5], Neighbours = Nearest(users), Seed = seed };
        var masking = MaskingStudy.Run(model, users, masked with {
            Pairs = (int)Math.Min(masked.Pairs, (long)users.Count * (users.Count - 1)) }, Verb.Cancellation);
        StudyMaskingVerb.Write(folder, masking);
        AddMasking(f, masking);
        var neighbours = NeighbourStudy.Run(model, users, Neighbourhoods(users, seed));
        StudyNeighboursVerb.Write(folder, [(setting.Name, neighbours)], users, data);
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
