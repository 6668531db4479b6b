using FsCheck;
using FsCheck.Fluent;
using ManualVae.Evaluation;
using Xunit;

namespace ManualVae.Tests.Evaluation;

public class UserMetricsTests
{
    private static readonly UserMetrics Metrics = new(100);

    // Hits at ranks 1, 3 and 6 of 6; 4 items held out.
    private static readonly bool[] Hits = [true, false, true, false, false, true];

    // A ranking without ties.
    private static double Value(MetricKind kind, int cutoff, bool[] hits, int heldOut) =>
        Metrics.Value(kind, cutoff, [.. hits.Select((hit, rank) => new Tie(rank, 1, hit ? 1 : 0))], heldOut);

    [Theory]
    [InlineData(MetricKind.Recall, 1, 1.0)]                  // 1 / min(1, 4)
    [InlineData(MetricKind.Recall, 3, 0.6666666666666666)]   // 2 / min(3, 4)
    [InlineData(MetricKind.Recall, 6, 0.75)]                 // 3 / min(6, 4)
    [InlineData(MetricKind.RecallAll, 1, 0.25)]
    [InlineData(MetricKind.RecallAll, 3, 0.5)]
    [InlineData(MetricKind.RecallAll, 100, 0.75)]
    [InlineData(MetricKind.Precision, 3, 0.6666666666666666)]
    [InlineData(MetricKind.Precision, 6, 0.5)]
    [InlineData(MetricKind.Precision, 100, 0.03)]            // K counts, not the length of the list
    [InlineData(MetricKind.HitRate, 6, 1.0)]
    [InlineData(MetricKind.Mrr, 6, 1.0)]
    [InlineData(MetricKind.Map, 1, 1.0)]
    [InlineData(MetricKind.Map, 3, 0.5555555555555556)]      // (1/1 + 2/3) / 3
    [InlineData(MetricKind.Map, 6, 0.5416666666666666)]      // (1/1 + 2/3 + 3/6) / 4
    [InlineData(MetricKind.Ndcg, 1, 1.0)]
    [InlineData(MetricKind.Ndcg, 3, 0.7039180890341347)]     // 1.5 / (1 + 1/log2 3 + 1/2)
    [InlineData(MetricKind.Ndcg, 6, 0.7246262545)]           // 1.8562071871 / 2.5616063116: the ideal stops at 4 items
    public void Known_answers(MetricKind kind, int cutoff, double expected) =>
        Assert.Equal(expected, Value(kind, cutoff, Hits, heldOut: 4), 9);

    [Fact]
    public void The_first_hit_decides_the_reciprocal_rank_and_only_within_the_cutoff()
    {
        bool[] hits = [false, false, false, true];
        Assert.Equal(0.25, Value(MetricKind.Mrr, 4, hits, 1));
        Assert.Equal(0, Value(MetricKind.Mrr, 3, hits, 1));
        Assert.Equal(0, Value(MetricKind.HitRate, 3, hits, 1));
        Assert.Equal(0.43067655807339306, Value(MetricKind.Ndcg, 4, hits, 1), 12); // 1 / log2 5
    }

    [Fact]
    public void Every_metric_lies_between_0_and_1_and_a_perfect_list_reaches_1()
    {
        var lists = from hits in Gen.Elements(true, false).ArrayOf()
                    from extra in Gen.Choose(0, 5)
                    from cutoff in Gen.Choose(1, 100)
                    select (hits: hits[..Math.Min(hits.Length, 100)], extra, cutoff);
        Prop.ForAll(lists.ToArbitrary(), list =>
        {
            int heldOut = list.hits.Count(h => h) + list.extra;
            if (heldOut == 0) return true;
            bool[] perfect = [.. Enumerable.Range(0, 100).Select(r => r < heldOut)];
            return PerUserKinds.All(kind =>
                Value(kind, list.cutoff, list.hits, heldOut) is >= 0 and <= 1 + 1e-12
                && (kind is MetricKind.RecallAll or MetricKind.Precision
                    || Math.Abs(Value(kind, list.cutoff, perfect, heldOut) - 1) < 1e-12));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Moving_a_hit_up_never_lowers_a_metric()
    {
        var cases = from hits in Gen.Elements(true, false).ListOf(12)
                    from cutoff in Gen.Choose(1, 12)
                    from rank in Gen.Choose(1, 11)
                    select (hits: hits.ToArray(), cutoff, rank);
        Prop.ForAll(cases.ToArbitrary(), c =>
        {
            if (!c.hits[c.rank] || c.hits[c.rank - 1]) return true;
            bool[] better = [.. c.hits];
            (better[c.rank - 1], better[c.rank]) = (true, false);
            return PerUserKinds.All(kind =>
                Value(kind, c.cutoff, better, 12) >= Value(kind, c.cutoff, c.hits, 12));
        }).QuickCheckThrowOnFailure();
    }

    private static readonly MetricKind[] PerUserKinds =
    [
        MetricKind.Recall, MetricKind.RecallAll, MetricKind.Ndcg, MetricKind.Precision, MetricKind.Map, MetricKind.Mrr,
        MetricKind.HitRate,
    ];
}
