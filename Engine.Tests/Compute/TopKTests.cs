using ManualVae.Compute;
using Xunit;

namespace ManualVae.Tests.Compute;

public class TopKTests
{
    private const float NaN = float.NaN, Inf = float.PositiveInfinity;

    private static (int[] Items, float[] Scores) Select(float[] scores, int[] excluded, int k)
    {
        var (items, itemScores) = (new int[k], new float[k]);
        TopK.Select(scores, excluded, items, itemScores);
        return (items, itemScores);
    }

    [Fact]
    public void Best_first_and_the_lower_item_wins_a_tie()
    {
        var (items, scores) = Select([1, 3, 2, 3, 1], [], 4);
        Assert.Equal([1, 3, 2, 0], items);
        Assert.Equal([3f, 3, 2, 1], scores);
    }

    [Fact]
    public void Negative_scores_do_not_let_excluded_items_in()
    {
        var (items, scores) = Select([-5, -1, -3, -2], [1, 3], 4);
        Assert.Equal([2, 0, -1, -1], items);
        Assert.Equal([-3f, -5, -Inf, -Inf], scores);
    }

    [Fact]
    public void NaN_ranks_after_minus_infinity_and_before_the_padding()
    {
        var (items, scores) = Select([NaN, -Inf, 0, NaN, Inf], [], 6);
        Assert.Equal([4, 2, 1, 0, 3, -1], items);
        Assert.Equal([Inf, 0, -Inf, NaN, NaN, -Inf], scores);
    }

    [Fact]
    public void A_heap_full_of_NaN_gives_way_to_numbers()
    {
        var scores = Enumerable.Repeat(NaN, 100).ToArray();
        (scores[77], scores[99]) = (-7, -9);
        Assert.Equal([77, 99, 0], Select(scores, [], 3).Items);
    }

    [Fact]
    public void Zero_and_minus_zero_are_equal() => Assert.Equal([0, 1, 2], Select([-0f, 0f, -0f], [], 3).Items);

    [Fact]
    public void Nothing_to_select()
    {
        Assert.Equal([-1, -1], Select([], [], 2).Items);
        Assert.Equal([-1], Select([1, 2], [0, 1], 1).Items);
        Assert.Empty(Select([1, 2], [], 0).Items);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(1000)]
    [InlineData(3000)]
    [InlineData(20000)]
    public void Equals_a_full_sort(int count)
    {
        var random = new Random(count);
        foreach (int k in (int[])[1, 2, 10, 100, 1500])
            foreach (int distinct in (int[])[3, 500, 1_000_000])
            {
                var scores = Enumerable.Range(0, count)
                    .Select(_ => random.Next(20) == 0 ? NaN : random.Next(distinct) - distinct / 2).ToArray();
                var excluded = Enumerable.Range(0, count).Where(_ => random.Next(3) == 0).ToArray();
                var expected = Enumerable.Range(0, count).Except(excluded)
                    .OrderBy(i => float.IsNaN(scores[i])).ThenByDescending(i => scores[i]).ThenBy(i => i)
                    .Concat(Enumerable.Repeat(-1, k)).Take(k);
                Assert.Equal(expected, Select(scores, excluded, k).Items);
            }
    }

    [Fact]
    public void Excluding_the_best_items_by_the_hundred_leaves_the_next_best()
    {
        var scores = Enumerable.Range(0, 20_000).Select(i => -(float)(i * 7919L % 20_000)).ToArray(); // a permutation
        var order = Enumerable.Range(0, 20_000).OrderByDescending(i => scores[i]).ToArray();
        foreach (int seen in (int[])[0, 1, 300, 5000, 19_950])
            Assert.Equal(order.Skip(seen).Concat(Enumerable.Repeat(-1, 100)).Take(100),
                Select(scores, [.. order.Take(seen).Order()], 100).Items);
    }

    [Fact]
    public void Numbers_among_many_NaN_and_infinities_in_a_long_row()
    {
        var scores = Enumerable.Repeat(NaN, 20_000).ToArray();
        for (int i = 0; i < 20_000; i += 3) scores[i] = -Inf;
        (scores[19_999], scores[5]) = (-7, -9);
        Assert.Equal([19_999, 5, 0, 3, 6], Select(scores, [], 5).Items);
        Assert.Equal([19_999, 5, 3, 6, 9], Select(scores, [0], 5).Items);
    }

    [Fact]
    public void Increasing_scores_the_worst_case_of_the_scan()
    {
        var scores = Enumerable.Range(0, 500).Select(i => (float)i).ToArray();
        Assert.Equal(Enumerable.Range(0, 20).Select(i => 499 - i), Select(scores, [], 20).Items);
    }
}
