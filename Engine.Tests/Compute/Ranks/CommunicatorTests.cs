using ManualVae.Compute;
using ManualVae.Compute.Ranks;
using Xunit;

namespace ManualVae.Tests.Compute.Ranks;

public class CommunicatorTests
{
    [Theory]
    [InlineData(1, 5)]
    [InlineData(2, 1)]
    [InlineData(3, 100_000)] // adds up chunk by chunk
    [InlineData(4, 100_003)]
    [InlineData(3, 0)]
    public void A_sum_adds_the_ranks_in_their_order_and_all_have_it(int ranks, int length)
    {
        // 1e8 + 1 - 1e8 depends on the order in single precision.
        float Number(int rank, int i) => rank switch { 0 => 1e8f, 1 => 1 + i % 7, 2 => -1e8f, _ => 0.5f };
        var sums = new float[ranks][];
        ThreadRanks.Run(ranks, of =>
        {
            float[] numbers = [.. Enumerable.Range(0, length).Select(i => Number(of.Rank, i))];
            of.Sum<float>(numbers);
            sums[of.Rank] = numbers;
        });
        for (int i = 0; i < length; i++)
        {
            float expected = Number(0, i);
            for (int rank = 1; rank < ranks; rank++) expected += Number(rank, i);
            Assert.All(sums, sum => Assert.Equal(expected, sum[i]));
        }
    }

    [Fact]
    public void Everyone_gets_everyones_numbers_in_order()
    {
        ThreadRanks.Run(3, of =>
        {
            int[] counts = [2, 0, 3], own = [.. Enumerable.Repeat(10 + of.Rank, counts[of.Rank])], all = new int[5];
            of.AllGather(own, all, counts);
            Assert.Equal([10, 10, 12, 12, 12], all);
        });
    }

    [Fact]
    public void The_first_rank_receives_and_the_others_keep_theirs()
    {
        ThreadRanks.Run(3, of =>
        {
            double[] numbers = [of.Rank, of.Rank + 0.5];
            of.ToFirst<double>(2, numbers);
            Assert.Equal(of.Rank == 1 ? [1, 1.5] : [2, 2.5], numbers);
            of.ToFirst<double>(0, numbers); // nothing to do
            of.Barrier();
        });
    }

    [Theory]
    [InlineData(10, 2 * 80)] // everyone's parts to everyone: 2 others x 10 doubles
    [InlineData(30_000, 2 * 80_000 + 2 * 80_000)] // two chunks of a third to the others, then the own sum to both
    public void Bytes_are_those_that_leave_the_rank(int doubles, long bytes)
    {
        ThreadRanks.Run(3, of =>
        {
            of.Sum<double>(new double[doubles]);
            Assert.Equal(bytes, of.BytesSent);
            Assert.True(of.Seconds > 0);
        });
    }

    [Fact]
    public void What_fails_on_one_rank_ends_the_others_and_is_what_the_caller_sees()
    {
        var problem = Assert.Throws<InvalidOperationException>(() => ThreadRanks.Run(3, of =>
        {
            if (of.Rank == 1) throw new InvalidOperationException("rank 1 has no disk");
            of.Barrier(); // would wait for ever
        }));
        Assert.Equal("rank 1 has no disk", problem.Message);
    }

    [Theory]
    [InlineData(10, 4)]
    [InlineData(3, 4)] // one has none
    [InlineData(2_000_000_000, 7)]
    public void Shares_follow_each_other_and_differ_by_one_at_most(int items, int ranks)
    {
        var shares = Enumerable.Range(0, ranks).Select(rank => ItemRange.Of(items, rank, ranks)).ToArray();
        Assert.Equal(0, shares[0].First);
        Assert.Equal(items, shares[^1].End);
        Assert.All(shares.Zip(shares.Skip(1)), pair => Assert.Equal(pair.First.End, pair.Second.First));
        Assert.InRange(shares.Max(s => s.Count) - shares.Min(s => s.Count), 0, 1);
    }

    [Fact]
    public void The_part_of_a_row_within_a_share_is_found_at_both_ends()
    {
        int[] row = [0, 3, 4, 7, 9];
        string Part(int first, int count) => string.Join(",", row[new ItemRange(first, count, 10).Within(row)]);
        Assert.Equal(("0,3,4", "3,4", "", "7,9"), (Part(0, 5), Part(3, 2), Part(5, 2), Part(6, 4)));
    }
}
