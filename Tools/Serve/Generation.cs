using ManualVae.Data;
using ManualVae.Serving;

namespace ManualVae.Tools.Serve;

/// <summary>
/// One loading of a run, in service. Requests enter and leave; when the service has left too and nobody is inside, the
/// recommender is disposed.
/// </summary>
internal sealed class Generation
{
    /// <summary>Items on the map, at most.</summary>
    public const int MapItems = 1500;

    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lazy<MapAnswer?> _map;
    private int _inside = 1; // the service itself

    /// <summary>Puts a recommender into service, which owns it from now on.</summary>
    public Generation(Recommender recommender, ServeOptions options, Metrics metrics)
    {
        Recommender = recommender;
        Catalogue = new(recommender);
        Warm(recommender);
        Dispatcher = new(recommender.Recommend, new RecommenderOptions().BatchSize, options.MaxQueue, metrics.ObserveBatch);
        HasMap = recommender.ItemVectors is not null;
        _map = new(DrawMap);
    }

    /// <summary>Answers.</summary>
    public Recommender Recommender { get; }

    /// <summary>Finds.</summary>
    public Catalogue Catalogue { get; }

    /// <summary>Takes the queries.</summary>
    public Dispatcher Dispatcher { get; }

    /// <summary>When it was loaded.</summary>
    public DateTimeOffset Loaded { get; } = DateTimeOffset.UtcNow;

    /// <summary>The model has a vector for each item.</summary>
    public bool HasMap { get; }

    /// <summary>The map of the items, drawn when it is first asked for; null without vectors.</summary>
    public MapAnswer? Map => _map.Value;

    /// <summary>Ends when the recommender is disposed.</summary>
    public Task Closed => _closed.Task;

    /// <summary>A request comes in; false if the generation is closed already.</summary>
    public bool TryEnter()
    {
        for (int inside = Volatile.Read(ref _inside); inside > 0; inside = Volatile.Read(ref _inside))
            if (Interlocked.CompareExchange(ref _inside, inside + 1, inside) == inside) return true;
        return false;
    }

    /// <summary>A request, or the service, goes out.</summary>
    public void Leave()
    {
        if (Interlocked.Decrement(ref _inside) == 0) _ = Close();
    }

    private async Task Close()
    {
        await Dispatcher.DisposeAsync();
        Recommender.Dispose();
        _closed.TrySetResult();
    }

    // What is made at the first use is made now, so that no request waits for it.
    private static void Warm(Recommender recommender)
    {
        recommender.KnowsUser("");
        var first = recommender.Recommend(Array.Empty<string>()).Items;
        recommender.Recommend(recommender.Items.Ids.Take(1));
        try
        {
            if (first.Count > 0) recommender.Similar(first[0].Id);
        }
        catch (InputException)
        {
            // Nothing is known about the item, or the model's neighbours need the data: the request is told so.
        }
    }

    private MapAnswer? DrawMap()
    {
        if (Recommender.ItemVectors is not { } all) return null;
        var items = Recommender.Items;
        int dimension = all.Vectors.Length / items.Count;
        int[] shown = [.. Catalogue.ByClicks().Take(MapItems)];
        var vectors = new float[shown.Length * dimension];
        foreach (var (row, column) in shown.Index())
            all.Vectors.AsSpan(column * dimension, dimension).CopyTo(vectors.AsSpan(row * dimension));
        var (points, variance) = ItemMap.Project(vectors, dimension);
        return new(all.By, variance, items.Count, [.. shown.Zip(points, (column, point) =>
            new MapPoint(items.Ids[column], items.Titles[column], Math.Round(point.X, 4), Math.Round(point.Y, 4)))]);
    }
}
