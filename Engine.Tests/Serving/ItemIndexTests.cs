using ManualVae.Data;
using ManualVae.Models.Baselines;
using ManualVae.Serving;
using ManualVae.Tests.Evaluation;
using Xunit;

namespace ManualVae.Tests.Serving;

/// <summary>Items by what people call them.</summary>
public class ItemIndexTests
{
    private static readonly ItemList Items = new(["1", "2", "3", "4", "5", "Heat"],
        ["Toy Story (1995)", "Toy Story 2 (1999)", "heat", "101 Dalmatians", null, "The Insider"]);

    private static readonly Recommender Recommender = Over(Items);

    private static Recommender Over(ItemList items)
    {
        var train = FixedScores.Rows(6, [0, 1, 2, 3, 4, 5]);
        var manifest = new DatasetManifest { Source = new("pairs", "titles"), Split = SplitKind.None };
        return new(Popularity.Fit(train), new PreparedDataset(manifest, train, null, null, ["u"], items));
    }

    [Theory]
    [InlineData("2", "2")]                      // an id
    [InlineData("Heat", "Heat")]                // an id goes before a title
    [InlineData("HEAT", "3")]                   // a title, in any case
    [InlineData("toy story 2 (1999)", "2")]
    [InlineData(" toy story ", "1")]            // the year does not count
    [InlineData("toy", "1 2")]                  // a part
    [InlineData("dalmat", "4")]
    [InlineData("101", "")]                     // digits alone are an id that there is not
    [InlineData("nothing", "")]
    [InlineData("", "")]
    public void An_id_goes_before_a_title_and_a_title_before_a_part_of_one(string text, string ids) =>
        Assert.Equal(ids, string.Join(' ', Recommender.Find(text)));

    [Fact]
    public void A_text_that_may_mean_several_items_is_refused_with_their_names()
    {
        Assert.Equal("1", Recommender.ItemNamed("Toy Story"));
        Assert.Null(Recommender.ItemNamed("nothing"));
        var problem = Assert.Throws<InputException>(() => Recommender.ItemNamed("toy"));
        Assert.Equal("'toy' may mean 1 Toy Story (1995); 2 Toy Story 2 (1999). Give one of the ids.", problem.Message);
    }
}
