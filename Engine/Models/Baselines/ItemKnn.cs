using ManualVae.Compute;
using ManualVae.Data;

namespace ManualVae.Models.Baselines;

/// <summary>
/// Settings of <see cref="ItemKnn"/>; the number of neighbours did best on the validation part of ml-1m-strong (NDCG@100).
/// </summary>
/// <param name="Neighbours">Most similar items kept for each item, 1 or more.</param>
/// <param name="Shrinkage">Added to the denominator of the cosine: similarities of rare items count less. 0 or more; null
/// takes one that suits the data.</param>
public sealed record ItemKnnSettings(int Neighbours = 200, double? Shrinkage = null);

/// <summary>
/// Item-based nearest neighbours on clicks: score(u, i) = sum over the user's clicks j among the neighbours of i of
/// co-clicks(i, j) / (sqrt(clicks(i) clicks(j)) + shrinkage), as in Ferrari Dacrema et al. 2019. Click values are ignored.
/// </summary>
public static class ItemKnn
{
    /// <summary>Finds the neighbours of every item; memory is items x neighbours.</summary>
    /// <exception cref="InputException">A setting is out of range.</exception>
    public static SparseItemItemModel Fit(CsrMatrix train, ItemKnnSettings settings, FitMonitor monitor = default)
    {
        if (settings.Neighbours < 1)
            throw new InputException($"itemknn: neighbours must be 1 or more, not {settings.Neighbours}.");
        double shrinkage = settings.Shrinkage ?? DataDefaults.Shrinkage(train);
        if (!(shrinkage >= 0)) throw new InputException($"itemknn: shrinkage must be 0 or more, not {shrinkage}.");
        int items = train.Columns, k = Math.Min(settings.Neighbours, items);
        // The neighbours with their similarities: by item, put together, transposed. The transposed clicks; a row for each
        // thread.
        monitor.Needs("itemknn", 3L * 8 * items * k + CoOccurrence.Bytes(train) + 4L * items * Environment.ProcessorCount);
        var clicks = new CoOccurrence(train);
        var (neighbours, similarities) = (new int[items][], new float[items][]);
        Cores.For(0, items, () => new float[items], (item, loop, row) =>
        {
            clicks.Cosines(item, shrinkage, row);
            var (best, values) = (new int[k], new float[k]);
            TopK.Select(row, [item], best, values);
            int count = 0;
            while (count < k && values[count] > 0) count++;
            Array.Sort(best, values, 0, count);
            (neighbours[item], similarities[item]) = (best[..count], values[..count]);
            if (monitor.Cancellation.IsCancellationRequested) loop.Stop();
            return row;
        }, _ => { });
        monitor.Check();

        var offsets = new long[items + 1];
        for (int item = 0; item < items; item++) offsets[item + 1] = offsets[item] + neighbours[item].Length;
        var similar = new CsrMatrix(items, offsets, [.. neighbours.SelectMany(n => n)], [.. similarities.SelectMany(s => s)]);
        return new("itemknn", similar.Transpose()) // row j: the items that have j as a neighbour
        {
            FromData = DataDefaults.Taken(("shrinkage", settings.Shrinkage, shrinkage)),
        };
    }
}
