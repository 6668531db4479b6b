using System.Runtime.Intrinsics;

namespace ManualVae.Compute.Simd;

/// <summary>
/// What one thread does at a time in a product: a block of the left operand times a group of panels of a chunk of the right one.
/// </summary>
internal static unsafe class GemmBlock
{
    /// <summary>Most panels in a block.</summary>
    public const int MostPanels = 16;

    /// <summary>
    /// Lines in a list: at most 128 of a tile or of what its epilogue touches, and two takes of what is fetched in advance.
    /// </summary>
    private const int MostLines = 1024;

    /// <summary>Everything that a part of a dispatch must know.</summary>
    public struct Work<TEpilogue> where TEpilogue : struct, IEpilogue
    {
        public GemmKernel Kernel;
        public Operand Left, Right; // of a tile: its rows and its columns
        public bool PacksRight, Transposed; // transposed: tiles are those of C'
        public int M, N, K;
        public int Step, KStep, KChunks, Chunks; // chunks of the right operand: in steps of columns, and of k within these
        public int Packs; // parts in which a chunk is packed
        public int Blocks, Groups; // a chunk is multiplied in Blocks x Groups tasks
        public float* Panels; // of two packed chunks
        public nint PanelsSize;
        public GemmProgress Progress;
        public float* Scratch;
        public nint ScratchSize;
        public float* C;
        public nint Stride;
        public bool Accumulate, LowerOnly;
        public float* RowSums; // of the left operand, or null
        public TEpilogue Epilogue;

        /// <summary>In how many tasks a chunk is multiplied.</summary>
        public readonly int Tasks => Blocks * Groups;

        /// <summary>A chunk of the right operand.</summary>
        public readonly OperandPiece Chunk(int chunk)
        {
            int first = chunk / KChunks * Step, k0 = chunk % KChunks * KStep;
            return new(first, Math.Min(Step, N - first), k0, Math.Min(KStep, K - k0));
        }

        /// <summary>Where a chunk lies if it is packed.</summary>
        public readonly float* Panel(int chunk) => Panels + chunk % 2 * PanelsSize;

        /// <summary>A block of the left operand, for a chunk of the right one: whole panels, as even as can be.</summary>
        public readonly OperandPiece Block(int block, in OperandPiece chunk)
        {
            int panels = Gemm.Parts(M, Kernel.Rows);
            int first = Gemm.Share(panels, block, Blocks) * Kernel.Rows, end = Gemm.Share(panels, block + 1, Blocks) * Kernel.Rows;
            return new(first, Math.Min(end, M) - first, chunk.K0, chunk.K);
        }

        /// <summary>One of so many parts of a chunk of the right operand: whole panels, none where the chunk is a small last one.</summary>
        public readonly OperandPiece Columns(in OperandPiece chunk, int part, int parts)
        {
            int panels = Gemm.Parts(chunk.Count, Kernel.Columns);
            int first = Gemm.Share(panels, part, parts) * Kernel.Columns, end = Gemm.Share(panels, part + 1, parts) * Kernel.Columns;
            return chunk with { First = chunk.First + first, Count = Math.Min(end, chunk.Count) - first };
        }
    }

    /// <summary>Multiplies one of a chunk's tasks, after the chunks before it.</summary>
    public static void Multiply<TEpilogue>(in Work<TEpilogue> w, int chunk) where TEpilogue : struct, IEpilogue
    {
        int task = w.Progress.TakeTask(chunk);
        w.Progress.AwaitTiles(chunk, task);
        MultiplyTask(in w, chunk, task);
        w.Progress.Multiplied(chunk, task);
    }

    private static void MultiplyTask<TEpilogue>(in Work<TEpilogue> w, int chunk, int task) where TEpilogue : struct, IEpilogue
    {
        var right = w.Chunk(chunk);
        bool firstChunk = right.K0 == 0, lastChunk = right.K0 + right.K == w.K;
        var (rows, columns) = (w.Kernel.Rows, w.Kernel.Columns);
        int block = task % w.Blocks, group = task / w.Blocks;
        var left = w.Block(block, in right);
        var mine = w.Columns(in right, group, w.Groups);
        int k = right.K, leftPanels = Gemm.Parts(left.Count, rows);
        int firstPanel = (mine.First - right.First) / columns, endPanel = firstPanel + Gemm.Parts(mine.Count, columns);

        // Whole panels that suit the kernel are read where they lie.
        int leftDirect = w.Left.AlongK ? left.Count / rows : 0, rightDirect = w.PacksRight ? 0 : right.Count / columns;
        float* packedLeft = w.Scratch + WorkerPool.Worker * w.ScratchSize;
        float* packedRight = packedLeft + (nint)(leftPanels - leftDirect) * rows * k;
        if (leftDirect < leftPanels)
            w.Left.Pack(left with { First = left.First + leftDirect * rows, Count = left.Count - leftDirect * rows }, rows, packedLeft);
        if (w.RowSums != null && right.First == 0 && group == 0)
            for (int j = 0; j < leftPanels; j++)
                AddRowSums(packedLeft + (nint)j * rows * k, k, rows, w.RowSums + left.First + j * rows, Math.Min(rows, left.Count - j * rows));
        if (!w.PacksRight && rightDirect < endPanel)
            w.Right.Pack(
                right with { First = right.First + rightDirect * columns, Count = right.Count - rightDirect * columns }, columns, packedRight);

        // What this thread will probably need next is asked for while it multiplies, a little with each tile.
        LineCursor leftLines = default, rightLines = default;
        if (w.Kernel.ListsOperands)
        {
            int takes = leftPanels * (endPanel - firstPanel);
            bool moreChunks = chunk + 1 < w.Chunks;
            var nextRight = moreChunks ? w.Chunk(chunk + 1) : default;
            var (firstOwn, endOfOwn) = w.Progress.OwnTasks;
            leftLines = task >= firstOwn && task + 1 < endOfOwn ? w.Left.Lines(w.Block((task + 1) % w.Blocks, in right), 0, 1, takes)
                : moreChunks ? w.Left.Lines(w.Block(firstOwn % w.Blocks, in nextRight), 0, 1, takes) : default;
            if (moreChunks && !w.PacksRight) rightLines = w.Right.Lines(nextRight, task, w.Tasks, takes);
        }
        int asked = k / w.Kernel.ListSpacing;
        void** lines = stackalloc void*[Math.Max(MostLines, asked)];
        // Unused places name memory at hand: a prefetch from a page that was never touched walks the page table each time.
        new Span<nint>(lines, asked).Fill((nint)lines);

        bool accumulate = w.Accumulate || !firstChunk, toMemory = TEpilogue.IsPlain || !lastChunk;
        int turnedStride = leftPanels * rows;
        var run = w.Kernel.Run;
        float* sums = stackalloc float[rows * columns + (w.Transposed ? columns * turnedStride : 0) + 16];
        sums = (float*)(((nuint)sums + 63) & ~(nuint)63);
        float* turned = sums + rows * columns;

        for (int i = firstPanel; i < endPanel; i++)
        {
            int column = right.First + i * columns, columnsHere = Math.Min(columns, right.Count - i * columns);
            float* b = i < rightDirect ? w.Right.At(column, right.K0)
                : w.PacksRight ? w.Panel(chunk) + (nint)i * columns * k : packedRight;
            nint bK = i < rightDirect ? w.Right.Stride : columns;
            // Asked for next: the packed panel that follows, or else this one, which is at hand.
            float* follower = w.PacksRight && i + 1 < endPanel ? b + (nint)columns * k : b;
            if (w.Kernel.ListsOperands && w.Chunks > 1 && follower != b) // a panel of the only chunk is at hand already
                rightLines = new LineCursor(follower, 0, 1, columns * k, 0, 1, leftPanels);
            for (int j = 0; j < leftPanels; j++)
            {
                int row = left.First + j * rows, rowsHere = Math.Min(rows, left.Count - j * rows);
                if (w.LowerOnly && !w.Transposed && column >= row + rowsHere) continue;
                float* c = w.C + row * w.Stride + column;
                void** end = lines;
                if (w.Transposed)
                {
                    int from = columnsHere * j / leftPanels, to = columnsHere * (j + 1) / leftPanels;
                    end = toMemory ? PrefetchList.AddTile(end, w.C + (column + from) * w.Stride + left.First, w.Stride, to - from, left.Count)
                        : w.Epilogue.ListLines(column + from, left.First, to - from, left.Count, end);
                }
                else if (!toMemory) end = w.Epilogue.ListLines(row, column, rowsHere, columnsHere, end);
                else if (accumulate) end = PrefetchList.AddTile(end, c, w.Stride, rowsHere, columnsHere);
                end = rightLines.Take(leftLines.Take(end));
                PrefetchList.PrefetchRest(lines, end, asked);

                float* ahead = follower + Gemm.Share(columns * k, j, leftPanels);
                float* a = j < leftDirect ? w.Left.At(row, left.K0) : packedLeft + (nint)(j - leftDirect) * rows * k;
                var (aRow, aK) = j < leftDirect ? (w.Left.Stride, 1) : (1, rows);
                if (w.Transposed)
                {
                    run(k, a, aRow, aK, b, bK, sums, columns, false, lines, ahead);
                    GemmPacking.Transpose(sums, columns, rows, columns, turned + j * rows, turnedStride);
                }
                else if (toMemory && rowsHere == rows && columnsHere == columns)
                    run(k, a, aRow, aK, b, bK, c, w.Stride, accumulate, lines, ahead);
                else
                {
                    run(k, a, aRow, aK, b, bK, sums, columns, false, lines, ahead);
                    Finish(in w, sums, columns, row, column, rowsHere, columnsHere, accumulate, toMemory);
                }
            }
            if (w.Transposed) Finish(in w, turned, turnedStride, column, left.First, columnsHere, left.Count, accumulate, toMemory);
        }
    }

    /// <summary>sums[j] += the sum over k of the panel's column j, in the order of k.</summary>
    private static void AddRowSums(float* panel, int k, int width, float* sums, int count)
    {
        int j = 0;
        for (; j <= count - 4; j += 4)
        {
            var sum = Vector128<float>.Zero;
            for (int i = 0; i < k; i++) sum += Vector128.Load(panel + (nint)i * width + j);
            (Vector128.Load(sums + j) + sum).Store(sums + j);
        }
        for (; j < count; j++)
        {
            float sum = 0;
            for (int i = 0; i < k; i++) sum += panel[(nint)i * width + j];
            sums[j] += sum;
        }
    }

    /// <summary>Takes finished sums to C, or to the epilogue.</summary>
    private static void Finish<TEpilogue>(
        in Work<TEpilogue> w, float* sums, int sumsStride, int row, int column, int rows, int columns, bool accumulate, bool toMemory)
        where TEpilogue : struct, IEpilogue
    {
        for (int i = 0; i < rows && (accumulate || toMemory); i++)
        {
            float* from = sums + (nint)i * sumsStride, into = w.C + (row + i) * w.Stride + column;
            if (accumulate) Elementwise.Apply(new AddScaled(1), columns, toMemory ? into : from, into, from);
            else new ReadOnlySpan<float>(from, columns).CopyTo(new Span<float>(into, columns));
        }
        if (!toMemory) w.Epilogue.Finish(sums, sumsStride, row, column, rows, columns);
    }
}
