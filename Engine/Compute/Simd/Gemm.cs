using System.Diagnostics;

namespace ManualVae.Compute.Simd;

/// <summary>An operand as the product reads it: rows are M (or N), columns are K, whichever way it lies in memory.</summary>
/// <param name="Data">First element.</param>
/// <param name="Stride">Distance of rows in memory.</param>
/// <param name="KContiguous">True where k runs along memory rows, false where it runs across them.</param>
internal readonly unsafe struct Operand(float* Data, nint Stride, bool KContiguous)
{
    /// <summary>Packs rows [first, first + count) of k range [k0, k0 + k) into a panel.</summary>
    public void Pack(int first, int count, int k0, int k, int width, float* panel)
    {
        if (KContiguous) GemmPacking.Transposing(Data + first * Stride + k0, Stride, k, count, width, panel);
        else GemmPacking.Straight(Data + k0 * Stride + first, Stride, k, count, width, panel);
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
        public bool PackA, PackB, First, Last;
    }

    /// <summary>Everything that a part of a dispatch must know.</summary>
    private struct Work<TEpilogue> where TEpilogue : struct, IEpilogue
    {
        public GemmKernel Kernel;
        public Operand A, B;
        public Chunk Current, Next;
        public bool HasCurrent;
        public int PackAParts, PackBParts, RowPanels, GroupPanels;
        public float* C;
        public nint Stride;
        public bool Accumulate;
        public TEpilogue Epilogue;
    }

    /// <summary>C[m, n] (+)= A B; k of 0 gives zeros. Without C (null) k is not cut, and only the epilogue sees the sums.</summary>
    public void Multiply<TEpilogue>(
        int m, int n, int k, Operand a, Operand b, float* c, nint stride, bool accumulate, TEpilogue epilogue)
        where TEpilogue : struct, IEpilogue
    {
        Debug.Assert(c != null || (!accumulate && (long)k * _kernel.Columns <= ChunkSize));
        if (m == 0 || n == 0) return;
        int kChunks = c == null ? 1 : Math.Max(1, (k + MaxK - 1) / MaxK), kStep = (k + kChunks - 1) / kChunks;
        int mStep = Step(m, kStep, _kernel.Rows), nStep = Step(n, kStep, _kernel.Columns);
        int mChunks = (m + mStep - 1) / mStep, nChunks = (n + nStep - 1) / nStep;

        var work = new Work<TEpilogue>
        {
            Kernel = _kernel, A = a, B = b, C = c, Stride = stride, Accumulate = accumulate, Epilogue = epilogue,
            GroupPanels = Math.Max(1, GroupSize / Math.Max(1, kStep) / _kernel.Columns),
        };
        int chunks = checked(mChunks * nChunks * kChunks);
        int sideA = 0, sideB = 0, lastA = -1, lastB = -1;
        for (int i = 0; i <= chunks; i++)
        {
            work.Current = work.Next;
            work.HasCurrent = i > 0;
            work.PackAParts = work.PackBParts = 0;
            if (i < chunks)
            {
                int ki = i % kChunks, mi = i / kChunks % mChunks, ni = i / kChunks / mChunks;
                var next = new Chunk
                {
                    M0 = mi * mStep, N0 = ni * nStep, K0 = ki * kStep, First = ki == 0, Last = ki == kChunks - 1,
                };
                (next.M, next.N) = (Math.Min(mStep, m - next.M0), Math.Min(nStep, n - next.N0));
                next.K = Math.Min(kStep, k - next.K0);
                int nowA = mi * kChunks + ki, nowB = ni * kChunks + ki;
                if (next.PackA = nowA != lastA) (sideA, lastA) = (1 - sideA, nowA);
                if (next.PackB = nowB != lastB) (sideB, lastB) = (1 - sideB, nowB);
                next.A = _packed[sideA].Pointer;
                next.B = _packed[2 + sideB].Pointer;
                if (next.PackA) work.PackAParts = (next.M + _kernel.Rows - 1) / _kernel.Rows;
                if (next.PackB) work.PackBParts = (next.N + _kernel.Columns - 1) / _kernel.Columns;
                work.Next = next;
            }
            int tasks = 0;
            if (work.HasCurrent)
            {
                work.RowPanels = (work.Current.M + _kernel.Rows - 1) / _kernel.Rows;
                int columnPanels = (work.Current.N + _kernel.Columns - 1) / _kernel.Columns;
                tasks = work.RowPanels * ((columnPanels + work.GroupPanels - 1) / work.GroupPanels);
            }
            _threads.For(work.PackAParts + work.PackBParts + tasks, 1, in work,
                static (in Work<TEpilogue> w, int first, int last) => Run(in w, first));
        }
    }

    /// <summary>Rows of a chunk: a multiple of the panel's width, as even as the limit allows.</summary>
    private static int Step(int total, int k, int width)
    {
        int most = Math.Max(1, ChunkSize / Math.Max(1, k) / width) * width;
        int chunks = (total + most - 1) / most;
        return ((total + chunks - 1) / chunks + width - 1) / width * width;
    }

    private static void Run<TEpilogue>(in Work<TEpilogue> w, int part) where TEpilogue : struct, IEpilogue
    {
        if (part < w.PackAParts)
        {
            int width = w.Kernel.Rows, first = part * width;
            w.A.Pack(w.Next.M0 + first, Math.Min(width, w.Next.M - first), w.Next.K0, w.Next.K, width, w.Next.A + (nint)first * w.Next.K);
        }
        else if ((part -= w.PackAParts) < w.PackBParts)
        {
            int width = w.Kernel.Columns, first = part * width;
            w.B.Pack(w.Next.N0 + first, Math.Min(width, w.Next.N - first), w.Next.K0, w.Next.K, width, w.Next.B + (nint)first * w.Next.K);
        }
        else Compute(in w, part - w.PackBParts);
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
            int columnsHere = Math.Min(columns, chunk.N - column);
            float* b = chunk.B + (nint)column * chunk.K;
            float* c = w.C + (chunk.M0 + row) * w.Stride + chunk.N0 + column;
            bool whole = rowsHere == rows && columnsHere == columns, toMemory = TEpilogue.IsPlain || !chunk.Last;
            if (whole && toMemory)
            {
                run(chunk.K, a, b, c, w.Stride, accumulate);
                continue;
            }
            if (accumulate) CopyTile(c, w.Stride, tile, columns, rowsHere, columnsHere);
            run(chunk.K, a, b, tile, columns, accumulate);
            if (toMemory) CopyTile(tile, columns, c, w.Stride, rowsHere, columnsHere);
            else w.Epilogue.Finish(tile, columns, chunk.M0 + row, chunk.N0 + column, rowsHere, columnsHere);
        }
    }

    private static void CopyTile(float* from, nint fromStride, float* to, nint toStride, int rows, int columns)
    {
        for (int i = 0; i < rows; i++)
            new ReadOnlySpan<float>(from + i * fromStride, columns).CopyTo(new Span<float>(to + i * toStride, columns));
    }
}
