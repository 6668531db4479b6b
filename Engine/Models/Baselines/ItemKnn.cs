using ManualVae.Compute;
using ManualVae.Data;

namespace ManualVae.Models.Baselines;

/// <summary>Settings of <see cref="ItemKnn"/>; the defaults did best on the validation part of ml-1m-strong (NDCG@100).</summary>
/// <param name="Neighbours">Most similar items kept for each item, 1 or more.</param>
/// <param name="Shrinkage">Added to the denominator of the cosine: similarities of rare items count less. 0 or more.</param>
public sealed record ItemKnnSettings(int Neighbours = 200, double Shrinkage = 10);

/// <summary>
/// Item-based nearest neighbours on clicks: score(u, i) = sum over the user's clicks j among the neighbours of i of
/// co-clicks(i, j) / (sqrt(clicks(i) clicks(j)) + shrinkage), as in Ferrari Dacrema et al. 2019. Click values are ignored.
/// </summary>
public sealed class ItemKnn : IRecommender
{
    private readonly CsrMatrix _influence; // row j: the items that have j as a neighbour

    private ItemKnn(CsrMatrix influence) => _influence = influence;

    /// <summary>Finds the neighbours of every item; memory is items x neighbours.</summary>
    /// <exception cref="InputException">A setting is out of range.</exception>
    public static ItemKnn Fit(CsrMatrix train, ItemKnnSettings settings, FitMonitor monitor = default)
    {
        if (settings.Neighbours < 1) throw new InputException($"itemknn: neighbours must be 1 or more, not {settings.Neighbours}.");
        if (!(settings.Shrinkage >= 0)) throw new InputException($"itemknn: shrinkage must be 0 or more, not {settings.Shrinkage}.");
        var clicks = new CoClicks(train);
        int items = train.Columns, k = Math.Min(settings.Neighbours, items);
        var (neighbours, similarities) = (new int[items][], new float[items][]);
        Parallel.For(0, items, () => new float[items], (item, loop, row) =>
        {
            clicks.Cosines(item, settings.Shrinkage, row);
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
        return new(new CsrMatrix(items, offsets, [.. neighbours.SelectMany(n => n)], [.. similarities.SelectMany(s => s)]).Transpose());
    }

    /// <inheritdoc/>
    public string Name => "itemknn";

    /// <inheritdoc/>
    public int ItemCount => _influence.Columns;

    /// <inheritdoc/>
    public int BatchSize => 256;

    /// <inheritdoc/>
    public void Score(CsrMatrix foldIn, int firstRow, int rows, Span<float> scores) =>
        CoClicks.SumRows(_influence, foldIn, firstRow, rows, scores);

    /// <inheritdoc/>
    public void Dispose() { }
}
