using ManualVae.Data;
using ManualVae.Data.Attributes;
using Xunit;

namespace ManualVae.Tests.Data.Attributes;

/// <summary>Attributes as people write them.</summary>
public class AttributeSpecTests
{
    [Fact]
    public void A_specification_has_kind_column_and_options()
    {
        var spec = AttributeSpec.Parse("cast=categorical:Film: actors,separator=comma,least=3");
        Assert.Equal(("cast", AttributeKind.Categorical, "Film: actors"), (spec.Name, spec.Kind, spec.Column));
        Assert.Equal((",", 3), (spec.Separator, spec.Count("least")));
        Assert.Null(AttributeSpec.Parse("plot").Kind);
        Assert.Equal("", AttributeSpec.Parse("a=categorical:b,separator=none").Separator);
    }

    [Theory]
    [InlineData("", "begins with no name")]
    [InlineData("a b=text:c", "begins with no name")]
    [InlineData("a=words:c", "the kind 'words' is none of categorical, numeric, text, vector")]
    [InlineData("a=1:c", "the kind '1'")]
    [InlineData("a=text:", "names no column")]
    [InlineData("a=text:c,words", "'words' is no OPTION=VALUE")]
    [InlineData("a=text:c,size=3", "no option 'size'; there are separator, least, bins")]
    [InlineData("a=text:c,words=3,words=4", "gives 'words' twice")]
    public void Another_form_is_refused(string text, string problem) =>
        Assert.Contains(problem, Assert.Throws<InputException>(() => AttributeSpec.Parse(text)).Message);

    [Theory]
    [InlineData("words=0", "words is '0', expected a whole number above 0")]
    [InlineData("most=1.5", "most is '1.5', expected a number above 0 and at most 1")]
    [InlineData("width=-1", "width is '-1', expected a number above 0.")]
    public void Options_have_ranges(string option, string problem)
    {
        var spec = AttributeSpec.Parse("a=text:c," + option);
        var thrown = Assert.Throws<InputException>(() => (spec.Count("words"), spec.Number("most", 1),
            spec.Number("width", double.MaxValue)));
        Assert.Contains(problem, thrown.Message);
    }
}
