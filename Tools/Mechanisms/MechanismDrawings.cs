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
            .Plot("kinds", new BarChart
            {
                Title = "Help by kind of pair",
                Subtitle = "local: items in common, near in clicks; global: in common, far; unrelated: none; whiskers: 95 %",
                Value = new Axis("P(helps)") { Max = 1 },
                Categories = main,
                Series = [Bars("local", figures, main, Local), Bars("global", figures, main, Global),
                    Bars("unrelated", figures, main, Unrelated)],
            })
            .Plot("drift", new BarChart
            {
                Title = "Neighbours kept",
                Subtitle = "Jaccard overlap of a user's nearest by W2, half of the clicks dropped; whiskers: 95 %",
                Value = new Axis("overlap") { Max = 1 }, Categories = main,
                Series = [Bars("two masks", figures, main, Kept), Bars("mask and clean", figures, main, KeptClean)],
            });
        if (sweep.Length < 2) return output;
        return output
            .Plot("contraction", new BarChart
            {
                Title = "beta contracts latent distances", Subtitle = "Runs of one constant beta each; whiskers: 95 %",
                Value = new Axis("mean W2 between users"), Categories = sweep, Format = "0.00",
                Series = [Bars("", figures, sweep, MeanDistance)],
            })
            .Plot("units", new BarChart
            {
                Title = "Dimensions that survive beta",
                Subtitle = "active: variance of mu above 0.01; informative: KL above 0.01 nats; whiskers: 95 %",
                Value = new Axis("latent dimensions"), Categories = sweep,
                Series = [Bars("active", figures, sweep, Active), Bars("informative", figures, sweep, Informative)],
            })
            .Plot("decay-beta", new BarChart
            {
                Title = "Decay of help with latent distance, by beta",
                Subtitle = "Spearman of W2 and helping, below 0 is decay; whiskers: 95 %",
                Value = new Axis("rank correlation"), Categories = sweep,
                Series = [Bars("pairs", figures, sweep, Decay), Bars("control", figures, sweep, Control)],
            });
    }

    private static LineSeries Line(MechanismRepeats figures, string setting)
    {
        var tenths = Tenths.Where(tenth => double.IsFinite(figures[setting, tenth.Helps].Value)).ToArray();
        return IntervalSeries.Line("", [.. tenths.Select(tenth => figures[setting, tenth.Distance].Value)],
            [.. tenths.Select(tenth => figures[setting, tenth.Helps])]);
    }

    private static BarSeries Bars(string label, MechanismRepeats figures, string[] settings, MechanismFigure figure) =>
        IntervalSeries.Bars(label, [.. settings.Select(setting => figures[setting, figure])]);
}
