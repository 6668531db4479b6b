using System.Diagnostics;
using System.Runtime.Intrinsics.X86;

namespace ManualVae.Compute.Simd;

/// <summary>An operand as the product reads it: rows are M (or N), columns are K, whichever way it lies in memory.</summary>
/// <param name="Data">First element.</param>
/// <param name="Stride">Distance of rows in memory.</param>
/// <param name="KContiguous">True where k runs along memory rows, false where it runs across them.</param>
internal readonly unsafe struct Operand(float* Data, nint Stride, bool KContiguous)
{
    /// <summary>Packs rows [first, first + count) of k range [k0, k0 + k) into panels of some width, one after another.</summary>
    public void Pack(int first, int count, int k0, int k, int width, float* panels)
    {
        if (!KContiguous) GemmPacking.Straight(Data + k0 * Stride + first, Stride, k, count, width, panels);
        else
            for (int row = 0; row < count; row += width, panels += (nint)width * k)
                GemmPacking.Transposing(Data + (first + row) * Stride + k0, Stride, k, Math.Min(width, count - row), width, panels);
    }

    /// <summary>Asks for one of <paramref name="shares"/> equal shares of what <see cref="Pack"/> will read.</summary>
    public void Prefetch(int first, int count, int k0, int k, int share, int shares)
    {
        var (lines, length) = KContiguous ? (count, k) : (k, count);
        float* start = KContiguous ? Data + first * Stride + k0 : Data + k0 * Stride + first;
        int end = (int)((long)lines * (share + 1) / shares);
        for (int line = (int)((long)lines * share / shares); line < end; line++)
            for (int i = 0; i < length; i += 16) Sse.Prefetch1(start + line * Stride + i);
    }
}

/// <summary>
/// The matrix product C = op(A) op(B): operands are copied chunk by chunk into panels that suit the micro-kernel (packing does
/// the transposing), and each tile of C is summed in registers by one thread. While one chunk is multiplied, the next is
/// packed in the same dispatch, so that memory-bound and compute-bound work overlap.
/// </summary>
/// <remarks>Goto and van de Geijn 2008, "Anatomy of high-performance matrix multiplication"; tuning in docs/performance.md.</remarks>
internal sealed unsafe class Gemm : IDisposable
{
    /// <summary>Longest k in a panel.</summary>
    private const int MaxK = 640;
    /// <summary>Numbers in a packed chunk of an operand (4 MiB): two chunks of each share the L3 cache.</summary>
    private const int ChunkSize = 1 << 20;
    /// <summary>Numbers of packed B (400 KiB) that stay in L2 while panels of A stream by.</summary>
    private const int GroupSize = 100 * 1024;

    /// <summary>Pieces of a tile's sum between which an epilogue's memory is fetched.</summary>
    private const int EpilogueSlices = 4;
    /// <summary>Panels that one part of a dispatch packs: few, or the last parts keep one thread waiting for the other.</summary>
    private const int PanelsPerPart = 2;

    private readonly Threads _threads;
    private readonly GemmKernel _kernel = GemmKernel.Best;
    private readonly NativeBuffer[] _packed = new NativeBuffer[4]; // A, A', B, B'

    public Gemm(Threads threads)
    {
        _threads = threads;
        for (int i = 0; i < _packed.Length; i++) _packed[i] = new NativeBuffer(ChunkSize + MaxK * 64);
    }

    /// <summary>The instruction set in use.</summary>
    public string KernelName => _kernel.Name;

    public void Dispose()
    {
        foreach (var buffer in _packed) buffer.Dispose();
    }

    /// <summary>A rectangle of C and a range of k, with the panels that hold its operands.</summary>
    private struct Chunk
    {
        public int M0, M, N0, N, K0, K;
        public float* A, B;
        public bool First, Last;
    }

    /// <summary>Everything that a part of a dispatch must know.</summary>
    private struct Work<TEpilogue> where TEpilogue : struct, IEpilogue
    {
        public GemmKernel Kernel;
        public Operand A, B;
        public Chunk Current, Next; // the one multiplied and the one packed meanwhile; empty at the ends
        public int Tasks, PackAParts, PackBParts, RowPanels, GroupPanels;
        public float* C;
        public nint Stride;
        public bool Accumulate, LowerOnly;
        public TEpilogue Epilogue;
    }

    /// <summary>C[m, n] (+)= A B; k of 0 gives zeros. Without C (null) k is not cut, and only the epilogue sees the sums.</summary>
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
    public void Multiply<TEpilogue>(
        int m, int n, int k, Operand a, Operand b, float* c, nint stride, bool accumulate, TEpilogue epilogue, bool lowerOnly = false)
        where TEpilogue : struct, IEpilogue
    {
        Debug.Assert(c != null || (!accumulate && (long)k * _kernel.Columns <= ChunkSize));
        if (m == 0 || n == 0) return;
        int kChunks = c == null ? 1 : Math.Max(1, Parts(k, MaxK)), kStep = Parts(k, kChunks);
        int mStep = Step(m, kStep, _kernel.Rows), nStep = Step(n, kStep, _kernel.Columns);
        int mChunks = Parts(m, mStep), nChunks = Parts(n, nStep), chunks = checked(mChunks * nChunks * kChunks);

        var work = new Work<TEpilogue>
        {
            Kernel = _kernel, A = a, B = b, C = c, Stride = stride, Accumulate = accumulate, LowerOnly = lowerOnly, Epilogue = epilogue,
            GroupPanels = Math.Max(1, GroupSize / Math.Max(1, kStep) / _kernel.Columns),
        };
        int sideA = 0, sideB = 0, lastA = -1, lastB = -1;
        for (int i = 0; i <= chunks; i++)
        {
            work.Current = work.Next;
            work.Next = default;
            work.PackAParts = work.PackBParts = 0;
            for (; i < chunks; i++)
            {
                int ki = i % kChunks, mi = i / kChunks % mChunks, ni = i / kChunks / mChunks;
                if (lowerOnly && ni * nStep >= (mi + 1) * mStep) continue;
                int nowA = mi * kChunks + ki, nowB = ni * kChunks + ki;
                bool packA = nowA != lastA, packB = nowB != lastB;
                if (packA) (sideA, lastA) = (1 - sideA, nowA);
                if (packB) (sideB, lastB) = (1 - sideB, nowB);
                work.Next = new Chunk
                {
                    M0 = mi * mStep, M = Math.Min(mStep, m - mi * mStep), N0 = ni * nStep, N = Math.Min(nStep, n - ni * nStep),
                    K0 = ki * kStep, K = Math.Min(kStep, k - ki * kStep), First = ki == 0, Last = ki == kChunks - 1,
                    A = _packed[sideA].Pointer, B = _packed[2 + sideB].Pointer,
                };
                if (packA) work.PackAParts = Parts(work.Next.M, _kernel.Rows * PanelsPerPart);
                if (packB) work.PackBParts = Parts(work.Next.N, _kernel.Columns * PanelsPerPart);
                break;
            }
            work.RowPanels = Parts(work.Current.M, _kernel.Rows);
            work.Tasks = work.RowPanels * Parts(work.Current.N, _kernel.Columns * work.GroupPanels);
            _threads.For(work.Tasks + work.PackAParts + work.PackBParts, 1, in work,
                static (in Work<TEpilogue> w, int first, int last) => Run(in w, first));
        }
    }

    /// <summary>Rows of a chunk: a multiple of the panel's width, as even as the limit allows.</summary>
    private static int Step(int total, int k, int width)
    {
        int most = Math.Max(1, ChunkSize / Math.Max(1, k) / width) * width;
        return Parts(Parts(total, Parts(total, most)), width) * width;
    }

    /// <summary>How many pieces of a size cover a total.</summary>
    private static int Parts(int total, int size) => (total + size - 1) / size;

    private static void Run<TEpilogue>(in Work<TEpilogue> w, int part) where TEpilogue : struct, IEpilogue
    {
        ref readonly var next = ref w.Next;
        if (part < w.Tasks)
        {
            if (Sse.IsSupported)
            {
                // Packing is bound by memory, multiplying is not: fetch what will be packed while the products are under way.
                if (w.PackAParts > 0) w.A.Prefetch(next.M0, next.M, next.K0, next.K, part, w.Tasks);
                if (w.PackBParts > 0) w.B.Prefetch(next.N0, next.N, next.K0, next.K, part, w.Tasks);
            }
            Compute(in w, part);
        }
        else if ((part -= w.Tasks) < w.PackAParts)
        {
            int rows = w.Kernel.Rows * PanelsPerPart, first = part * rows;
            w.A.Pack(next.M0 + first, Math.Min(rows, next.M - first), next.K0, next.K, w.Kernel.Rows, next.A + (nint)first * next.K);
        }
        else
        {
            part -= w.PackAParts;
            int columns = w.Kernel.Columns * PanelsPerPart, first = part * columns;
            w.B.Pack(next.N0 + first, Math.Min(columns, next.N - first), next.K0, next.K, w.Kernel.Columns, next.B + (nint)first * next.K);
        }
    }

    /// <summary>One panel of A times a group of panels of B.</summary>
    private static void Compute<TEpilogue>(in Work<TEpilogue> w, int task) where TEpilogue : struct, IEpilogue
    {
        var (rows, columns) = (w.Kernel.Rows, w.Kernel.Columns);
        var run = w.Kernel.Run;
        ref readonly var chunk = ref w.Current;
        int panel = task % w.RowPanels, firstColumn = task / w.RowPanels * w.GroupPanels * columns;
        int row = panel * rows, rowsHere = Math.Min(rows, chunk.M - row);
        float* a = chunk.A + (nint)row * chunk.K;
        float* tile = stackalloc float[rows * columns + 16];
        tile = (float*)(((nuint)tile + 63) & ~(nuint)63);
        bool accumulate = w.Accumulate || !chunk.First;

        for (int column = firstColumn; column < Math.Min(chunk.N, firstColumn + w.GroupPanels * columns); column += columns)
        {
            if (w.LowerOnly && chunk.N0 + column >= chunk.M0 + row + rowsHere) break;
            int columnsHere = Math.Min(columns, chunk.N - column);
            float* b = chunk.B + (nint)column * chunk.K;
            float* c = w.C + (chunk.M0 + row) * w.Stride + chunk.N0 + column;
            bool whole = rowsHere == rows && columnsHere == columns, toMemory = TEpilogue.IsPlain || !chunk.Last;
            if (toMemory) TilePrefetch.Lines(c, w.Stride, rowsHere, columnsHere);
            if (whole && toMemory)
            {
                run(chunk.K, a, b, c, w.Stride, accumulate);
                continue;
            }
            if (accumulate) CopyTile(c, w.Stride, tile, columns, rowsHere, columnsHere);
            if (toMemory)
            {
                run(chunk.K, a, b, tile, columns, accumulate);
                CopyTile(tile, columns, c, w.Stride, rowsHere, columnsHere);
                continue;
            }
            // In a few pieces of k: asking at once for all that the epilogue will touch would fill the queue of misses.
            for (int slice = 0; slice < EpilogueSlices; slice++)
            {
                int k0 = chunk.K * slice / EpilogueSlices, k1 = chunk.K * (slice + 1) / EpilogueSlices;
                int row0 = rowsHere * slice / EpilogueSlices, row1 = rowsHere * (slice + 1) / EpilogueSlices;
                w.Epilogue.Prefetch(chunk.M0 + row + row0, chunk.N0 + column, row1 - row0, columnsHere);
                run(k1 - k0, a + (nint)k0 * rows, b + (nint)k0 * columns, tile, columns, accumulate || slice > 0);
            }
            w.Epilogue.Finish(tile, columns, chunk.M0 + row, chunk.N0 + column, rowsHere, columnsHere);
        }
    }

    private static void CopyTile(float* from, nint fromStride, float* to, nint toStride, int rows, int columns)
    {
        for (int i = 0; i < rows; i++)
            new ReadOnlySpan<float>(from + i * fromStride, columns).CopyTo(new Span<float>(to + i * toStride, columns));
    }
}
