using ManualVae.Compute;
using Xunit;

namespace ManualVae.Tests.Compute;

public class RunningTopKTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(33)]
    [InlineData(1000)]
    [InlineData(9000)]
    public void Pieces_in_any_order_and_from_several_collectors_give_what_the_whole_row_gives(int count)
    {
        const int Piece = 64, Collectors = 3;
        var random = new Random(count);
        var running = Enumerable.Range(0, Collectors).Select(_ => new RunningTopK()).ToArray();
        foreach (int k in (int[])[1, 2, 100, 1500])
            foreach (int distinct in (int[])[1, 3, 500, 1_000_000])
            {
                var scores = Enumerable.Range(0, count).Select(_ => random.Next(20) switch
                {
                    0 => float.NaN,
                    1 => -0f,
                    2 => float.NegativeInfinity,
                    _ => random.Next(distinct) - distinct / 2,
                }).ToArray();
                int[] excluded = [.. Enumerable.Range(0, count).Where(_ => random.Next(3) == 0)];
                var (expected, expectedScores) = (new int[k], new float[k]);
                TopK.Select(scores, excluded, expected, expectedScores);

                foreach (var collector in running) collector.Begin(Math.Min(k, count), Piece);
                int[] firsts = [.. Enumerable.Range(0, (count + Piece - 1) / Piece).Select(piece => piece * Piece)];
                random.Shuffle(firsts);
                foreach (int first in firsts)
                    running[random.Next(Collectors)].Offer(
                        scores.AsSpan(first, Math.Min(Piece, count - first)), first, excluded);
                running[0].Absorb(running[1]);
                running[0].Absorb(running[2]);
                var (items, itemScores) = (new int[k], new float[k]);
                running[0].Write(items, itemScores);
                Assert.Equal(expected, items);
                Assert.Equal(
                    expectedScores.Select(BitConverter.SingleToInt32Bits), itemScores.Select(BitConverter.SingleToInt32Bits));
            }
    }

    [Fact]
    public void Of_many_equal_scores_the_lower_items_stay_whenever_they_come()
    {
        var running = new RunningTopK();
        running.Begin(3, 1000);
        foreach (int first in (int[])[7000, 3000, 9000, 0, 5000]) running.Offer(new float[1000], first, [0, 2]);
        var (items, scores) = (new int[3], new float[3]);
        running.Write(items, scores);
        Assert.Equal([1, 3, 4], items);
    }

    [Theory]
    [InlineData(7)] // shorter than a vector
    [InlineData(16)]
    [InlineData(23)]
    public void A_lower_item_that_only_reaches_the_bound_is_kept(int piece)
    {
        const int Pieces = 400; // more than are gathered before the worse ones are dropped
        var running = new RunningTopK();
        running.Begin(3, piece);
        float[] equal = [.. Enumerable.Repeat(0.5f, piece)];
        for (int i = Pieces - 1; i >= 0; i--) running.Offer(equal, i * piece, []);
        var (items, scores) = (new int[3], new float[3]);
        running.Write(items, scores);
        Assert.Equal([0, 1, 2], items);
    }

    [Fact]
    public void Nothing_wanted_or_nothing_offered()
    {
        var running = new RunningTopK();
        running.Begin(0, 8);
        running.Offer([1, 2], 0, []);
        running.Write([], []);
        running.Begin(2, 8);
        var (items, scores) = (new int[3], new float[3]);
        running.Write(items, scores);
        Assert.Equal([-1, -1, -1], items);
        Assert.Equal(Enumerable.Repeat(float.NegativeInfinity, 3), scores);
    }
}
