using System.Diagnostics;

namespace ManualVae.Compute.Simd;

/// <summary>
/// The matrix product C = op(A) op(B), in tiles that are summed in registers, each by one thread in the order of k. The
/// micro-kernel reads operands where they lie if it can: rows of the left one along k, rows of the right one across k. Otherwise
/// they are packed: a chunk of the right operand once for all threads, blocks of the left one by the thread that multiplies them.
/// A product is one dispatch, in which threads wait only for what they need (<see cref="GemmProgress"/>). One product at a time.
/// </summary>
/// <remarks>
/// Goto and van de Geijn 2008, "Anatomy of high-performance matrix multiplication"; tuning in docs/performance.md.
/// </remarks>
internal sealed unsafe class Gemm : IDisposable
{
    /// <summary>Most steps of k that are summed at a time.</summary>
    private const int MaxSteps = 640;
    /// <summary>
    /// Floats in a chunk of the right operand (4 MiB): it stays in the L3 cache while blocks of the left one pass by.
    /// </summary>
    private const int ChunkSize = 1 << 20;
    /// <summary>Floats in a block of the left operand: a part of an L2 cache.</summary>
    private const int BlockSize = 57600;
    /// <summary>Parts that each thread should find in a dispatch, at least.</summary>
    private const int PartsPerThread = 4;
    /// <summary>Columns of the right operand that one part packs: runs long enough that memory streams.</summary>
    private const int ColumnsPerPart = 144;

    /// <summary>
    /// With at least so many panels of the left operand, packing the right one saves time, if the kernel prefers that.
    /// </summary>
    private const int PanelsToPack = 16;

    private readonly WorkerPool _threads;
    private readonly GemmKernel _kernel;
    private readonly NativeBuffer _chunks;
    private readonly NativeBuffer _scratch;
    private readonly GemmProgress _progress = new();

    /// <summary>Makes room for packed operands.</summary>
    /// <param name="threads">Threads that multiply.</param>
    /// <param name="kernel">The micro-kernel; null for the best of this processor.</param>
    public Gemm(WorkerPool threads, GemmKernel? kernel = null)
    {
        _threads = threads;
        _kernel = kernel ?? GemmKernel.Best;
        _chunks = new NativeBuffer(2 * PanelsSize);
        _scratch = new NativeBuffer(threads.Count * ScratchSize);
    }

    /// <summary>Floats of a packed chunk; there are two, one that is multiplied and one that is packed.</summary>
    private long PanelsSize => ChunkSize + MaxSteps * _kernel.Columns;

    /// <summary>
    /// Floats of a worker's scratch: a packed block and a packed panel, both as long as k in a product without C.
    /// </summary>
    private static long ScratchSize => 2 * ChunkSize;

    /// <summary>The instruction set in use.</summary>
    public string KernelName => _kernel.Name;

    /// <summary>True if operands are rounded to bfloat16.</summary>
    public bool TakesBf16 => _kernel.TakesPairs;

    public void Dispose()
    {
        _chunks.Dispose();
        _scratch.Dispose();
    }

    /// <summary>
    /// In how many parts sums of so many steps are made: each part from zero in the order of k, then added to those before.
    /// </summary>
    public static int Chunks(int steps) => Math.Max(1, Partition.Count(steps, MaxSteps));

    /// <summary>
    /// C[m, n] (+)= A B; with k = 0 the sums are 0. Without C (null) k is not cut, and only the epilogue sees the sums.
    /// </summary>
    /// <param name="m">Rows of C.</param>
    /// <param name="n">Columns of C.</param>
    /// <param name="k">Length of the sums.</param>
    /// <param name="a">Rows of C by k.</param>
    /// <param name="b">Columns of C by k.</param>
    /// <param name="c">First element of C, or null.</param>
    /// <param name="stride">Distance of C's rows in memory.</param>
    /// <param name="accumulate">Add to C.</param>
    /// <param name="epilogue">What becomes of finished tiles.</param>
    /// <param name="lowerOnly">Leaves out tiles that lie wholly above the diagonal.</param>
    /// <param name="rowSums">
    /// If not null, rowSums[i] += the sum of row i of A over k (a layer's bias gradient). A must lie across k: it is then packed,
    /// and the sums are taken from the cache.
    /// </param>
    public void Multiply<TEpilogue>(
        int m, int n, int k, Operand a, Operand b, float* c, nint stride, bool accumulate, TEpilogue epilogue,
        bool lowerOnly = false, float* rowSums = null)
        where TEpilogue : struct, IEpilogue
    {
        Debug.Assert(c != null || (!accumulate && (long)k * _kernel.Columns <= ChunkSize));
        Debug.Assert(rowSums == null || !a.AlongK);
        if (m == 0 || n == 0) return;
        // If both lie along k, one must be packed: the smaller one. The tiles are then those of C' = B' A'.
        bool transposed = a.AlongK && b.AlongK && n > m;
        if (transposed) (m, n, a, b) = (n, m, b, a);
        var kernel = _kernel.For(n);
        if (kernel.TakesPairs) (a, b) = (a with { AsPairs = true }, b with { AsPairs = true });

        int kChunks = c == null ? 1 : Chunks(a.Steps(k));
        int steps = Partition.Count(a.Steps(k), kChunks), kStep = kernel.TakesPairs ? 2 * steps : steps;
        int step = ChunkStep(n, steps, kernel.Columns), chunks = checked(Partition.Count(n, step) * kChunks);
        int panels = Partition.Count(m, kernel.Rows);
        int most = Math.Clamp(BlockSize / Math.Max(1, steps) / kernel.Rows, 1, GemmBlock.MostPanels);
        int blocks = Math.Min(panels, Partition.Count(Partition.Count(panels, most), _threads.Count) * _threads.Count);
        bool packsRight = b.AlongK || kernel.TakesPairs || (kernel.PacksRight && panels >= PanelsToPack);
        // A chunk that few blocks are multiplied by is divided among the threads, so that each has its own panels.
        // Not if blocks are converted to pairs: each group would do it again.
        int least = kernel.TakesPairs ? Partition.Count(_threads.Count, blocks)
            : Math.Max(packsRight && kChunks > 1 ? _threads.Count : 1, Partition.Count(PartsPerThread * _threads.Count, blocks));
        int chunkPanels = Partition.Count(step, kernel.Columns);
        int groups = Math.Clamp(least, 1, chunkPanels), tasks = blocks * groups;
        int packsPerGroup = Partition.Count(Partition.Count(chunkPanels, groups), ColumnsPerPart / kernel.Columns);
        int packs = packsRight ? groups * packsPerGroup : 0;
        _progress.Begin(chunks, packs, tasks, _threads.Count);
        var work = new GemmWork<TEpilogue>
        {
            Kernel = kernel, Left = a, Right = b, PacksRight = packsRight, Transposed = transposed, M = m, N = n, K = k,
            Step = step, KStep = kStep, KChunks = kChunks, Chunks = chunks, Packs = packs, Blocks = blocks, Groups = groups,
            Panels = _chunks.Pointer, PanelsSize = (nint)PanelsSize, Progress = _progress,
            Scratch = _scratch.Pointer, ScratchSize = (nint)ScratchSize,
            C = c, Stride = stride, Accumulate = accumulate, LowerOnly = lowerOnly, RowSums = rowSums, Epilogue = epilogue,
        };
        _threads.For(checked(packs + chunks * (packs + tasks)), 1, in work,
            static (in GemmWork<TEpilogue> w, int worker, int part, int _) => Run(in w, worker, part));
    }

    /// <summary>
    /// The first chunk is packed, then each is multiplied. Halfway through a chunk the next one is packed: the chunk that lay in
    /// the same buffer is multiplied by then, and the new one is ready when it is needed. So threads rarely wait.
    /// </summary>
    private static void Run<TEpilogue>(in GemmWork<TEpilogue> w, int worker, int part) where TEpilogue : struct, IEpilogue
    {
        int half = w.Tasks / 2;
        var (chunk, step) = part < w.Packs ? (-1, half) : Math.DivRem(part - w.Packs, w.Packs + w.Tasks);
        if (step < half || step >= half + w.Packs) GemmBlock.Multiply(in w, chunk, worker);
        else if (chunk + 1 < w.Chunks) PackChunk(in w, chunk + 1, worker);
    }

    /// <summary>Columns of a chunk: whole panels, and chunks of about the same size.</summary>
    private static int ChunkStep(int n, int k, int width)
    {
        int most = Math.Max(1, ChunkSize / Math.Max(1, k) / width) * width;
        return Partition.Count(Partition.Count(n, Partition.Count(n, most)), width) * width;
    }

    private static void PackChunk<TEpilogue>(in GemmWork<TEpilogue> w, int chunk, int worker) where TEpilogue : struct, IEpilogue
    {
        var whole = w.Chunk(chunk);
        var piece = w.Columns(in whole, w.Progress.NextPack(chunk, worker), w.Packs);
        w.Progress.AwaitBuffer(chunk);
        if (piece.Count > 0)
            w.Right.Pack(piece, w.Kernel.Columns, w.Panel(chunk) + (nint)(piece.First - whole.First) * w.Right.Steps(piece.K));
        w.Progress.Packed(chunk);
    }
}
