using ManualVae.Compute;
using ManualVae.Compute.Reference;
using ManualVae.Data;
using ManualVae.Models.Sampling;
using Xunit;

namespace ManualVae.Tests.Models.Sampling;

public class NegativeProposalTests
{
    [Theory]
    [InlineData(0.25, 1, 0.25)]
    [InlineData(0.5, 2, 0.75)]
    [InlineData(1, 3, 1)]
    [InlineData(1e-12, 3, 3e-12)]
    [InlineData(1e-7, 16_000_000, 0.7981034981570665)]
    public void An_item_is_among_the_draws_with_its_probability(double q, int draws, double expected) =>
        Assert.Equal(1, NegativeProposal.Inclusion(q, draws) / expected, 1e-8);

    [Theory]
    [InlineData(0)]
    [InlineData(0.75)]
    [InlineData(1)]
    public void Items_are_drawn_as_often_as_their_clicks_say(double power)
    {
        int[] clicks = [0, 3, 15, 0, 80];
        var proposal = new NegativeProposal(clicks, power, 1);
        double sum = clicks.Sum(n => Math.Pow(n + 1, power));
        const int draws = 40_000;
        var key = new RandomKey(5, 9, RandomPurpose.NegativeSample);
        int[] counts = new int[clicks.Length];
        for (uint i = 0; i < draws; i++) counts[proposal.Draw(key, i)]++;
        for (int item = 0; item < clicks.Length; item++)
        {
            double q = Math.Pow(clicks[item] + 1, power) / sum;
            Assert.Equal(-Math.Log(q), proposal.Offsets[item], 1e-5);
            Assert.InRange(counts[item], q * draws - 4.5 * Math.Sqrt(q * draws), q * draws + 4.5 * Math.Sqrt(q * draws));
        }
    }

    /// <summary>Clicked items first and then others, each once; the same for the same key and no other.</summary>
    /// <summary>The table leads where a search from the first item would, at both ends of each range too.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(0.75)]
    [InlineData(3)]
    public void A_number_leads_to_the_item_whose_range_holds_it(double power)
    {
        int[] clicks = [.. Enumerable.Range(0, 61).Select(i => i % 7 == 0 ? 900 : i % 5)];
        var proposal = new NegativeProposal(clicks, power, 10);
        double[] shares = [.. clicks.Select(n => Math.Pow(n + 1.0, power))];
        double sum = 0;
        double[] sums = [.. shares.Select(share => sum += share).ToArray().Select(s => s / sum)];
        IEnumerable<double> places = sums.SelectMany(s => new[] { s, Math.BitDecrement(s), Math.BitIncrement(s) })
            .Concat(Enumerable.Range(0, 2000).Select(i => i / 2000.0)).Where(place => place < 1);
        foreach (double place in places)
        {
            int expected = Array.FindIndex(sums, s => s > place);
            Assert.Equal(expected < 0 ? clicks.Length - 1 : expected, proposal.ItemAt(place));
        }
        Assert.Equal(0, new NegativeProposal([5], power, 10).ItemAt(0.99));
    }

    [Fact]
    public void Columns_are_the_batchs_items_and_then_the_drawn_ones()
    {
        const int items = 200;
        using var backend = new ReferenceBackend();
        using var batch = ToyClicks.Batch(backend, Of(ToyClicks.Checkerboard(4, 24), items));
        var columns = new StepColumns(items, 30, 0.5);
        int[] Choose(uint step)
        {
            columns.Choose(new(7, step, RandomPurpose.NegativeSample), batch);
            return columns.Items.ToArray();
        }
        int[] first = Choose(1), second = Choose(2), again = Choose(1);
        Assert.Equal(first, again);
        Assert.NotEqual(first, second);
        Assert.Equal(batch.ActiveColumns.ToArray(), first[..columns.Clicked]);
        int[] drawn = first[columns.Clicked..];
        Assert.InRange(drawn.Length, 20, 30);
        Assert.Equal(drawn.Order().Distinct(), drawn);
        Assert.Empty(drawn.Intersect(batch.ActiveColumns.ToArray()));
        Assert.All(columns.Offsets[..columns.Clicked].ToArray(), offset => Assert.Equal(0, offset));
        Assert.All(columns.Offsets[columns.Clicked..].ToArray(), offset =>
            Assert.Equal(-Math.Log(NegativeProposal.Inclusion(1.0 / items, 30)), offset, 1e-5));
    }

    [Fact]
    public void As_many_draws_as_items_are_all_items_without_offsets()
    {
        const int items = 31;
        using var backend = new ReferenceBackend();
        using var batch = ToyClicks.Batch(backend, ToyClicks.Checkerboard(1, items));
        var columns = new StepColumns(items, items, 0.75);
        columns.Choose(default, batch);
        Assert.Equal(Enumerable.Range(0, items), columns.Items.ToArray().Order());
        Assert.All(columns.Offsets.ToArray(), offset => Assert.Equal(0, offset));
    }

    /// <summary>The mean over many draws of sum over C of e^f + sum over D of e^f / pi is the sum over all items.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(0.75)]
    public void The_estimate_of_the_partition_sum_is_unbiased(double power)
    {
        const int items = 60, steps = 4000;
        double[] exponentials = [.. Enumerable.Range(0, items).Select(i => Math.Exp(2 * Math.Sin(3 * i)))];
        using var backend = new ReferenceBackend();
        using var batch = ToyClicks.Batch(backend, Of(ToyClicks.Checkerboard(2, 10), items));
        var columns = new StepColumns(items, 12, power);
        columns.DrawBy([.. Enumerable.Range(0, items).Select(i => i % 7 * 5)]);
        double sum = 0, squares = 0;
        for (uint step = 0; step < steps; step++)
        {
            columns.Choose(new(11, step, RandomPurpose.NegativeSample), batch);
            double z = 0;
            for (int c = 0; c < columns.Count; c++) z += exponentials[columns.Items.Span[c]] * Math.Exp(columns.Offsets[c]);
            (sum, squares) = (sum + z, squares + z * z);
        }
        double mean = sum / steps, error = Math.Sqrt((squares / steps - mean * mean) / steps);
        Assert.InRange(mean, exponentials.Sum() - 4 * error, exponentials.Sum() + 4 * error);
        Assert.True(error < 0.02 * mean);
    }

    /// <summary>Against the mean over random batches.</summary>
    [Theory]
    [InlineData(6)]
    [InlineData(1000)]
    public void The_expected_number_of_columns_is_that_of_random_batches(int draws)
    {
        const int users = 80, items = 120, rows = 5, batches = 400;
        var clicks = ToyClicks.Random(users, items, 0.05);
        var columns = new StepColumns(items, draws, 0.75);
        int[] counts = clicks.ColumnCounts();
        columns.DrawBy(counts);
        using var backend = new ReferenceBackend();
        using var batch = backend.AllocateBatch(rows, items, SparseBatch.LargestBatch(rows, clicks));
        double clicked = 0, all = 0;
        for (uint b = 0; b < batches; b++)
        {
            int[] order = [.. Enumerable.Range(0, users)];
            CounterRandom.Shuffle(new(4, b, RandomPurpose.Shuffle), order);
            batch.Load(clicks, order.AsSpan(0, rows));
            columns.Choose(new(4, b, RandomPurpose.NegativeSample), batch);
            (clicked, all) = (clicked + columns.Clicked, all + columns.Count);
        }
        var (expectedClicked, expectedColumns) = columns.Expected(counts, users, rows);
        Assert.InRange(clicked / batches / expectedClicked, 0.9, 1.1);
        Assert.InRange(all / batches / expectedColumns, 0.9, 1.1);
    }

    /// <summary>The same clicks in a larger catalogue.</summary>
    private static CsrMatrix Of(CsrMatrix clicks, int items) => CsrMatrix.FromPairs(clicks.Rows, items,
        [.. Enumerable.Range(0, clicks.Rows).SelectMany(u => clicks.RowColumns(u).ToArray().Select(i => (u, 3 * i)))]);
}
