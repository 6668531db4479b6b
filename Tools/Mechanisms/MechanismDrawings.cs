using ManualVae.Tools.Charts;
using ManualVae.Tools.Studies;
using static ManualVae.Tools.Mechanisms.MechanismFigure;

namespace ManualVae.Tools.Mechanisms;

/// <summary>Tables and figures over all seeds.</summary>
internal sealed class MechanismDrawings
{
    private readonly StudyOutput _output;
    private readonly MechanismStages _stages;
    private readonly MechanismRepeats _best;

    private MechanismDrawings(StudyOutput output, MechanismStages stages) =>
        (_output, _stages, _best) = (output, stages, stages.AtBest);

    /// <summary>Writes <c>figures.csv</c>, <c>claims.csv</c> and the figures of what was measured.</summary>
    public static StudyOutput Write(
        StudyOutput output, MechanismStages stages, MechanismPlan plan, IReadOnlyList<MechanismClaim> claims)
    {
        var drawings = new MechanismDrawings(output, stages);
        drawings.Tables(claims);
        drawings.Main([.. plan.MainNames.Where(drawings._best.Has)]);
        drawings.Masks();
        drawings.Priors([.. plan.Priors.Select(MechanismPlan.WithPrior)]);
        drawings.Betas([.. plan.Betas.Order().Select(MechanismPlan.Constant).Where(drawings._best.Has)]);
        return output;
    }

    private void Tables(IReadOnlyList<MechanismClaim> claims) => _output
        .Table("claims", claims, ("claim", c => c.Claim), ("stage", c => c.Stage), ("measured", c => c.Measured),
            ("verdict", c => c.Verdict))
        .Table("figures",
            [.. from stage in _stages.Names from setting in _stages[stage].Settings
                from figure in _stages[stage].Measured(setting) select (stage, setting, figure)],
            ("setting", row => row.setting), ("stage", row => row.stage), ("figure", row => row.figure),
            ("mean", row => _stages[row.stage][row.setting, row.figure]), ("each_seed", row => string.Join(
                ' ', _stages[row.stage].Each(row.setting, row.figure).Select(i => $"{i.Value:g6}"))));

    /// <summary>Settings 1 to 3: help by distance, along training and by kind of pair, drift, cohorts.</summary>
    private void Main(string[] main)
    {
        if (main.Length == 0) return;
        _output
            .Plot("helps", new Panels
            {
                Title = "Does a step on v help u, near or far?", Width = 1000,
                Subtitle = "By tenth of W2(u, v) over the geometric mean of both users' mean W2; clean input, best epoch; "
                    + "band: 95 %, users and training seeds",
                Charts = [.. main.Select(setting => ByDistance(setting, [("", _best)]))],
            })
            .Plot("stages", new Panels
            {
                Title = "Help along training", Width = 1000,
                Subtitle = "The last mark is the best epoch on validation; local: items in common, near in clicks; global: in "
                    + "common, far; unrelated: none; band: 95 %",
                Charts = [.. main.Select(setting => new Chart
                {
                    Title = setting, X = new Axis("epoch") { Log = true }, Y = new Axis("P(helps)") { Min = 0, Max = 1 },
                    Rules = [new Rule("", 0.5)], PlotHeight = 200,
                    Series = [Along(setting, "local", Local), Along(setting, "global", Global),
                        Along(setting, "unrelated", Unrelated)],
                })],
            })
            .Plot("kinds", "Help by kind of pair",
                "local: items in common, near in clicks; global: in common, far; unrelated: none; whiskers: 95 %",
                new("P(helps)") { Max = 1 }, main,
                [Bars("local", main, Local), Bars("global", main, Global), Bars("unrelated", main, Unrelated)])
            .Plot("drift", "Neighbours kept",
                "Jaccard overlap of a user's nearest by W2, half of the clicks dropped; whiskers: 95 %",
                new("overlap") { Max = 1 }, main, [Bars("two masks", main, Kept), Bars("mask and clean", main, KeptClean)]);
        string[] cut = [.. main.Where(s => double.IsFinite(_best[s, CutPurity].Value))];
        if (cut.Length > 0)
            _output.Plot("cohorts", "Histories of few, some and many clicks",
                "Cut from the same users. Purity: nearest of other users that are as long, 1/3 is chance; straightness: 1 if "
                    + "codes move on a line as clicks are added; whiskers: 95 %",
                new("share") { Max = 1 }, cut,
                [Bars("purity", cut, CutPurity), Bars("straightness", cut, Straightness),
                    Bars("many help few", cut, CohortHelps[0][2]), Bars("few help many", cut, CohortHelps[2][0])]);
    }

    private void Masks()
    {
        string[] sweep = [.. _stages.MaskSweep];
        if (sweep.Length < 3) return;
        string[] names = [.. sweep.Select(s => $"{s} ({_best[s, MaskRate].Value:0.##} dropped)")];
        _output
            .Plot("masks", "Help by the training mask", "Best epoch; by share of clicks dropped in training; whiskers: 95 %",
                new("P(helps)") { Max = 1 }, names,
                [Bars("local", sweep, Local), Bars("global", sweep, Global), Bars("unrelated", sweep, Unrelated)])
            .Plot("masks-quality", "Quality and drift by the training mask",
                "Test NDCG@100; neighbours kept: overlap of a user's nearest under two masks of half the clicks; whiskers: 95 %",
                new("NDCG@100, or overlap"), names, [Bars("NDCG@100", sweep, Ndcg), Bars("neighbours kept", sweep, Kept)]);
    }

    private void Priors(string[] priors)
    {
        string[] settings = [.. priors.Prepend("masked").Where(_best.Has)];
        if (settings.Length < 2) return;
        _output.Plot("priors", "Who the latent neighbours are, by prior",
            "masked has the Gaussian prior; local: also nearest by clicks; global: not, but an item in common; unrelated: none; "
                + "whiskers: 95 %",
            new("share of the k nearest by W2") { Max = 1 }, settings,
            [Bars("local", settings, LocalNeighbours), Bars("global", settings, GlobalNeighbours),
                Bars("unrelated", settings, UnrelatedNeighbours)]);
    }

    private void Betas(string[] sweep)
    {
        if (sweep.Length < 2) return;
        _output
            .Plot("helps-beta", new Panels
            {
                Title = "Does a step on v help u, by beta, before and after convergence?", Width = 1000,
                Subtitle = "By tenth of relative W2; clean input; band: 95 %, users and training seeds",
                Charts = [.. sweep.Select(setting => ByDistance(setting, [.. _stages.Names.Where(s => _stages[s].Has(setting))
                    .Select(stage => (MechanismStages.EpochOf(stage) is null ? "best epoch" : stage, _stages[stage]))]))],
            })
            .Plot("contraction", "beta contracts latent distances", "Runs of one constant beta each; whiskers: 95 %",
                new("mean W2 between users"), sweep, [Bars("", sweep, MeanDistance)], "0.00")
            .Plot("units", "Dimensions that survive beta",
                "active: variance of mu above 0.01; informative: KL above 0.01 nats; whiskers: 95 %",
                new("latent dimensions"), sweep, [Bars("active", sweep, Active), Bars("informative", sweep, Informative)])
            .Plot("decay-beta", "Decay of help with latent distance, by beta",
                "Spearman of W2 and helping, below 0 is decay; whiskers: 95 %",
                new("rank correlation"), sweep, [Bars("pairs", sweep, Decay), Bars("control", sweep, Control)]);
    }

    private static Chart ByDistance(string setting, (string Name, MechanismRepeats Figures)[] stages) => new()
    {
        Title = setting, X = new Axis("relative latent distance"), Y = new Axis("P(helps)") { Min = 0, Max = 1 },
        Rules = [new Rule("", 0.5)], PlotHeight = 200,
        Series = [.. stages.Select(stage => IntervalSeries.Line(
            stage.Name, Tenths.Where(tenth => double.IsFinite(stage.Figures[setting, tenth.Helps].Value)).ToArray(),
            tenth => stage.Figures[setting, tenth.Distance].Value, tenth => stage.Figures[setting, tenth.Helps]))],
    };

    private LineSeries Along(string setting, string name, MechanismFigure figure) => IntervalSeries.Line(
        name, _stages.Names.Where(stage => double.IsFinite(_stages[stage][setting, figure].Value)).ToArray(),
        stage => MechanismStages.EpochOf(stage) ?? _best[setting, BestEpoch].Value, stage => _stages[stage][setting, figure]);

    private BarSeries Bars(string label, string[] settings, MechanismFigure figure) =>
        IntervalSeries.Bars(label, settings, setting => _best[setting, figure]);
}
