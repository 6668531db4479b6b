using ManualVae.Compute;
using ManualVae.Data;
using ManualVae.Models;
using ManualVae.Study;
using ManualVae.Tools.Mechanisms;
using ManualVae.Training;
using Xunit;

namespace ManualVae.Tests.Tools;

public sealed class MechanismClaimsTests
{
    [Theory]
    [InlineData(0, 1, "inconclusive")]  // 1 pair of 2,000: p = 1
    [InlineData(0, 5, "inconclusive")]  // p = 2 / 32
    [InlineData(0, 6, "agrees")]        // p = 2 / 64
    [InlineData(0, 0, "inconclusive")]
    [InlineData(90, 110, "inconclusive")]
    [InlineData(40, 110, "agrees")]
    [InlineData(110, 40, "disagrees")]
    [InlineData(6, 0, "disagrees")]
    public void More_pairs_inside_the_radius_are_more_than_chance_brings(int before, int after, string verdict)
    {
        var stages = new MechanismStages();
        stages.Add("clean", MechanismStages.Best, []);
        stages.Add("masked", MechanismStages.Best, []);
        stages.Add("beta-0", MechanismStages.Best, Inside(before));
        stages.Add("beta-20", MechanismStages.Best, Inside(after));
        var plan = new MechanismPlan { AnchorWeights = [], Betas = [0, 20] };
        var claim = Assert.Single(MechanismClaims.Judge(stages, plan), c => c.Claim.Contains("more pairs inside"));
        Assert.Equal(verdict, claim.Verdict);
        Assert.Contains($"beta-0: {before}, beta-20: {after}", claim.Measured);
    }

    [Fact]
    public void Help_is_judged_at_every_stage_and_each_verdict_names_its_stage()
    {
        var stages = new MechanismStages();
        stages.Add("clean", MechanismStages.Best, Help(-0.1, 0.1, local: 0.5, global: 0.5));
        stages.Add("clean", MechanismStages.After(10), Help(0.2, 0.05, local: 0.5, global: 0.7));
        stages.Add("clean", MechanismStages.After(3), Help(-0.2, 0.05, local: 0.9, global: 0.6));
        var claims = MechanismClaims.Judge(stages, new());
        (string, string)[] Of(string claim) =>
            [.. claims.Where(c => c.Claim.StartsWith(claim, StringComparison.Ordinal)).Select(c => (c.Stage, c.Verdict))];
        string best = "best epoch, not converged: clean";
        foreach (string claim in (string[])["Influence decays with latent distance", "Clean input favours"])
            Assert.Equal([("epoch 3", "agrees"), ("epoch 10", "disagrees"), (best, "inconclusive")], Of(claim));
        Assert.Equal(3, Of("Inside the sharing radius").Length);
        Assert.Empty(Of("Masking")); // a setting that was not chosen has no claims
        Assert.Empty(Of("beta"));
    }

    [Theory]
    [InlineData(1, 1, 0.40, 0.45, "agrees", "best epoch, converged")]
    [InlineData(1, 1, 0.45, 0.40, "disagrees", "best epoch, converged")]
    [InlineData(1, 1, 0.44, 0.45, "inconclusive", "best epoch, converged")]
    [InlineData(1, 0, 0.40, 0.45, "inconclusive", "best epoch, not converged: masked")]
    [InlineData(0, 1, 0.45, 0.40, "inconclusive", "best epoch, not converged: clean")]
    public void Quality_has_a_verdict_only_where_both_trainings_converged(
        double clean, double masked, double cleanNdcg, double maskedNdcg, string verdict, string stage)
    {
        var stages = new MechanismStages();
        foreach (var (setting, converged, ndcg) in new[] { ("clean", clean, cleanNdcg), ("masked", masked, maskedNdcg) })
            stages.Add(setting, MechanismStages.Best, new()
            {
                [MechanismFigure.Converged] = Interval.Exactly(converged),
                [MechanismFigure.Ndcg] = new(ndcg, ndcg - 0.01, ndcg + 0.01),
            });
        var claim = Assert.Single(MechanismClaims.Judge(stages, new()), c => c.Claim.Contains("Masking beats"));
        Assert.Equal((verdict, stage), (claim.Verdict, claim.Stage));
    }

    [Fact]
    public void The_mask_sweep_compares_the_largest_rate_with_the_smallest()
    {
        var stages = new MechanismStages();
        foreach (var (setting, rate, local, global) in new[]
            { ("mask-0.75", 0.75, 0.6, 0.7), ("clean", 0.0, 0.8, 0.5), ("masked", 0.5, 0.7, 0.6), ("mask-0.25", 0.25, 0.9, 0.4) })
        {
            var figures = Help(0, 0.1, local, global);
            figures[MechanismFigure.MaskRate] = Interval.Exactly(rate);
            stages.Add(setting, MechanismStages.Best, figures);
        }
        var claims = MechanismClaims.Judge(stages, new());
        var help = Assert.Single(claims, c => c.Claim == "A larger training mask brings more global help");
        Assert.Equal("agrees", help.Verdict);
        Assert.StartsWith("clean: 0.5 [0.45, 0.55], mask-0.25: 0.4", help.Measured, StringComparison.Ordinal);
        Assert.Equal("agrees", Assert.Single(claims, c => c.Claim == "A larger training mask costs local help").Verdict);
    }

    [Fact]
    public void Priors_and_cohorts_are_compared_with_the_masked_setting()
    {
        var stages = new MechanismStages();
        foreach (var (setting, far, purity, straight) in new[]
            { ("clean", 0.5, 0.8, 0.6), ("masked", 0.7, 0.6, 0.6), ("vamp", 0.5, 0.6, 0.6), ("anchors-1", 0.7, 0.6, 0.9) })
            stages.Add(setting, MechanismStages.Best, new()
            {
                [MechanismFigure.GlobalNeighbours] = new(far, far - 0.01, far + 0.01),
                [MechanismFigure.CutPurity] = new(purity, purity - 0.01, purity + 0.01),
                [MechanismFigure.Straightness] = new(straight, straight - 0.01, straight + 0.01),
            });
        var claims = MechanismClaims.Judge(stages, new());
        Assert.Equal("agrees", Assert.Single(claims, c => c.Claim.Contains("mixes users better")).Verdict);
        Assert.Equal("agrees", Assert.Single(claims, c => c.Claim.Contains("entangles")).Verdict);
        Assert.Equal("agrees", Assert.Single(claims, c => c.Claim.Contains("smooth the way")).Verdict);
    }

    [Fact]
    public void Chosen_settings_are_those_named_and_unknown_names_are_refused()
    {
        var run = new RunSettings { Epochs = 40 };
        string[] Names(MechanismPlan plan) => [.. plan.Chosen(run).Select(s => s.Name)];
        Assert.Equal(
            ["clean", "masked", "anchors-1", "mask-0.25", "mask-0.75", "plain", "plain-clean", "vamp", "composite", "beta-0",
                "beta-0.2", "beta-1", "beta-5", "beta-20"], Names(new()));
        Assert.Equal(["masked", "beta-5"], Names(new() { Settings = ["beta-5", "masked"] }));
        Assert.Contains("--settings hvamp: there is no such setting; give some of clean, masked",
            Assert.Throws<InputException>(() => Names(new() { Settings = ["hvamp"] })).Message);
        var settings = new MechanismPlan { Stages = [10, 3, 3], SweepStages = [] }.Chosen(run);
        Assert.Equal([3, 10], settings[0].Stages);
        Assert.Empty(settings[^1].Stages);
        Assert.Equal(0.25, settings.Single(s => s.Name == "mask-0.25").Run.Dropout);
        Assert.Equal(PriorKind.Vamp, settings.Single(s => s.Name == "vamp").Run.Prior);
        Assert.Equal((MaskMode.Plain, 0.5), (settings.Single(s => s.Name == "plain").Run.Mask,
            settings.Single(s => s.Name == "plain").Run.Dropout));
        Assert.Equal(0, settings.Single(s => s.Name == "plain-clean").Run.Dropout);
    }

    [Fact]
    public void Theorem_26_is_judged_on_both_sides_of_its_threshold_for_its_own_mask_and_the_published_one()
    {
        var stages = new MechanismStages();
        stages.Add("masked", MechanismStages.Best, Sides(below: 1.2, above: 2.9));
        stages.Add("plain", MechanismStages.Best, Sides(below: 0.8, above: 1.9));
        var claims = MechanismClaims.Judge(stages, new());
        string Verdict(string side, string setting) => Assert.Single(
            claims, c => c.Claim.StartsWith(side, StringComparison.Ordinal)
                && c.Claim.EndsWith($"(latent space, {setting})", StringComparison.Ordinal)).Verdict;
        Assert.Equal(("disagrees", "agrees"), (Verdict("Below", "masked"), Verdict("Above", "masked")));
        Assert.Equal(("agrees", "agrees"), (Verdict("Below", "plain"), Verdict("Above", "plain")));

        static Dictionary<MechanismFigure, Interval> Sides(double below, double above) => new()
        {
            [MechanismFigure.BelowLatent] = new(below, below - 0.02, below + 0.02),
            [MechanismFigure.AboveLatent] = new(above, above - 0.05, above + 0.05),
        };
    }

    private static Dictionary<MechanismFigure, Interval> Help(double decay, double half, double local, double global) => new()
    {
        [MechanismFigure.Decay] = new(decay, decay - half, decay + half),
        [MechanismFigure.Local] = new(local, local - 0.05, local + 0.05),
        [MechanismFigure.Global] = new(global, global - 0.05, global + 0.05),
    };

    private static Dictionary<MechanismFigure, Interval> Inside(int pairs) => new()
    {
        [MechanismFigure.InsideOwnPairs] = Interval.Exactly(pairs),
        [MechanismFigure.InsideOwn] = Interval.Exactly(pairs / 2000.0),
    };
}
