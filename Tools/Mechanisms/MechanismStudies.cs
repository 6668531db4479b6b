using ManualVae.Data;
using ManualVae.Evaluation;
using ManualVae.Models;
using ManualVae.Study;
using ManualVae.Tools.Studies;
using static ManualVae.Study.Interval;
using static ManualVae.Tools.Mechanisms.MechanismFigure;

namespace ManualVae.Tools.Mechanisms;

/// <summary>The studies of one model as figures of the table.</summary>
/// <param name="plan">The request.</param>
/// <param name="data">The training data.</param>
/// <param name="setting">What the model was trained with.</param>
/// <param name="folder">Its run folder, where the studies leave their own tables and figures.</param>
internal sealed class MechanismStudies(MechanismPlan plan, PreparedDataset data, MechanismSetting setting, string folder)
{
    private readonly ulong _seed = setting.Run.Seed;

    /// <summary>k of neighbourhoods.</summary>
    public static int Nearest(Population users) => Math.Min(20, users.Count - 1);

    /// <summary>The figures along training: help by kind and distance, radius, drift. Half of the pairs.</summary>
    public IEnumerable<(MechanismFigure, Interval)> AtStage(Autoencoder model, Population users, string stage) =>
        Help(model, users, Math.Max(1, plan.Pairs / 2), "-" + stage.Replace(' ', '-'));

    /// <summary>All figures.</summary>
    public IEnumerable<(MechanismFigure, Interval)> AtBest(Autoencoder model, Population users)
    {
        var measured = new List<(MechanismFigure, Interval)>(Help(model, users, plan.Pairs, ""));
        var neighbours = NeighbourStudy.Run(model, users, new() { Neighbours = Nearest(users), Map = false, Seed = _seed });
        NeighbourOutput.Write(Folder("neighbours"), [(setting.Name, neighbours)], users, data);
        measured.AddRange(Of(neighbours));
        var anchors = AnchorStudy.Run(model, users, setting.Run.AnchorWeight, 0.5, new() { Draws = 10, Seed = _seed });
        measured.AddRange([(MaskVariance, anchors.MaskVariance), (RelativeVariance, Exactly(anchors.RelativeVariance)),
            (CentroidDistance, anchors.CentroidDistance), (Sigma, Exactly(anchors.Sigma))]);
        var collapse = CollapseStudy.Run(model, users, new CollapseOptions { Seed = _seed });
        measured.AddRange([(Information, collapse.MutualInformation), (MeanDistance, Exactly(collapse.MeanDistance)),
            (Active, Exactly(collapse.ActiveUnits))]);
        if (setting.Run.Prior == PriorKind.Normal) // the study's KL is that to N(0, I)
            measured.AddRange([(Kl, Exactly(collapse.Kl)), (Informative, Exactly(collapse.InformativeUnits))]);
        if (setting.Main) measured.AddRange(Cohorts(model));
        if (data.Test is not null)
        {
            var quality = Evaluator.Evaluate(model, data.Test, [Metric.Parse("NDCG@100"), Metric.Parse("Recall@20")]).Metrics;
            measured.AddRange([(Ndcg, WithError(quality[0])), (Recall, WithError(quality[1]))]);
        }
        return measured;
    }

    private IEnumerable<(MechanismFigure, Interval)> Help(Autoencoder model, Population users, int pairs, string suffix)
    {
        var options = new RadiusOptions { Pairs = pairs, Seed = _seed };
        var radius = RadiusStudy.Run(model, users, options, Session.Cancellation);
        RadiusOutput.Write(Folder("radius", suffix), radius, users, data);
        var measured = new List<(MechanismFigure, Interval)>(Of(radius));
        if (setting is { Main: true, Run.Mask: not Compute.MaskMode.Clean })
        {
            var masked = RadiusStudy.Run(model, users, options with { Masked = true }, Session.Cancellation);
            RadiusOutput.Write(Folder("radius", "-masked" + suffix), masked, users, data);
            measured.AddRange([(MaskedLocal, masked.HelpsOf(PairKind.Local)), (MaskedGlobal, masked.HelpsOf(PairKind.Global)),
                (MaskedDecay, masked.HelpDecay)]);
        }
        var asked = new MaskingOptions { Draws = 6, Rates = [0.5], Neighbours = Nearest(users), Seed = _seed };
        asked = asked with { Pairs = (int)Math.Min(asked.Pairs, (long)users.Count * (users.Count - 1)) };
        var masking = MaskingStudy.Run(model, users, asked, Session.Cancellation);
        MaskingOutput.Write(Folder("masking", suffix), masking);
        measured.AddRange(Of(masking));
        return measured;
    }

    /// <summary>Histories cut from all training users; nothing where they are too short for two cohorts.</summary>
    private IEnumerable<(MechanismFigure, Interval)> Cohorts(Autoencoder model)
    {
        var everybody = new Population(
            data.Train, [.. Enumerable.Range(0, data.Train.Rows).Where(user => data.Train.RowLength(user) > 0)]);
        var options = (CohortOptions)new CohortOptions { Seed = _seed }.FittedTo(everybody.Count);
        if (CutHistories.Attainable(everybody, options.Sizes).Length < 2) return [];
        var cohorts = CohortStudy.Run(model, everybody, options, Session.Cancellation);
        CohortOutput.Write(Folder("cohorts"), cohorts);
        int last = cohorts.Cohorts.Count - 1;
        var measured = new List<(MechanismFigure, Interval)>();
        for (int u = 0; u <= last; u++)
        {
            var (own, purity, recognised) = CohortPlaces[Place(u)];
            var cohort = cohorts.Cohorts[u];
            measured.AddRange([(own, cohort.OwnDistance), (purity, cohort.Purity), (recognised, cohort.Recognised)]);
            for (int v = 0; v <= last; v++) measured.Add((CohortHelps[Place(u)][Place(v)], cohorts.Between(u, v).Helps));
        }
        measured.AddRange(
            [(CutPurity, cohorts.Purity), (CohortCentroids[2], Exactly(cohorts.CentroidDistances[0][last]))]);
        if (last == 2)
            measured.AddRange([(CohortCentroids[0], Exactly(cohorts.CentroidDistances[0][1])),
                (CohortCentroids[1], Exactly(cohorts.CentroidDistances[1][2])), (Straightness, cohorts.Straightness)]);
        return measured;

        int Place(int cohort) => cohort == last ? 2 : cohort; // two cohorts are few and many
    }

    private StudyFolder Folder(string study, string suffix = "") => StudyFolder.Of(folder, study, study + suffix);

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
        .. masking.Regimes.Where(row => row.IsSide).SelectMany(row => row.Contracts
            ? new[] { (BelowInput, row.Measured.InputRatio), (BelowLatent, row.Measured.LatentRatio) }
            : [(AboveInput, row.Measured.InputRatio), (AboveLatent, row.Measured.LatentRatio)]),
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
