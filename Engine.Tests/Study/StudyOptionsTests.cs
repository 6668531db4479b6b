using ManualVae.Data;
using ManualVae.Study;
using Xunit;

namespace ManualVae.Tests.Study;

public class StudyOptionsTests
{
    public static TheoryData<Action, string> Refused => new()
    {
        { new AnchorOptions { Draws = 1 }.Validate, "Draws 1: give at least 2" },
        { new CohortOptions { Sizes = [5] }.Validate, "Sizes 5: give two or more" },
        { new CohortOptions { Sizes = [5, 5] }.Validate, "Sizes 5,5: give two or more" },
        { new CohortOptions { Sources = 501 }.Validate, "Sources 501: give at most 500, or Map false" },
        { new CollapseOptions { Draws = 0 }.Validate, "Draws 0: give at least 1" },
        { new GapOptions { Pairs = 0 }.Validate, "Pairs 0: give at least 1" },
        { new GradientOptions { TopItems = 0 }.Validate, "TopItems 0: give at least 1" },
        { new InfluenceOptions { Clusters = 0 }.Validate, "Clusters 0: give at least 1" },
        { new LipschitzOptions { Cuts = [0.5, 1] }.Validate, "Cuts 1: give shares in [0, 1)" },
        { new LipschitzOptions { Duplicates = 0 }.Validate, "Duplicates 0: give at least 1" },
        { new MaskingOptions { Cuts = [-0.1] }.Validate, "Cuts -0.1: give shares in [0, 1)" },
        { new MaskingOptions { Rates = [0.5, 1] }.Validate, "Rates 1: give rates in [0, 1)" },
        { new MaskingOptions { Pairs = 1 }.Validate, "Pairs 1: give at least 2" },
        { new NeighbourOptions { Perplexity = double.NaN }.Validate, "Perplexity NaN: give at least 1" },
        { new NeighbourOptions { CohortShare = 0.4 }.Validate, "CohortShare 0.4: give a share" },
        { new RadiusOptions { Move = 0 }.Validate, "Move 0: give a length above 0" },
        { new RadiusOptions { SegmentPoints = -1 }.Validate, "SegmentPoints -1: give at least 0" },
        { new RadiusOptions { Pairs = 0 }.Validate, "Pairs 0: give at least 1" },
    };

    [Theory, MemberData(nameof(Refused))]
    public void An_option_outside_its_range_is_named(Action validate, string expected) =>
        Assert.StartsWith(expected, Assert.Throws<InputException>(validate).Message);

    [Fact]
    public void Defaults_are_those_of_the_published_figures_and_valid()
    {
        var masking = new MaskingOptions();
        Assert.Equal((400, 10, 20), (masking.Pairs, masking.Draws, masking.Neighbours));
        Assert.Equal([0, 0.25, 0.5, 0.75], masking.Rates);
        Assert.Equal((2000, 4, 0.01), (new RadiusOptions().Pairs, new RadiusOptions().Draws, new RadiusOptions().Move));
        Assert.Equal((500, 20), (new GapOptions().Pairs, new GapOptions().Draws));
        Assert.Equal((4, 2), (new InfluenceOptions().Clusters, new InfluenceOptions().Draws));
        Assert.Equal((20, 2, 8), (new AnchorOptions().Draws, new CollapseOptions().Draws, new GradientOptions().Draws));
        Action[] all =
        [
            masking.Validate, new RadiusOptions().Validate, new GapOptions().Validate, new InfluenceOptions().Validate,
            new AnchorOptions().Validate, new CollapseOptions().Validate, new GradientOptions().Validate,
            new NeighbourOptions().Validate, new LipschitzOptions().Validate, new CohortOptions().Validate,
        ];
        foreach (var validate in all) validate();
    }
}
