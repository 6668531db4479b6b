namespace ManualVae.Compute.Simd;

/// <summary>
/// What a thread prefetches while it multiplies a task: the memory that it will probably need next, a little with each tile. The
/// micro-kernel reads the list of addresses of each tile, and on its way one panel ahead.
/// </summary>
internal unsafe struct PrefetchPlan
{
    /// <summary>Most lines in a list: 128 that finishing a tile touches, and two steps of operands.</summary>
    private const int MostLines = 1024;

    private readonly int _read; // addresses that the kernel reads from a list of any length
    private readonly int _steps; // tiles in a panel of the right operand
    private readonly bool _listsPanels;
    private LineCursor _left, _right;
    private float* _ahead;
    private nint _length;

    private PrefetchPlan(void** list, int read, int steps, bool listsPanels)
    {
        List = list;
        (_read, _steps, _listsPanels) = (read, steps, listsPanels);
        // Unused places name memory that is in the cache: a prefetch from an untouched page walks the page table each time.
        new Span<nint>(list, read).Fill((nint)list);
    }

    /// <summary>The addresses to prefetch with the current tile.</summary>
    public void** List { get; }

    /// <summary>Addresses that a list must have room for.</summary>
    public static int Room(GemmKernel kernel, int steps) => Math.Max(MostLines, steps / kernel.ListSpacing);

    /// <summary>
    /// The plan of a task: the left block of the worker's next task, and this task's share of the next chunk of the right
    /// operand.
    /// </summary>
    /// <param name="w">The product.</param>
    /// <param name="chunk">The chunk.</param>
    /// <param name="task">Its task.</param>
    /// <param name="worker">The worker that multiplies it.</param>
    /// <param name="panels">Panels of the left block: tiles for each panel of the right operand.</param>
    /// <param name="tiles">Tiles of the task.</param>
    /// <param name="list">Memory for the addresses, with <see cref="Room"/>.</param>
    public static PrefetchPlan Of<TEpilogue>(
        in GemmWork<TEpilogue> w, int chunk, int task, int worker, int panels, int tiles, void** list)
        where TEpilogue : struct, IEpilogue
    {
        var right = w.Chunk(chunk);
        bool lists = w.Kernel.ListsOperands, moreChunks = chunk + 1 < w.Chunks;
        // A packed panel of the only chunk is in the cache already.
        var plan = new PrefetchPlan(list, w.Right.Steps(right.K) / w.Kernel.ListSpacing, panels, lists && w.Chunks > 1);
        if (!lists) return plan;
        var nextRight = moreChunks ? w.Chunk(chunk + 1) : default;
        var (firstOwn, endOfOwn) = w.Progress.OwnTasks(worker);
        if (task >= firstOwn && task + 1 < endOfOwn) plan._left = w.Left.Lines(w.Block(task + 1, in right), 0, 1, tiles);
        else if (moreChunks) plan._left = w.Left.Lines(w.Block(firstOwn, in nextRight), 0, 1, tiles);
        if (moreChunks && !w.PacksRight) plan._right = w.Right.Lines(nextRight, task, w.Tasks, tiles);
        return plan;
    }

    /// <summary>A panel of the right operand begins.</summary>
    /// <param name="panel">The panel.</param>
    /// <param name="next">Prefetch target: the next packed panel, or the current one if there is none.</param>
    /// <param name="length">Floats of a packed panel.</param>
    public void BeginPanel(float* panel, float* next, nint length)
    {
        _ahead = next;
        _length = length;
        if (_listsPanels && next != panel) _right = new LineCursor(next, 0, 1, (int)length, 0, 1, _steps);
    }

    /// <summary>Completes the list of a tile.</summary>
    /// <param name="end">Its end so far: what finishing the tile will touch.</param>
    public void EndList(void** end) => PrefetchList.PrefetchRest(List, _right.Next(_left.Next(end)), _read);

    /// <summary>The share of the next panel that a kernel may prefetch on its way through a tile.</summary>
    /// <param name="tile">Number of the tile in its panel.</param>
    public readonly float* Ahead(int tile) => _ahead + Partition.Start((int)_length, tile, _steps);
}
