using ManualVae.Data.Attributes;
using Xunit;

namespace ManualVae.Tests.Data.Attributes;

/// <summary>What counts as a word.</summary>
public class WordsTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("The Toys' room: Andy's \"Woody\"!", "the toys room andy woody")]
    [InlineData("Don’t rock'n'roll O'Brien 'quoted'", "don't rock'n'roll o'brien quoted")]
    [InlineData("2001: A Space Odyssey, 35mm x 7", "2001 space odyssey 35mm")]
    [InlineData("Amélie ÜBER Ποτέ 七人の侍", "amélie über ποτέ 七人の侍")]
    [InlineData("ame\u0301lie", "ame\u0301lie")]
    [InlineData("well-known co_op", "well known co op")]
    [InlineData("it's 's 'S a's", "it")]
    [InlineData("\ud835\udc00\ud835\udc01 \ud835\udc00", "\ud835\udc00\ud835\udc01")]
    [InlineData("5'10 rock' 'em", "10 rock em")]
    public void A_text_is_cut_into_words(string text, string words) =>
        Assert.Equal(words.Split(' ', StringSplitOptions.RemoveEmptyEntries), Words.Of(text));

    [Fact]
    public void A_broken_surrogate_separates_words() => Assert.Equal(["ab", "cd"], Words.Of("ab\ud835cd"));
}
