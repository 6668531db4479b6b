using ManualVae.Data;
using ManualVae.Evaluation;
using ManualVae.Models;
using ManualVae.Tests.Evaluation;
using Xunit;

namespace ManualVae.Tests.Models;

public class EnsembleTests
{
    [Fact]
    public void Scores_are_standardised_before_they_are_averaged()
    {
        // Mean 2 and deviation sqrt(2/3); mean 200 and deviation sqrt(20000/3): both become +-1.2247 around 0.
        var ensemble = new Ensemble([(new FixedScores([[1, 2, 3]]), 0.75), (new FixedScores([[300, 200, 100]]), 0.25)]);
        var scores = new float[3];
        ensemble.Score(FixedScores.Rows(3, []), 0, 1, scores);
        Assert.Equal([-0.5f * 1.2247449f, 0, 0.5f * 1.2247449f], scores, (a, b) => Math.Abs(a - b) < 1e-6);
    }

    [Fact]
    public void Equal_scores_say_nothing()
    {
        var scores = new float[] { 7, 7, 7, 7 };
        Ensemble.Standardise(scores);
        Assert.Equal([0, 0, 0, 0], scores);
    }

    [Fact]
    public void A_member_that_never_helps_gets_no_weight()
    {
        // Every user is to find item 0; the first model ranks it first, the second last.
        var part = new EvaluationSplit(FixedScores.Rows(4, [], [], []), FixedScores.Rows(4, [0], [0], [0]), 0);
        var (weights, value) = EnsembleWeights.Choose(
            [Same(4, 3, 2, 1), Same(0, 1, 2, 3)], part, Metric.Parse("NDCG@1"));
        Assert.Equal([1, 0], weights);
        Assert.Equal(1, value);
    }

    [Fact]
    public void Two_members_that_are_right_about_different_users_share_the_weight()
    {
        // User 0 is to find item 0, user 1 item 1. Each model is sure about one of them and slightly wrong about the other.
        var part = new EvaluationSplit(FixedScores.Rows(3, [], []), FixedScores.Rows(3, [0], [1]), 0);
        IRecommender[] models = [new FixedScores([[9, 0, 0], [0.5f, 0.4f, 0]]), new FixedScores([[0.4f, 0, 0.5f], [0, 9, 0]])];
        var (weights, value) = EnsembleWeights.Choose(models, part, Metric.Parse("NDCG@1"));
        Assert.Equal(1, weights.Sum(), 12);
        Assert.All(weights, weight => Assert.True(weight > 0));
        Assert.Equal(1, value);
    }

    [Fact]
    public void Members_must_score_the_same_items() =>
        Assert.Throws<ArgumentException>(() => new Ensemble([(new FixedScores([[1, 2]]), 1), (new FixedScores([[1, 2, 3]]), 1)]));

    // The same scores for three users.
    private static FixedScores Same(params float[] scores) => new([scores, scores, scores]);
}
