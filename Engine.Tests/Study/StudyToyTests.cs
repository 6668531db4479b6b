using ManualVae.Compute;
using ManualVae.Data;
using ManualVae.Study;
using Xunit;

namespace ManualVae.Tests.Study;

public class StudyToyTests
{
    private static readonly RadiusOptions Options = new() { Pairs = 400 };

    public static TheoryData<string> Names => [.. StudyToyCatalogue.All.Select(toy => toy.Name)];

    private static RadiusResult Radius(double spread)
    {
        using var toy = StudyToys.Toy("inside", spread);
        return RadiusStudy.Run(toy.Model, toy.Users, Options);
    }

    private static RadiusShare Segment(RadiusResult result, string part = "decoder") =>
        result.Shares.Single(share => share.Part == part && share.Constant == "segment");

    [Fact]
    public void The_two_users_have_the_codes_and_predictions_of_the_page()
    {
        using var toy = StudyToys.Toy("two-users");
        var posteriors = PosteriorEncoder.Encode(toy.Model, toy.Users, InputMask.Clean);
        Assert.Equal(Math.Log(4.0 / 3), posteriors.Mean(0)[0], 12);
        Assert.Equal(0, posteriors.Mean(1)[0], 12);
        Assert.Equal(1e-4, posteriors.Sigma(0)[0], 12);
        using var probe = new DecoderProbe(toy.Model, toy.Users);
        var at = probe.At([0, 1], [Math.Log(4.0 / 3), 0]);
        // r = N pi - x with pi_u = (4, 9, 3) / 16 and pi_v = (1, 3, 1) / 5.
        double[][] expected = [[-12.0 / 16, 9.0 / 16, 3.0 / 16], [-3.0 / 5, 1.0 / 5, 2.0 / 5]];
        for (int user = 0; user < 2; user++)
            for (int item = 0; item < 3; item++)
                Assert.Equal(expected[user][item], at.Layers[0].Delta(user)[item], 12);
    }

    [Fact]
    public void Of_the_two_users_one_is_inside_the_others_radius_and_both_are_helped()
    {
        using var toy = StudyToys.Toy("two-users");
        var result = RadiusStudy.Run(toy.Model, toy.Users, new() { Pairs = 2 });
        var (onU, onV) = (result.Pairs.Single(p => p.Pair.U == 0), result.Pairs.Single(p => p.Pair.U == 1));
        Assert.True(onU.W1High < onU.Radius(onU.SegmentLipschitz));
        Assert.True(onV.W1High > onV.Radius(onV.PairLipschitz));
        Assert.True(onU.Helps && onV.Helps);
        Assert.NotNull(onU.Certain);
        Assert.Null(onV.Certain);
        Assert.True(onU.Certain.Change < 0);
    }

    [Fact]
    public void The_smaller_the_spread_the_more_pairs_lie_inside()
    {
        double[] shares =
            [.. new[] { 0.25, StudyToyCatalogue.Spread, 2.0 }.Select(spread => Segment(Radius(spread)).Share.Value)];
        Assert.InRange(shares[0], 0.45, 0.5);
        Assert.InRange(shares[1], 0.25, 0.35);
        Assert.InRange(shares[2], 0.1, 0.24);
    }

    [Fact]
    public void All_pairs_inside_are_helped_and_some_outside_are_not()
    {
        var result = Radius(StudyToyCatalogue.Spread);
        Assert.All(result.Shares, share => Assert.True(share.Pairs == 0 || share.Helped.Value == 1, $"{share}"));
        var decoder = Segment(result);
        Assert.True(decoder.Pairs > 50);
        Assert.Equal(decoder.Pairs, result.CertainPairs);
        Assert.Equal(1, result.CertainHelped.Value);
        Assert.InRange(result.Helps.Value, decoder.Share.Value + 0.05, 0.8);
        Assert.Equal(0, result.Violations + result.OwnViolations);
    }

    [Fact]
    public void Among_near_duplicates_masks_contract_some_pairs_and_expand_others()
    {
        using var toy = StudyToys.Toy("duplicates");
        var result = MaskingStudy.Run(toy.Model, toy.Users, new() { Rates = [0.5], Neighbours = 5 });
        var own = result.Pairs.Where(row => !row.Shared).ToDictionary(row => row.Group);
        Assert.True(own["near"].InputRatio.Low > 1); // s/d = 12 / 2, above 1 / (2 rho) = 1
        Assert.True(own["far"].InputRatio.High < 1); // 2 / 22
    }

    [Theory, MemberData(nameof(Names))]
    public void A_toy_is_the_same_every_time(string name)
    {
        using StudyToy one = StudyToys.Toy(name), other = StudyToys.Toy(name);
        foreach (var parameter in one.Model.Parameters.All)
            Assert.Equal(StudyToys.Host(one.Model.Backend, parameter.Value),
                StudyToys.Host(other.Model.Backend, other.Model.Parameters[parameter.Name].Value));
        Assert.Equal(one.Data.UserIds.Length, one.Data.UserIds.Distinct().Count());
        Assert.Equal(one.Data.ItemIds.Length, one.Data.ItemIds.Distinct().Count());
        Assert.All(Enumerable.Range(0, one.Users.Count), user => Assert.NotEqual(0, one.Users.Items(user).Length));
    }

    [Fact]
    public void Bad_requests_get_one_line()
    {
        Assert.Contains("did you mean 'inside'",
            Assert.Throws<InputException>(() => StudyToys.Toy("insde")).Message);
        Assert.Contains("give a number above 0",
            Assert.Throws<InputException>(() => StudyToys.Toy("inside", 0)).Message);
    }
}
