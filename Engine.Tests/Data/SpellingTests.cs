using ManualVae.Data;
using Xunit;

namespace ManualVae.Tests.Data;

/// <summary>What a mistyped name was meant to be.</summary>
public class SpellingTests
{
    private static readonly string[] Names = ["evaluate", "recommend", "model", "epochs", "ease", "ials", "learning-rate"];

    [Theory]
    [InlineData("evaluat", "evaluate")]
    [InlineData("EVALUATE", "evaluate")]
    [InlineData("recomend", "recommend")]
    [InlineData("epoch", "epochs")]
    [InlineData("esae", "ease")] // two letters swapped are one edit
    [InlineData("lerning-rte", "learning-rate")]
    [InlineData("rec", "recommend")] // the only name that begins so
    [InlineData("bogus", null)]
    [InlineData("e", null)]
    [InlineData("zzzzzzzz", null)]
    [InlineData("", null)]
    public void The_nearest_name_is_found_only_if_it_is_close(string typed, string? meant) =>
        Assert.Equal(meant, Spelling.Nearest(typed, Names));

    [Theory]
    [InlineData("kitten", "sitting", 3)]
    [InlineData("ab", "ba", 1)]
    [InlineData("", "abc", 3)]
    [InlineData("same", "same", 0)]
    public void Edits_are_counted(string a, string b, int edits)
    {
        Assert.Equal(edits, Spelling.Distance(a, b));
        Assert.Equal(edits, Spelling.Distance(b, a));
    }

    [Fact]
    public void The_question_is_empty_without_a_close_name()
    {
        Assert.Equal(" (did you mean 'ease'?)", Spelling.Question("eas", Names));
        Assert.Equal("", Spelling.Question("bogus", Names));
    }
}
