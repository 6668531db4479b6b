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
    private const int MostScores = 1 << 26; // of one pass, where they are held: 256 MiB

    /// <summary>Fills in the answers.</summary>
    public void Rank(IReadOnlyList<Request> requests)
    {
        // A click on an item that nobody clicked in training says nothing to the model.
        foreach (var request in requests)
            request.FromPopularity = popularity is not null && !request.IsByRow && request.History.All(popularity.IsUnclicked);
        int most = Math.Clamp(MostScores / Math.Max(1, model.ItemCount), 1, Math.Max(1, model.BatchSize));
        // Lists of one length are ranked in one pass.
        foreach (var group in requests.GroupBy(r => (r.FromPopularity, r.IsByRow, r.Query.Top)))
        {
            IRecommender scorer = group.Key.FromPopularity ? popularity! : model;
            foreach (var batch in group.Key.IsByRow ? Neighbours(group, most) : group.Chunk(most))
                turns.Take(() => RankBatch(scorer, batch));
        }
        foreach (var request in requests)
            if (request.Query.Why > 0) request.Why = Explain(request);
    }

    // Requests of users in neighbouring rows, which one call scores.
    private static IEnumerable<IReadOnlyList<Request>> Neighbours(IEnumerable<Request> requests, int most)
    {
        var batch = new List<Request>();
        foreach (var request in requests)
        {
            if (batch.Count == most || (batch.Count > 0 && batch[^1].User + 1 != request.User))
            {
                yield return batch;
                batch = [];
            }
            batch.Add(request);
        }
        if (batch.Count > 0) yield return batch;
    }

    // All requests of a batch want lists of the same length.
    private static void RankBatch(IRecommender scorer, IReadOnlyList<Request> batch)
    {
        int itemCount = scorer.ItemCount, k = Math.Min(batch[0].Query.Top, itemCount);
        var (foldIn, firstRow) = batch[0].IsByRow
            ? (batch[0].TrainingUsers!, batch[0].User!.Value)
            : (Rows(batch, request => request.History, itemCount), 0);
        if (batch[0].IsByRow || batch.Any(request => request.Allowed is not null))
        {
            var scores = new float[batch.Count * itemCount];
            scorer.Score(foldIn, firstRow, batch.Count, scores);
            foreach (var (row, request) in batch.Index()) Select(request, scores.AsSpan(row * itemCount, itemCount), k);
            return;
        }
        var (items, best) = (new int[batch.Count * k], new float[batch.Count * k]);
        scorer.Rank(foldIn, 0, batch.Count, k, items, best, Rows(batch, request => request.NotRanked, itemCount));
        foreach (var (row, request) in batch.Index()) Store(request, items.AsSpan(row * k, k), best.AsSpan(row * k, k));
    }

    private static void Select(Request request, ReadOnlySpan<float> scores, int k)
    {
        var (items, best) = (new int[k], new float[k]);
        if (request.Allowed is null) TopK.Select(scores, request.NotRanked, items, best);
        else
        {
            int[] left = SortedColumns.Except(request.Allowed, request.NotRanked);
            var candidates = new float[left.Length];
            for (int i = 0; i < left.Length; i++) candidates[i] = scores[left[i]];
            TopK.Select(candidates, [], items, best);
            for (int i = 0; i < k && items[i] >= 0; i++) items[i] = left[items[i]];
        }
        Store(request, items, best);
    }

    private static void Store(Request request, ReadOnlySpan<int> items, ReadOnlySpan<float> scores)
    {
        int found = items.IndexOf(-1);
        if (found < 0) found = items.Length;
        (request.Items, request.Scores) = (items[..found].ToArray(), scores[..found].ToArray());
    }

    // The clicks that brought each item up. Items are explained in blocks, so that a long list for a long history needs little.
    private (int, float)[][] Explain(Request request)
    {
        const int most = 1 << 24; // contributions of one block
        var (history, why) = (request.FromPopularity ? [] : request.History, new (int, float)[request.Items.Length][]);
        int block = Math.Max(1, most / Math.Max(1, history.Length));
        for (int first = 0; first < why.Length; first += block)
        {
            int[] items = request.Items[first..Math.Min(why.Length, first + block)];
            float[] contributions = history.Length == 0 ? [] : Explanations.Of(model, history, items, turns.Take);
            for (int i = 0; i < items.Length; i++)
                why[first + i] = contributions.Length == 0 ? []
                    : Largest(history, contributions.AsSpan(i * history.Length, history.Length), request.Query.Why);
        }
        return why;
    }

    private static (int Click, float Contribution)[] Largest(int[] history, ReadOnlySpan<float> contributions, int count)
    {
        count = Math.Min(count, history.Length);
        var (clicks, values) = (new int[count], new float[count]);
        TopK.Select(contributions, [], clicks, values);
        int found = 0;
        while (found < count && values[found] > 0) found++;
        var largest = new (int, float)[found];
        for (int i = 0; i < found; i++) largest[i] = (history[clicks[i]], values[i]);
        return largest;
    }

    private static CsrMatrix Rows(IReadOnlyList<Request> requests, Func<Request, int[]> rowOf, int columns)
    {
        var offsets = new long[requests.Count + 1];
        for (int row = 0; row < requests.Count; row++) offsets[row + 1] = offsets[row] + rowOf(requests[row]).Length;
        var entries = new int[offsets[^1]];
        for (int row = 0; row < requests.Count; row++) rowOf(requests[row]).CopyTo(entries, offsets[row]);
        return new(columns, offsets, entries);
    }
}
