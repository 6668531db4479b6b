using ManualVae.Data;
using ManualVae.Evaluation;
using ManualVae.Models.Baselines;
using Xunit;

namespace ManualVae.Tests.Evaluation;

/// <summary>Equal scores: metrics are expected values over all orders of the tied items.</summary>
public class TieTests
{
    private const string Linear = "Recall@1,3,5 RecallAll@3 Precision@3 HitRate@1,3,5 MRR@1,3,6 NDCG@1,3,5 MAP@1,3,6 Novelty@3 "
        + "ARP@1,3 LongTail@2,3 Diversity@1,2,3,4,6 Serendipity@1,3,5 AUC RBP@0.8,0.3";

    [Fact]
    public void Expected_values_are_the_mean_over_all_orders()
    {
        // Ties of 1, 4 and 2 items; every cutoff cuts some of them or none.
        float[] scores = [9, 5, 5, 5, 5, 2, 2];
        int[][] orders = [.. Permutations([0, 1, 2, 3, 4, 5, 6]).Where(p => p.Zip(p.Skip(1)).All(x =>
            scores[x.First] >= scores[x.Second]))];
        Assert.Equal(48, orders.Length);
        var facts = new ItemFacts(new([7, 3, 1, 3, 9, 3, 6], 10), FixedScores.Rows(3, [0], [0, 1], [], [2], [1, 2], [0], [1]));
        foreach (int[] heldOut in new int[][] { [1], [0, 3], [2, 4, 5], [1, 2, 3, 4], [6], [5, 6] })
        {
            var metrics = Metric.ParseList(Linear);
            var split = new EvaluationSplit(FixedScores.Rows(7, [[]]), FixedScores.Rows(7, heldOut), 0);
            var tied = Evaluator.Evaluate(new FixedScores([scores]), split, metrics, facts);
            foreach (var metric in metrics)
            {
                double mean = orders.Average(order => Evaluator.Evaluate(
                    new FixedScores([[.. Enumerable.Range(0, 7).Select(item => -(float)Array.IndexOf(order, item))]]),
                    split, [metric], facts)[metric.Name]);
                Assert.Equal(mean, tied[metric.Name], 12);
            }
        }
    }

    [Fact]
    public void Known_answers_where_all_scores_are_equal()
    {
        // 20 items, 1 of them held out: the hit is at any of 20 ranks.
        var split = new EvaluationSplit(FixedScores.Rows(20, [[]]), FixedScores.Rows(20, [7]), 0);
        var result = Evaluator.Evaluate(new FixedScores([new float[20]]), split,
            Metric.ParseList("Recall@1 NDCG@2 MRR@2 HitRate@5 Coverage@5 Gini@5"));
        Assert.Equal(0.05, result["Recall@1"], 15);
        Assert.Equal((1 + 0.6309297535714575) / 20, result["NDCG@2"], 15);
        Assert.Equal(1.5 / 20, result["MRR@2"], 15);
        Assert.Equal(0.25, result["HitRate@5"], 15);
        Assert.Equal(0.25, result["Coverage@5"], 15);
        Assert.Equal(0, result["Gini@5"], 12);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(64)]
    public void Reversing_the_items_leaves_every_metric_as_it_is(int batchSize)
    {
        var random = new Random(5);
        const int users = 25, items = 30;
        float[][] scores = [.. Enumerable.Range(0, users).Select(u => Enumerable.Range(0, items)
            .Select(_ => u % 4 == 0 ? 0 : u % 4 == 1 ? float.NaN : (float)random.Next(u % 4 == 2 ? 4 : 1000)).ToArray())];
        int[][] shuffled = [.. Enumerable.Range(0, users).Select(_ =>
        {
            int[] order = [.. Enumerable.Range(0, items)];
            random.Shuffle(order);
            return order;
        })];
        EvaluationSplit Split(Func<int, int> number) => new(
            FixedScores.Rows(items, [.. shuffled.Select(o => o[..4].Select(number).ToArray())]),
            FixedScores.Rows(items, [.. shuffled.Select(o => o[4..7].Select(number).ToArray())]), 0);
        int[] clicks = [.. Enumerable.Range(0, items).Select(_ => random.Next(20))];
        int[][] genres = [.. Enumerable.Range(0, items).Select(i => i % 7 == 0 ? [] : new[] { i % 3, 3 + i % 2 })];
        var metrics = Metric.ParseList(Linear + " Calibration@3 Coverage@3 Gini@3 RSP@3 GAUC");
        var before = Evaluator.Evaluate(new FixedScores(scores, batchSize), Split(i => i), metrics,
            new(new(clicks, 20), FixedScores.Rows(5, genres)));
        var after = Evaluator.Evaluate(new FixedScores([.. scores.Select(row => row.Reverse().ToArray())], 7),
            Split(i => items - 1 - i), metrics, new(new([.. clicks.Reverse()], 20), FixedScores.Rows(5, [.. genres.Reverse()])));
        Assert.All(before.Metrics.Zip(after.Metrics), pair => Assert.Equal(pair.First.Mean, pair.Second.Mean, 12));
    }

    [Fact]
    public void Popularity_does_not_depend_on_item_numbers()
    {
        // 12 users, 20 items of equal popularity; whether the test item is item 0 or item 19, its rank is any of 20.
        foreach (int test in new[] { 0, 19 })
        {
            using var model = Popularity.Fit(FixedScores.Rows(20, [.. Enumerable.Range(0, 20).Select(item => new[] { item })]));
            int[][] twelve = [.. Enumerable.Repeat(0, 12).Select(_ => new[] { test })];
            var split = new EvaluationSplit(
                FixedScores.Rows(20, [.. twelve.Select(_ => Array.Empty<int>())]), FixedScores.Rows(20, twelve), 0);
            Assert.Equal(0.05, Evaluator.Evaluate(model, split, Metric.ParseList("Recall@1"))["Recall@1"], 15);
        }
    }

    private static IEnumerable<int[]> Permutations(int[] items) => items.Length <= 1 ? [items]
        : items.SelectMany(item => Permutations([.. items.Where(other => other != item)]).Select(rest => (int[])[item, .. rest]));
}
