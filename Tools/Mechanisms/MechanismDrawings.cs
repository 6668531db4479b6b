using ManualVae.Tools.Charts;
using ManualVae.Tools.Studies;
using static ManualVae.Tools.Mechanisms.MechanismFigure;

namespace ManualVae.Tools.Mechanisms;

/// <summary>Tables and figures over all seeds.</summary>
internal static class MechanismDrawings
{
    /// <summary>Writes <c>figures.csv</c>, <c>claims.csv</c> and the figures.</summary>
    public static StudyOutput Write(StudyOutput output, MechanismRepeats figures, MechanismPlan plan,
        IReadOnlyList<MechanismClaim> claims)
    {
        string[] main = [.. figures.Settings.Where(s => !s.StartsWith("beta-", StringComparison.Ordinal))];
        string[] sweep = [.. plan.Betas.Order().Select(MechanismPlan.Constant)];
        output
            .Table("claims", claims, ("claim", c => c.Claim), ("measured", c => c.Measured), ("verdict", c => c.Verdict))
            .Table("figures",
                [.. from setting in figures.Settings from figure in figures.Measured(setting) select (setting, figure)],
                ("setting", row => row.setting), ("figure", row => row.figure), ("mean", row => figures[row.setting, row.figure]),
                ("each_seed", row => string.Join(' ', figures.Each(row.setting, row.figure).Select(i => $"{i.Value:g6}"))))
            .Plot("helps", new Panels
            {
                Title = "Does a step on v help u, near or far?", Width = 1000,
                Subtitle = "By tenth of W2(u, v) over the geometric mean of both users' mean W2; clean input; "
                    + "band: 95 %, users and training seeds",
                Charts = [.. main.Select(setting => new Chart
                {
                    Title = setting, X = new Axis("relative latent distance"), Y = new Axis("P(helps)") { Min = 0, Max = 1 },
                    Rules = [new Rule("", 0.5)], Series = [Line(figures, setting)], PlotHeight = 200,
                })],
            })
            .Plot("kinds", "Help by kind of pair",
                "local: items in common, near in clicks; global: in common, far; unrelated: none; whiskers: 95 %",
                new("P(helps)") { Max = 1 }, main,
                [Bars("local", main, Local), Bars("global", main, Global), Bars("unrelated", main, Unrelated)])
            .Plot("drift", "Neighbours kept",
                "Jaccard overlap of a user's nearest by W2, half of the clicks dropped; whiskers: 95 %",
                new("overlap") { Max = 1 }, main, [Bars("two masks", main, Kept), Bars("mask and clean", main, KeptClean)]);
        if (sweep.Length < 2) return output;
        return output
            .Plot("contraction", "beta contracts latent distances", "Runs of one constant beta each; whiskers: 95 %",
                new("mean W2 between users"), sweep, [Bars("", sweep, MeanDistance)], "0.00")
            .Plot("units", "Dimensions that survive beta",
                "active: variance of mu above 0.01; informative: KL above 0.01 nats; whiskers: 95 %",
                new("latent dimensions"), sweep, [Bars("active", sweep, Active), Bars("informative", sweep, Informative)])
            .Plot("decay-beta", "Decay of help with latent distance, by beta",
                "Spearman of W2 and helping, below 0 is decay; whiskers: 95 %",
                new("rank correlation"), sweep, [Bars("pairs", sweep, Decay), Bars("control", sweep, Control)]);

        BarSeries Bars(string label, string[] settings, MechanismFigure figure) =>
            IntervalSeries.Bars(label, settings, setting => figures[setting, figure]);
    }

    private static LineSeries Line(MechanismRepeats figures, string setting) => IntervalSeries.Line(
        "", Tenths.Where(tenth => double.IsFinite(figures[setting, tenth.Helps].Value)).ToArray(),
        tenth => figures[setting, tenth.Distance].Value, tenth => figures[setting, tenth.Helps]);
}
