using ManualVae.Compute;
using ManualVae.Data;
using ManualVae.Models;
using ManualVae.Models.Baselines;

namespace ManualVae.Serving;

/// <summary>Ranks requests in few passes: all that one pass can answer are scored together.</summary>
/// <param name="model">Who scores.</param>
/// <param name="popularity">Who scores for people without clicks; null leaves that to the model.</param>
/// <param name="turns">Taken while the model is used.</param>
internal sealed class Ranker(IRecommender model, Popularity? popularity, Turns turns)
{
    /// <summary>Fills in the answers.</summary>
    public void Rank(IReadOnlyList<Request> requests)
    {
        // A click on an item that nobody clicked in training says nothing to the model.
        foreach (var request in requests)
            request.FromPopularity = !ByRow(request) && request.History.All(item => popularity?.IsUnclicked(item) ?? false);
        // Lists of one length are ranked in one pass.
        foreach (var group in requests.GroupBy(r => (r.FromPopularity && popularity is not null, ByRow: ByRow(r), r.Query.Top)))
        {
            var (cold, byRow, _) = group.Key;
            IRecommender scorer = cold ? popularity! : model;
            foreach (var batch in byRow ? group.Select(request => new[] { request }) : group.Chunk(Math.Max(1, model.BatchSize)))
                turns.Take(() => RankBatch(scorer, batch));
        }
        foreach (var request in requests)
            if (request.Query.Why > 0) turns.Take(() => request.Why = Explain(request));
    }

    private static bool ByRow(Request request) => request.TrainingUsers is not null && request.User is not null;

    // All requests of a batch want lists of the same length.
    private static void RankBatch(IRecommender scorer, Request[] batch)
    {
        int k = Math.Min(batch[0].Query.Top, scorer.ItemCount);
        var (foldIn, firstRow) = ByRow(batch[0])
            ? (batch[0].TrainingUsers!, batch[0].User!.Value)
            : (Rows(batch.Select(request => request.History), scorer.ItemCount), 0);
        if (batch.Any(request => request.Allowed is not null) || ByRow(batch[0]))
        {
            var scores = new float[batch.Length * scorer.ItemCount];
            scorer.Score(foldIn, firstRow, batch.Length, scores);
            foreach (var (row, request) in batch.Index())
                RankAllowed(request, scores.AsSpan(row * scorer.ItemCount, scorer.ItemCount), k);
            return;
        }
        var (items, best) = (new int[batch.Length * k], new float[batch.Length * k]);
        scorer.Rank(foldIn, 0, batch.Length, k, items, best, Rows(batch.Select(request => request.NotRanked), scorer.ItemCount));
        foreach (var (row, request) in batch.Index())
            Store(request, items.AsSpan(row * k, k), best.AsSpan(row * k, k));
    }

    private static void RankAllowed(Request request, ReadOnlySpan<float> scores, int k)
    {
        int[] allowed = request.Allowed ?? [.. Enumerable.Range(0, scores.Length)];
        int[] left = [.. allowed.Except(request.NotRanked)];
        var candidates = new float[left.Length];
        for (int i = 0; i < left.Length; i++) candidates[i] = scores[left[i]];
        var (items, best) = (new int[k], new float[k]);
        TopK.Select(candidates, [], items, best);
        for (int i = 0; i < k && items[i] >= 0; i++) items[i] = left[items[i]];
        Store(request, items, best);
    }

    private static void Store(Request request, ReadOnlySpan<int> items, ReadOnlySpan<float> scores)
    {
        int found = items.IndexOf(-1);
        if (found < 0) found = items.Length;
        (request.Items, request.Scores) = (items[..found].ToArray(), scores[..found].ToArray());
    }

    private IReadOnlyList<(int Click, float Contribution)>[] Explain(Request request) =>
        [.. request.Items.Select(_ => (IReadOnlyList<(int, float)>)[])];

    private static CsrMatrix Rows(IEnumerable<int[]> rows, int columns)
    {
        var offsets = new List<long> { 0 };
        var indices = new List<int>();
        foreach (int[] row in rows)
        {
            indices.AddRange(row);
            offsets.Add(indices.Count);
        }
        return new(columns, [.. offsets], [.. indices]);
    }
}
