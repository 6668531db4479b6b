namespace ManualVae.Compute.Simd;

/// <summary>
/// How far a product has come: the only place where its threads wait for each other. Parts are claimed in order, and each waits for
/// earlier ones only, so whatever is waited for is being done by a thread that does not wait for this one.
/// </summary>
internal sealed class GemmProgress
{
    private int[] _tiles = [], _packed = [], _multiplied = [];
    private int _packs, _tasks;

    /// <summary>Forgets the product before.</summary>
    /// <param name="chunks">Chunks of the right operand.</param>
    /// <param name="packs">Parts in which a chunk is packed; 0 if it is read where it lies.</param>
    /// <param name="tasks">Parts in which a chunk is multiplied; a part has the same tiles of C in every chunk of the same columns.</param>
    public void Begin(int chunks, int packs, int tasks)
    {
        (_packs, _tasks) = (packs, tasks);
        Clear(ref _tiles, tasks);
        Clear(ref _packed, chunks);
        Clear(ref _multiplied, chunks);
    }

    /// <summary>Waits until a chunk's buffer is free: the chunk two before it, which lay there, is multiplied.</summary>
    public void AwaitBuffer(int chunk)
    {
        if (chunk >= 2) Await(ref _multiplied[chunk - 2], _tasks);
    }

    /// <summary>A part of a chunk is packed.</summary>
    public void Packed(int chunk) => Interlocked.Increment(ref _packed[chunk]);

    /// <summary>Waits until a chunk is packed, and the tiles of a part have their sums from the chunks before.</summary>
    public void AwaitTiles(int chunk, int task)
    {
        Await(ref _packed[chunk], _packs);
        Await(ref _tiles[task], chunk);
    }

    /// <summary>A part of a chunk is multiplied.</summary>
    public void Multiplied(int chunk, int task)
    {
        Volatile.Write(ref _tiles[task], chunk + 1);
        Interlocked.Increment(ref _multiplied[chunk]);
    }

    private static void Await(ref int counter, int least)
    {
        for (var spinner = new SpinWait(); Volatile.Read(ref counter) < least;) spinner.SpinOnce(sleep1Threshold: -1);
    }

    private static void Clear(ref int[] counters, int count)
    {
        if (counters.Length < count) counters = new int[2 * count];
        counters.AsSpan(0, count).Clear();
    }
}
