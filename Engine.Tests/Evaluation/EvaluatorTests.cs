using System.Globalization;
using ManualVae.Data;
using ManualVae.Evaluation;
using ManualVae.Models;
using Xunit;

namespace ManualVae.Tests.Evaluation;

public class EvaluatorTests
{
    [Fact]
    public void Equals_the_reference_notebooks_metrics()
    {
        var lines = File.ReadAllLines(TestData.Fixture("metrics.txt")).Select(l => l.Split(' ')).ToLookup(p => p[0], p => p[1..]);
        static int[] Numbers(string[] parts) => [.. parts.Select(p => int.Parse(p, CultureInfo.InvariantCulture))];
        float[][] scores = [.. lines["scores"].Select(p => Numbers(p).Select(s => (float)s).ToArray())];
        int items = scores[0].Length;
        var split = new EvaluationSplit(
            FixedScores.Rows(items, [.. lines["foldin"].Select(Numbers)]),
            FixedScores.Rows(items, [.. lines["heldout"].Select(Numbers)]), FirstUser: 0);
        var popularity = new ItemFacts(new(Numbers(lines["clicks"].Single()), Users: 40));
        var metrics = Metric.ParseList(string.Join(',', lines["metric"].Select(p => p[0])));

        var result = Evaluator.Evaluate(new FixedScores(scores), split, metrics, popularity);

        Assert.Equal(1, result.SkippedUsers);
        Assert.Equal(scores.Length - 1, result.Users);
        Assert.Equal(40, metrics.Count);
        foreach (var expected in lines["metric"])
        {
            var actual = result.Metrics.Single(m => m.Metric.Name == expected[0]);
            Assert.Equal(double.Parse(expected[1], CultureInfo.InvariantCulture), actual.Mean, 12);
            if (expected[2] == "-") Assert.Null(actual.StandardError);
            else Assert.Equal(double.Parse(expected[2], CultureInfo.InvariantCulture), actual.StandardError!.Value, 12);
        }
    }

    [Fact]
    public void The_result_does_not_depend_on_the_batch_size()
    {
        var (scores, split) = RandomCase(users: 37, items: 50);
        var metrics = Metric.ParseList("Recall@20 NDCG@10 MAP@5 Coverage@5 Gini@10 Novelty@3 sampled-NDCG@10");
        var popularity = new ItemFacts(ItemPopularity.Of(split.FoldIn));
        var whole = Evaluator.Evaluate(new FixedScores(scores, batchSize: 1000), split, metrics, popularity);
        foreach (int batchSize in (int[])[1, 2, 5, 37])
        {
            var parts = Evaluator.Evaluate(new FixedScores(scores, batchSize), split, metrics, popularity);
            for (int m = 0; m < metrics.Count; m++)
            {
                Assert.Equal(whole.Metrics[m].Mean, parts.Metrics[m].Mean);
                Assert.Equal(whole.Metrics[m].PerUser, parts.Metrics[m].PerUser);
            }
        }
    }

    [Fact]
    public void Users_with_nothing_held_out_are_skipped_and_counted()
    {
        var split = new EvaluationSplit(FixedScores.Rows(3, [0], [1], [2]), FixedScores.Rows(3, [], [2], []), 0);
        var result = Evaluator.Evaluate(new FixedScores([[1, 2, 3], [1, 2, 3], [1, 2, 3]]), split, Metric.ParseList("Recall@1"));
        Assert.Equal((1, 2), (result.Users, result.SkippedUsers));
        Assert.Equal([1], result.Rows);
        Assert.Equal(1, result["Recall@1"]);
    }

    [Fact]
    public void Fold_in_items_are_never_recommended_even_where_all_scores_are_negative()
    {
        // Setting seen items to 0 would let them win: every logit is below it.
        var split = new EvaluationSplit(FixedScores.Rows(4, [0, 1]), FixedScores.Rows(4, [2]), 0);
        var metrics = Metric.ParseList("Recall@1 Precision@4 Coverage@4");
        var result = Evaluator.Evaluate(new FixedScores([[-1, -2, -8, -9]]), split, metrics);
        Assert.Equal(1, result["Recall@1"]);
        Assert.Equal(0.25, result["Precision@4"]);
        Assert.Equal(0.5, result["Coverage@4"]); // the other half was seen
    }

    [Fact]
    public void Clicks_that_are_excluded_without_being_shown_are_not_recommended()
    {
        // Item 0 is shown, item 1 only excluded: a model that saw item 1 as well would rank 2 before 3.
        var split = new EvaluationSplit(
            FixedScores.Rows(4, [0]), FixedScores.Rows(4, [3]), 0, Excluded: FixedScores.Rows(4, [0, 1]));
        using var model = new RelatedItems([[0, 3, 1, 2], [0, 0, 9, 0], [0, 0, 0, 0], [0, 0, 0, 0]]);
        var metrics = Metric.ParseList("Recall@1 NDCG@4 Coverage@4");
        Assert.Equal([1, 1, 0.5], Evaluator.Evaluate(model, split, metrics).Metrics.Select(m => m.Mean));
        var shown = split with { FoldIn = split.Known, Excluded = null };
        Assert.Equal([0, 1 / Math.Log2(3), 0.5], Evaluator.Evaluate(model, shown, metrics).Metrics.Select(m => m.Mean));
        Assert.Throws<InputException>(
            () => Evaluator.Evaluate(model, split with { Excluded = FixedScores.Rows(4, [0], [1]) }, metrics));
    }

    [Fact]
    public void A_cutoff_beyond_the_number_of_items_is_no_error()
    {
        var split = new EvaluationSplit(FixedScores.Rows(3, [0]), FixedScores.Rows(3, [1, 2]), 0);
        var metrics = Metric.ParseList("Recall@100 NDCG@100 Precision@100");
        var result = Evaluator.Evaluate(new FixedScores([[1, 2, 3]]), split, metrics);
        Assert.Equal([1, 1, 0.02], result.Metrics.Select(m => m.Mean));
    }

    [Fact]
    public void Renumbering_the_items_changes_nothing()
    {
        var (scores, split) = RandomCase(users: 20, items: 40);
        var order = Enumerable.Range(0, 40).ToArray();
        new Random(3).Shuffle(order);
        CsrMatrix Renumber(CsrMatrix m) => FixedScores.Rows(40, [.. Enumerable.Range(0, m.Rows)
            .Select(r => m.RowColumns(r).ToArray().Select(i => order[i]).ToArray())]);
        float[][] renumbered =
            [.. scores.Select(row => Enumerable.Range(0, 40).Select(i => row[Array.IndexOf(order, i)]).ToArray())];
        var metrics = Metric.ParseList("Recall@5 NDCG@20 Gini@5 Coverage@5 sampled-MRR@5");
        var before = Evaluator.Evaluate(new FixedScores(scores), split, metrics);
        var after = Evaluator.Evaluate(new FixedScores(renumbered), new EvaluationSplit(
            Renumber(split.FoldIn), Renumber(split.HeldOut), 0, Renumber(split.Candidates!)), metrics);
        for (int m = 0; m < metrics.Count; m++) Assert.Equal(before.Metrics[m].Mean, after.Metrics[m].Mean, 12);
    }

    [Fact]
    public void A_split_that_does_not_fit_is_refused()
    {
        var split = new EvaluationSplit(FixedScores.Rows(3, [0]), FixedScores.Rows(3, [1]), 0);
        var recall = Metric.ParseList("Recall@1");
        Assert.Contains("3 items, the model 2", Assert.Throws<InputException>(
            () => Evaluator.Evaluate(new FixedScores([[1, 2]]), split, recall)).Message);
        Assert.Contains("candidates", Assert.Throws<InputException>(
            () => Evaluator.Evaluate(new FixedScores([[1, 2, 3]]), split, Metric.ParseList("sampled-NDCG@10"))).Message);
        var longer = split with { HeldOut = FixedScores.Rows(3, [1], [2]) };
        Assert.Throws<InputException>(() => Evaluator.Evaluate(new FixedScores([[1, 2, 3]]), longer, recall));
    }

    // The scores of the items shown, added up.
    private sealed class RelatedItems(float[][] related) : IRecommender
    {
        public string Name => "related";
        public int ItemCount => related.Length;
        public int BatchSize => 1;

        public void Score(CsrMatrix foldIn, int firstRow, int rows, Span<float> scores)
        {
            scores.Clear();
            for (int row = 0; row < rows; row++)
                foreach (int shown in foldIn.RowColumns(firstRow + row))
                    for (int item = 0; item < ItemCount; item++) scores[row * ItemCount + item] += related[shown][item];
        }

        public void Dispose() { }
    }

    private static (float[][] Scores, EvaluationSplit Split) RandomCase(int users, int items)
    {
        var random = new Random(11);
        var scores = new float[users][];
        var (foldIn, heldOut, candidates) = (new int[users][], new int[users][], new int[users][]);
        for (int u = 0; u < users; u++)
        {
            var order = Enumerable.Range(0, items).ToArray();
            random.Shuffle(order);
            scores[u] = [.. order.Select(x => x - items / 2f)];
            random.Shuffle(order);
            (foldIn[u], heldOut[u], candidates[u]) = (order[..4], order[4..(4 + u % 6)], order[10..25]);
        }
        return (scores, new(
            FixedScores.Rows(items, foldIn), FixedScores.Rows(items, heldOut), 0, FixedScores.Rows(items, candidates)));
    }
}
