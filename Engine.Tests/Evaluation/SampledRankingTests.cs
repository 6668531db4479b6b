using ManualVae.Evaluation;
using Xunit;

namespace ManualVae.Tests.Evaluation;

public class SampledRankingTests
{
    private static double Value(string metric, float[] scores, int[] heldOut, int[] candidates) =>
        SampledRanking.Value(Metric.Parse(metric), scores, heldOut, candidates);

    [Fact]
    public void Only_the_candidates_compete()
    {
        float[] scores = [9, 8, 5, 7, 1]; // the positive is item 2; item 0 would beat it but is no candidate
        Assert.Equal(0.5, Value("sampled-MRR@10", scores, [2], [3, 4]));
        Assert.Equal(1 / Math.Log2(3), Value("sampled-NDCG@10", scores, [2], [3, 4]), 12);
        Assert.Equal(1, Value("sampled-HitRate@2", scores, [2], [3, 4]));
        Assert.Equal(0, Value("sampled-HitRate@1", scores, [2], [3, 4]));
    }

    [Fact]
    public void Ties_are_worth_their_expectation()
    {
        float[] scores = [1, 1, 1, 2]; // the positive, item 0, is at rank 2, 3 or 4
        Assert.Equal(2 / 3.0, Value("sampled-HitRate@3", scores, [0], [1, 2, 3]), 12);
        Assert.Equal((1 / 2.0 + 1 / 3.0 + 1 / 4.0) / 3, Value("sampled-MRR@10", scores, [0], [1, 2, 3]), 12);
        Assert.Equal((1 / Math.Log2(3) + 1 / 2.0) / 3, Value("sampled-NDCG@3", scores, [0], [1, 2, 3]), 12);
    }

    [Fact]
    public void Constant_scores_earn_what_chance_earns()
    {
        int[] others = [.. Enumerable.Range(0, 100).Where(i => i != 42)];
        Assert.Equal(0.1, Value("sampled-HitRate@10", new float[100], [42], others), 12);
    }

    [Fact]
    public void A_candidate_that_equals_the_positive_does_not_compete() =>
        Assert.Equal(1, Value("sampled-MRR@10", [3, 2], [0], [0, 1]));

    [Fact]
    public void NaN_ranks_last()
    {
        Assert.Equal(1 / 3.0, Value("sampled-MRR@10", [float.NaN, -5, 0], [0], [1, 2]), 12);
        Assert.Equal(1, Value("sampled-MRR@10", [-5, float.NaN], [0], [1]));
    }

    [Fact]
    public void Several_held_out_items_are_averaged() =>
        Assert.Equal((1 + 1 / 2.0) / 2, Value("sampled-MRR@10", [3, 1, 2], [0, 1], [2]));
}
