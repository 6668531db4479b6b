using ManualVae.Data;
using ManualVae.Models;
using ManualVae.Tests.Evaluation;
using Xunit;

namespace ManualVae.Tests.Data;

public class ItemDivisionTests
{
    [Fact]
    public void The_cold_items_are_the_first_of_numpys_permutation()
    {
        // numpy.random.RandomState(42).permutation(10) begins with 8, 1, 5.
        bool[] cold = ItemDivision.Draw(10, 0.25, 42);
        Assert.Equal([1, 8], Enumerable.Range(0, 10).Where(i => cold[i]));
        cold = ItemDivision.Draw(10, 0.3, 42);
        Assert.Equal([1, 5, 8], Enumerable.Range(0, 10).Where(i => cold[i]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(-0.2)]
    [InlineData(0.01)]
    [InlineData(double.NaN)]
    public void A_share_that_leaves_no_item_on_one_side_is_refused(double share) => Assert.Contains(
        "such as 0.2", Assert.Throws<InputException>(() => ItemDivision.Draw(10, share, 1)).Message, StringComparison.Ordinal);

    [Fact]
    public void Clicks_on_cold_items_are_held_out_and_all_others_known()
    {
        var clicks = FixedScores.Rows(4, [0, 1, 3], [2], [], [1, 2]);
        var split = ItemDivision.Divide(clicks, [false, true, false, true]);
        Samples.AssertEqual(FixedScores.Rows(4, [0], [2], [], [2]), split.FoldIn);
        Samples.AssertEqual(FixedScores.Rows(4, [1, 3], [], [], [1]), split.HeldOut);
        Assert.Equal([false, true, false, true], ItemDivision.Cold(split.FoldIn));
        Assert.Equal([7f, 9f], new CsrMatrix(3, [0, 3], [0, 1, 2], [7, 8, 9]).KeepColumns([true, false, true]).Values.ToArray());
    }

    [Fact]
    public void A_dataset_is_divided_with_the_clicks_of_all_its_parts()
    {
        using var folder = TestData.NewFolder();
        foreach (var (data, name) in new[] { (Samples.Strong(), "strong"), (Samples.Weak(), "weak") })
        {
            var divided = ItemDivision.Divide(data, new ItemDivisionOptions(0.5, 1)).Save(folder[name]);
            Assert.Equal(SplitKind.ColdItems, divided.Manifest.Split);
            var all = new HashSet<(int, int)>();
            foreach (var (matrix, first) in new[] { (data.Train, 0), (data.Validation!.FoldIn, data.Validation.FirstUser),
                (data.Validation.HeldOut, data.Validation.FirstUser), (data.Test!.FoldIn, data.Test.FirstUser),
                (data.Test.HeldOut, data.Test.FirstUser) })
                all.UnionWith(Pairs(matrix).Select(p => (first + p.User, p.Item)));
            bool[] cold = ItemDivision.Draw(6, 0.5, 1);
            var read = PreparedDataset.Open(folder[name]);
            Assert.Equal(all.Where(p => !cold[p.Item2]).Order(), Pairs(read.Train));
            Assert.Equal(all.Where(p => cold[p.Item2]).Order(), Pairs(read.Test!.HeldOut));
            Samples.AssertEqual(read.Train, read.Test.FoldIn);
        }
    }

    [Fact]
    public void Validation_items_are_the_same_in_all_draws_and_no_test_has_them()
    {
        var options = new ItemDivisionOptions(0.2, 7, ValidationShare: 0.3);
        var draws = Enumerable.Range(1, 4).Select(draw => ItemDivision.Draw(20, options with { Draw = (uint)draw })).ToList();
        Assert.All(draws, draw =>
        {
            Assert.Equal(draws[0].Validation, draw.Validation);
            Assert.Equal((6, 4), (draw.Validation.Count(c => c), draw.Test.Count(c => c)));
            Assert.DoesNotContain(true, draw.Validation.Zip(draw.Test, (v, t) => v && t));
        });
        Assert.True(draws.Select(draw => string.Concat(draw.Test)).Distinct().Count() > 1);
        Assert.Throws<InputException>(() => ItemDivision.Draw(10, options with { ColdShare = 0.7 }));
        Assert.Throws<InputException>(() => ItemDivision.Draw(10, options with { ValidationShare = 0.01 }));
    }

    [Fact]
    public void A_mixed_division_holds_out_a_share_of_the_warm_clicks_twice()
    {
        var clicks = FixedScores.Rows(10, [.. Enumerable.Range(0, 20).Select(_ => Enumerable.Range(0, 10).ToArray())]);
        var data = new PreparedDataset(new DatasetManifest { Source = new("synthetic", "full"), Split = SplitKind.None }, clicks,
            null, null, [.. Enumerable.Range(0, 20).Select(u => $"u{u}")],
            new ItemList([.. Enumerable.Range(0, 10).Select(i => $"i{i}")], null, [.. Enumerable.Repeat("Drama", 10)]));
        var options = new ItemDivisionOptions(0.2, 3, ValidationShare: 0.2, WarmShare: 0.1, Draw: 2);
        var (validation, test) = ItemDivision.Draw(10, options);
        using var folder = TestData.NewFolder();
        var divided = ItemDivision.Divide(data, options).Save(folder["mixed"]);
        divided = PreparedDataset.Open(folder["mixed"]);
        var (known, held) = (divided.Validation!.HeldOut, divided.Test!.HeldOut);
        Assert.Equal((6 * 20 - 24, 2 * 20 + 12, 2 * 20 + 12), (divided.Train.EntryCount, known.EntryCount, held.EntryCount));
        var pairs = Pairs(divided.Train).Concat(Pairs(known)).Concat(Pairs(held)).ToList();
        Assert.Equal(200, pairs.Distinct().Count());
        Assert.All(Pairs(divided.Train), p => Assert.False(validation[p.Item] || test[p.Item]));
        Assert.All(Pairs(known), p => Assert.False(test[p.Item]));
        Assert.All(Pairs(held), p => Assert.False(validation[p.Item]));
        Assert.Equal("genres", Assert.Single(divided.Attributes).Name);
        Assert.Throws<InputException>(() => ItemDivision.Divide(data, options with { WarmShare = 0.5 }));
    }

    [Fact]
    public void Only_the_marked_items_are_ranked()
    {
        IRecommender model = new RestrictedRecommender(new FixedScores([[4, 3, 2, 1], [1, 2, 3, 4]]), [false, true, true, false]);
        var (items, scores) = (new int[6], new float[6]);
        model.Rank(FixedScores.Rows(4, [], [2]), 0, 2, 3, items, scores);
        Assert.Equal([1, 2], items[..2]);
        Assert.Equal([3, 2, float.NegativeInfinity], scores[..3]);
        Assert.Equal(1, items[3]);
    }

    private static IEnumerable<(int User, int Item)> Pairs(CsrMatrix clicks) => Enumerable.Range(0, clicks.Rows)
        .SelectMany(user => clicks.RowColumns(user).ToArray().Select(item => (user, item)));
}
