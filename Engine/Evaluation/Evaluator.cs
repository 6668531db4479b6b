using ManualVae.Data;
using ManualVae.Models;

namespace ManualVae.Evaluation;

/// <summary>Measures a recommender on held-out clicks.</summary>
public static class Evaluator
{
    private const double ActiveUsers = 0.05; // as in Li et al. 2021

    /// <summary>
    /// Ranks all items for every user of the split, known items excluded, and measures the lists; sampled metrics rank the
    /// held-out item among the split's candidates instead. Users with nothing held out are skipped and counted. Where scores are
    /// equal, a value is the expected one over all orders of the items concerned, so the numbers of items do not matter. The
    /// result does not depend on the model's batch size or on the number of threads.
    /// </summary>
    /// <param name="model">What is measured.</param>
    /// <param name="split">Fold-in, held-out and excluded clicks.</param>
    /// <param name="metrics">What to measure.</param>
    /// <param name="items">What is known of the items; metrics of what is in the lists need it, such as novelty.</param>
    /// <param name="progress">Told how many rows are done, after each batch.</param>
    /// <param name="cancellation">Watched between batches.</param>
    /// <exception cref="InputException">The split does not fit the model, or has no candidates for a sampled metric.</exception>
    public static EvaluationResult Evaluate(
        IRecommender model, EvaluationSplit split, IReadOnlyList<Metric> metrics, ItemFacts? items = null,
        IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        Check(model, split, metrics, items);
        var (foldIn, heldOut) = (split.FoldIn, split.HeldOut);
        var rows = Enumerable.Range(0, heldOut.Rows)
            .Where(row => heldOut.RowLength(row) > 0 && split.Candidates?.RowLength(row) is null or > 0).ToArray();
        if (rows.Length == 0)
            throw new InputException("No user of this part has anything to find, so nothing can be measured: "
                + "prepare the data with another split, or with more clicks of each user.");
        var perUser = metrics.Select(_ => new double[rows.Length]).ToArray();
        var lists = new ListCounts(metrics, model.ItemCount);
        int k = Math.Min(metrics.Where(m => !m.Sampled).Select(m => m.Cutoff).DefaultIfEmpty(0).Max(), model.ItemCount);
        var ranker = new BatchRanker(model, split, k, metrics.Any(m => m.Sampled || m.Basis == MetricBasis.Scores));
        var listMetrics = items is null ? null : new ListMetrics(items, split);
        var userMetrics = new UserMetrics(metrics.Max(m => m.Cutoff));

        int batch = Math.Clamp(Math.Min(model.BatchSize, foldIn.Rows), 1, Ranking.RowsAtOnce(model.ItemCount));
        var rankings = new UserRanking[batch];
        for (int first = 0, done = 0; first < foldIn.Rows; first += batch)
        {
            cancellation.ThrowIfCancellationRequested();
            int count = Math.Min(batch, foldIn.Rows - first);
            int end = done;
            while (end < rows.Length && rows[end] < first + count) end++;
            if (end > done) ranker.Load(first, count, rows.AsSpan(done, end - done));
            Cores.For(done, end, user =>
            {
                int row = rows[user];
                var ranking = rankings[row - first] = ranker.Ranking(row);
                for (int m = 0; m < metrics.Count; m++) perUser[m][user] = Value(metrics[m], row, ranking);
            }, cancellation);
            for (; done < end; done++) lists.Add(rankings[rows[done] - first], heldOut.RowColumns(rows[done]));
            progress?.Report(first + count);
        }
        return new(rows, heldOut.Rows - rows.Length, [.. metrics.Select((metric, m) =>
            metric.IsPerUser ? MetricResult.FromUsers(metric, perUser[m])
            : new MetricResult(metric, metric.Kind switch
            {
                MetricKind.Gauc => Weighted(perUser[m], [.. rows.Select(row => (double)heldOut.RowLength(row))]),
                MetricKind.UserGap => Gap(perUser[m], [.. rows.Select(foldIn.RowLength)]),
                _ => lists.Value(metric, items, split, rows),
            }, null, null))], rows.Count(row => foldIn.RowLength(row) == 0));

        double Value(Metric metric, int row, UserRanking ranking) => metric switch
        {
            { Sampled: true } => SampledRanking.Value(
                metric, ranker.Scores(row), heldOut.RowColumns(row), split.Candidates!.RowColumns(row)),
            { Kind: MetricKind.UserGap } => userMetrics.Value(
                MetricKind.Ndcg, metric.Cutoff, ranking.Ties, heldOut.RowLength(row)),
            { Basis: MetricBasis.Hits } => userMetrics.Value(metric.Kind, metric.Cutoff, ranking.Ties, heldOut.RowLength(row)),
            { Basis: MetricBasis.Items } => listMetrics!.Value(metric.Kind, metric.Cutoff, ranking, row),
            { Basis: MetricBasis.Scores } => ScoreMetrics.Value(
                metric, ranker.Scores(row), split.Known.RowColumns(row), heldOut.RowColumns(row)),
            _ => 0,
        };
    }

    private static double Weighted(double[] values, double[] weights) =>
        values.Zip(weights, (value, weight) => value * weight).Sum() / weights.Sum();

    // Between users with many clicks and the others (Li et al. 2021).
    private static double Gap(double[] values, int[] clicks)
    {
        double[] active = Stretch.Of(clicks, [.. Enumerable.Range(0, clicks.Length).OrderByDescending(user => clicks[user])], 0,
            ActiveUsers);
        return Math.Abs(Weighted(values, active) - Weighted(values, [.. active.Select(share => 1 - share)]));
    }

    private static void Check(
        IRecommender model, EvaluationSplit split, IReadOnlyList<Metric> metrics, ItemFacts? items)
    {
        if (split.FoldIn.Columns != model.ItemCount)
            throw new InputException(
                $"The data has {split.FoldIn.Columns} items, the model {model.ItemCount}: evaluate it on its own data.");
        foreach (var other in (ReadOnlySpan<CsrMatrix?>)[split.HeldOut, split.Candidates, split.Excluded])
            if (other is not null && (other.Rows, other.Columns) != (split.FoldIn.Rows, split.FoldIn.Columns))
                throw new InputException(
                    $"The fold-in is {split.FoldIn.Rows} x {split.FoldIn.Columns}, the held-out, candidate or excluded "
                    + $"part {other.Rows} x {other.Columns}: prepare the data again.");
        if (metrics.Count == 0) throw new ArgumentException("No metric.", nameof(metrics));
        if (metrics.FirstOrDefault(m => m.Sampled) is { Sampled: true } sampled && split.Candidates is null)
            throw new InputException(
                $"{sampled} needs sampled candidates, and this data has none: ask for {sampled with { Sampled = false }}.");
        foreach (var metric in metrics)
            if (items is null && metric.NeedsItems)
                throw new InputException($"{metric} needs to know the items: ask for it in an evaluation, not in training.");
            else if (metric.Kind == MetricKind.Calibration && items!.Genres is null
                || metric.Kind == MetricKind.Diversity && items!.Features is null)
                throw new InputException($"{metric} needs the genres of the items, and this data has none; leave it out.");
    }
}
