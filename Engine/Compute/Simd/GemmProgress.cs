namespace ManualVae.Compute.Simd;

/// <summary>
/// How far a product has come: which work of a chunk was given out, and the only places where threads wait for each other. The
/// parts of a dispatch are claimed in the order of chunks, and each waits for work of earlier parts only. So the thread that does
/// the awaited work never waits for the one that awaits it, and there is no deadlock.
/// </summary>
/// <remarks>
/// A part does not say which task of its chunk it is. A worker gets the tasks of its own stretch first, the same in every chunk,
/// and those of other stretches when its own is used up. So it mostly finds its operands in its caches, and tiles that share
/// cache lines of C (or that a processor fetches as neighbours) are rarely written by two threads at the same time.
/// </remarks>
internal sealed class GemmProgress
{
    private int[] _tiles = [], _packed = [], _multiplied = [], _tasksGiven = [], _packsGiven = [];
    private int _packs, _tasks, _threads;

    /// <summary>A worker's own tasks in each chunk: the first, and the one after the last.</summary>
    public (int First, int End) OwnTasks(int worker) => Stretch(_tasks, worker);

    /// <summary>Forgets the product before.</summary>
    /// <param name="chunks">Chunks of the right operand.</param>
    /// <param name="packs">Parts in which a chunk is packed; 0 if it is read where it lies.</param>
    /// <param name="tasks">
    /// Tasks in which a chunk is multiplied; a task has the same tiles of C in every chunk of the same columns.
    /// </param>
    /// <param name="threads">Threads that share them.</param>
    public void Begin(int chunks, int packs, int tasks, int threads)
    {
        (_packs, _tasks, _threads) = (packs, tasks, threads);
        Clear(ref _tiles, tasks);
        Clear(ref _packed, chunks);
        Clear(ref _multiplied, chunks);
        Clear(ref _tasksGiven, checked(chunks * threads));
        Clear(ref _packsGiven, checked(chunks * threads));
    }

    /// <summary>The next task of a chunk for a worker. To be called once for each task.</summary>
    public int NextTask(int chunk, int worker) => Next(_tasksGiven, chunk, _tasks, worker);

    /// <summary>The next part of a chunk to pack for a worker. To be called once for each part.</summary>
    public int NextPack(int chunk, int worker) => Next(_packsGiven, chunk, _packs, worker);

    /// <summary>Waits until a chunk's buffer is free: until the chunk two before it, which lay there, is multiplied.</summary>
    public void AwaitBuffer(int chunk)
    {
        if (chunk >= 2) Await(ref _multiplied[chunk - 2], _tasks);
    }

    /// <summary>A part of a chunk is packed.</summary>
    public void Packed(int chunk) => Interlocked.Increment(ref _packed[chunk]);

    /// <summary>Waits until a chunk is packed, and the tiles of a task have their sums from the chunks before.</summary>
    public void AwaitTiles(int chunk, int task)
    {
        Await(ref _packed[chunk], _packs);
        Await(ref _tiles[task], chunk);
    }

    /// <summary>A task of a chunk is done.</summary>
    public void Multiplied(int chunk, int task)
    {
        Volatile.Write(ref _tiles[task], chunk + 1);
        Interlocked.Increment(ref _multiplied[chunk]);
    }

    private int Next(int[] given, int chunk, int count, int worker)
    {
        for (int stretch = worker; ; stretch = (stretch + 1) % _threads)
        {
            var (first, end) = Stretch(count, stretch);
            int next = first + Interlocked.Increment(ref given[chunk * _threads + stretch]) - 1;
            if (next < end) return next;
        }
    }

    private (int First, int End) Stretch(int count, int stretch) =>
        (Partition.Start(count, stretch, _threads), Partition.Start(count, stretch + 1, _threads));

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
