using ManualVae.Data;
using ManualVae.Evaluation;
using Xunit;

namespace ManualVae.Tests.Evaluation;

/// <summary>Metrics of what is in the lists, and of whole rankings, against their definitions in plain loops.</summary>
public class ListMetricsTests
{
    private const int Users = 9, Items = 30, K = 5, GenreCount = 6;
    private static readonly Random Draw = new(17);

    private static readonly float[][] Scores =
        [.. Enumerable.Range(0, Users).Select(_ => Shuffled().Select(x => (float)x).ToArray())];
    private static readonly int[][] Known = [.. Enumerable.Range(0, Users).Select(u => Shuffled()[..(u % 5)])];
    private static readonly int[][] HeldOut = [.. Enumerable.Range(0, Users).Select(u =>
        Shuffled().Except(Known[u]).Take(1 + u % 4).ToArray())];
    private static readonly int[] Clicks = [.. Shuffled().Select(x => x + 1)];
    private static readonly int[][] Genres = [.. Enumerable.Range(0, Items).Select(_ =>
        Enumerable.Range(0, GenreCount).Where(_ => Draw.Next(3) == 0).ToArray())];

    private static readonly EvaluationSplit Split = new(FixedScores.Rows(Items, Known), FixedScores.Rows(Items, HeldOut), 0);
    private static readonly int[][] Rankings = [.. Enumerable.Range(0, Users).Select(u =>
        Enumerable.Range(0, Items).Except(Known[u]).OrderByDescending(i => Scores[u][i]).ToArray())];
    private static readonly int[] ByClicks = [.. Enumerable.Range(0, Items).OrderByDescending(i => Clicks[i])];

    [Fact]
    public void Popularity_of_the_lists()
    {
        int[] head = ByClicks[..6]; // a fifth of 30
        Check("ARP@5", u => Rankings[u][..K].Average(i => Clicks[i]));
        Check("LongTail@5", u => Rankings[u][..K].Count(i => !head.Contains(i)) / 5.0);
    }

    [Fact]
    public void Diversity_is_the_mean_distance_of_all_pairs()
    {
        Check("Diversity@5", u => MeanOfPairs(Rankings[u][..K], (a, b) => 1 - Cosine(Genres[a], Genres[b])));
        // Without genres items are compared by their training users.
        int[][] train = [.. Enumerable.Range(0, 12).Select(_ => Shuffled()[..8])];
        int[][] usersOf = [.. Enumerable.Range(0, Items).Select(i =>
            Enumerable.Range(0, train.Length).Where(u => train[u].Contains(i)).ToArray())];
        Check("Diversity@5", u => MeanOfPairs(Rankings[u][..K], (a, b) => 1 - Cosine(usersOf[a], usersOf[b])),
            new ItemFacts(new(Clicks, 40), train: FixedScores.Rows(Items, train)));
    }

    [Fact]
    public void Serendipity_counts_hits_that_popularity_would_not_have() => Check("Serendipity@5", u =>
    {
        int[] popular = [.. ByClicks.Except(Known[u]).Take(K)];
        return Rankings[u][..K].Count(i => HeldOut[u].Contains(i) && !popular.Contains(i)) / 5.0;
    });

    [Fact]
    public void Calibration_is_the_divergence_of_genres()
    {
        Check("Calibration@5", u =>
        {
            var (p, q) = (Distribution(Known[u]), Distribution(Rankings[u][..K]));
            double sum = 0;
            for (int g = 0; g < GenreCount; g++)
                if (p[g] > 0) sum += p[g] * Math.Log(p[g] / (0.99 * q[g] + 0.01 * p[g]));
            return sum;
        });
        // The same genres: 0. None in common: log(1 / 0.01).
        var split = new EvaluationSplit(FixedScores.Rows(3, [0]), FixedScores.Rows(3, [1]), 0);
        double Of(params int[][] genres) => Evaluator.Evaluate(new FixedScores([[0, 2, 1]]), split,
            Metric.ParseList("Calibration@1"), new(new([1, 1, 1], 3), FixedScores.Rows(2, genres)))["Calibration@1"];
        Assert.Equal(0, Of([0, 1], [0, 1], []), 15);
        Assert.Equal(Math.Log(100), Of([0], [1], [0]), 12);
        Assert.Equal(0, Of([], [1], [0])); // the user's clicks have no genre
    }

    [Fact]
    public void Statistical_parity_is_the_relative_deviation_of_three_groups()
    {
        double[] chances = [.. Enumerable.Range(0, 3).Select(group =>
        {
            int[] members = ByClicks[(10 * group)..(10 * group + 10)];
            double recommended = 0, possible = 0;
            for (int u = 0; u < Users; u++)
                foreach (int item in members)
                {
                    if (Rankings[u].Take(K).Contains(item)) recommended++;
                    if (!Known[u].Contains(item)) possible++;
                }
            return recommended / possible;
        })];
        double mean = chances.Average(), deviation = Math.Sqrt(chances.Average(c => (c - mean) * (c - mean)));
        Assert.Equal(deviation / mean, Evaluate("RSP@5").Metrics[0].Mean, 12);
    }

    [Fact]
    public void The_user_gap_lies_between_users_with_many_clicks_and_the_others()
    {
        // User 4 (of 9) has the most clicks, 4, and so is the first twentieth, 0.45 users, in part; user 4 is in the rest too.
        double Ndcg(int u) => Enumerable.Range(0, K).Sum(r => HeldOut[u].Contains(Rankings[u][r]) ? 1 / Math.Log2(r + 2) : 0)
            / Enumerable.Range(0, Math.Min(K, HeldOut[u].Length)).Sum(r => 1 / Math.Log2(r + 2));
        double rest = Enumerable.Range(0, Users).Sum(u => (u == 4 ? 0.55 : 1) * Ndcg(u)) / 8.55;
        Assert.Equal(Math.Abs(Ndcg(4) - rest), Evaluate("UserGap@5").Metrics[0].Mean, 12);

        // Users 0 to 19 have i clicks, of whom 19 is found and 0 to 9 are: 1 - 10 / 19.
        float[][] scores = [.. Enumerable.Range(0, 20).Select(u => Enumerable.Range(0, 30).Select(i =>
            i == 29 ? (u is 19 or < 10 ? 9f : -9f) : 0f).ToArray())];
        var clicks = Enumerable.Range(0, 20).Select(u => Enumerable.Range(0, u).ToArray());
        var split = new EvaluationSplit(
            FixedScores.Rows(30, [.. clicks]), FixedScores.Rows(30, [.. Enumerable.Repeat(new[] { 29 }, 20)]), 0);
        var result = Evaluator.Evaluate(new FixedScores(scores), split, Metric.ParseList("UserGap@1"));
        Assert.Equal(1 - 10 / 19.0, result["UserGap@1"], 12);
    }

    [Fact]
    public void The_item_gap_lies_between_popular_items_and_the_others()
    {
        double Found(Func<int, bool> isIn)
        {
            double hits = 0, clicks = 0;
            for (int u = 0; u < Users; u++)
                foreach (int item in HeldOut[u].Where(isIn))
                {
                    clicks++;
                    if (Rankings[u].Take(K).Contains(item)) hits++;
                }
            return hits / clicks;
        }
        int[] head = ByClicks[..6];
        Assert.Equal(Math.Abs(Found(head.Contains) - Found(i => !head.Contains(i))), Evaluate("ItemGap@5").Metrics[0].Mean, 12);
        // Five items; the popular one, 0, is found by one of two users, item 4 by nobody.
        var split = new EvaluationSplit(FixedScores.Rows(5, [], []), FixedScores.Rows(5, [0, 4], [0]), 0);
        Assert.Equal(0.5, Evaluator.Evaluate(new FixedScores([[9, 1, 1, 1, 0], [0, 9, 1, 1, 1]]), split,
            Metric.ParseList("ItemGap@1"), new(new([5, 4, 3, 2, 1], 9)))["ItemGap@1"]);
    }

    [Fact]
    public void Auc_compares_all_pairs()
    {
        double Auc(int u)
        {
            double won = 0, pairs = 0;
            foreach (int found in HeldOut[u])
                foreach (int other in Rankings[u].Except(HeldOut[u]))
                {
                    pairs++;
                    if (Scores[u][found] > Scores[u][other]) won++;
                }
            return won / pairs;
        }
        Check("AUC", Auc);
        Assert.Equal(Enumerable.Range(0, Users).Sum(u => HeldOut[u].Length * Auc(u)) / HeldOut.Sum(h => h.Length),
            Evaluate("GAUC").Metrics[0].Mean, 12);
    }

    [Fact]
    public void Rank_biased_precision_weighs_ranks_geometrically()
    {
        Check("RBP@0.8", u => 0.2 * HeldOut[u].Sum(i => Math.Pow(0.8, Array.IndexOf(Rankings[u], i))));
        // Hits at ranks 1 and 3: 0.5 (1 + 0.25).
        var split = new EvaluationSplit(FixedScores.Rows(4, [[]]), FixedScores.Rows(4, [0, 2]), 0);
        var result = Evaluator.Evaluate(new FixedScores([[9, 8, 7, 6]]), split, Metric.ParseList("RBP@0.5 AUC"));
        Assert.Equal([0.625, 0.75], result.Metrics.Select(m => m.Mean));
    }

    [Fact]
    public void What_the_data_does_not_have_is_said()
    {
        void Refused(string metric, ItemFacts? facts, string expected) => Assert.Contains(expected, Assert.Throws<InputException>(
            () => Evaluator.Evaluate(new FixedScores(Scores), Split, Metric.ParseList(metric), facts)).Message);
        Refused("ARP@5", null, "ARP@5 needs to know the items");
        Refused("Calibration@5", new(new(Clicks, 40)), "needs the genres");
        Refused("Diversity@5", new(new(Clicks, 40)), "needs the genres");
    }

    private static EvaluationResult Evaluate(string metrics, ItemFacts? facts = null) => Evaluator.Evaluate(
        new FixedScores(Scores), Split, Metric.ParseList(metrics),
        facts ?? new(new(Clicks, 40), FixedScores.Rows(GenreCount, Genres)));

    private static void Check(string metric, Func<int, double> expected, ItemFacts? facts = null) =>
        Assert.All(Evaluate(metric, facts).Metrics[0].PerUser!.Index(),
            user => Assert.Equal(expected(user.Index), user.Item, 12));

    private static double MeanOfPairs(int[] list, Func<int, int, double> value)
    {
        var values = new List<double>();
        for (int a = 0; a < list.Length; a++)
            for (int b = a + 1; b < list.Length; b++) values.Add(value(list[a], list[b]));
        return values.Average();
    }

    private static double Cosine(int[] a, int[] b) =>
        a.Length * b.Length == 0 ? 0 : a.Intersect(b).Count() / Math.Sqrt(a.Length * b.Length);

    private static double[] Distribution(int[] items)
    {
        var sum = new double[GenreCount];
        foreach (int item in items)
            foreach (int genre in Genres[item]) sum[genre] += 1.0 / Genres[item].Length;
        return [.. sum.Select(value => sum.Sum() == 0 ? 0 : value / sum.Sum())];
    }

    private static int[] Shuffled()
    {
        int[] order = [.. Enumerable.Range(0, Items)];
        Draw.Shuffle(order);
        return order;
    }
}
