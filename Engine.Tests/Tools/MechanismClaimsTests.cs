using ManualVae.Study;
using ManualVae.Tools.Mechanisms;
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
        var figures = new MechanismRepeats();
        figures.Add("clean", []);
        figures.Add("masked", []);
        figures.Add("beta-0", Inside(before));
        figures.Add("beta-20", Inside(after));
        var plan = new MechanismPlan { Epochs = 2, Early = 0, Users = 1000, Pairs = 2000, AnchorWeights = [], Betas = [0, 20] };
        var claim = Assert.Single(MechanismClaims.Judge(figures, plan), c => c.Claim.Contains("more pairs inside"));
        Assert.Equal(verdict, claim.Verdict);
        Assert.Contains($"beta-0: {before}, beta-20: {after}", claim.Measured);
    }

    private static Dictionary<MechanismFigure, Interval> Inside(int pairs) => new()
    {
        [MechanismFigure.InsideOwnPairs] = Interval.Exactly(pairs),
        [MechanismFigure.InsideOwn] = Interval.Exactly(pairs / 2000.0),
    };
}
