using System.Runtime.Intrinsics;
using ManualVae.Compute.Simd.Bf16;

namespace ManualVae.Compute.Simd;

/// <summary>
/// A task of a product: a block of the left operand times a group of panels of a chunk of the right one, by one thread.
/// </summary>
internal static unsafe class GemmBlock
{
    /// <summary>Most panels in a block.</summary>
    public const int MostPanels = 16;

    /// <summary>Multiplies one of a chunk's tasks, after the chunks before it.</summary>
    public static void Multiply<TEpilogue>(in GemmWork<TEpilogue> w, int chunk, int worker) where TEpilogue : struct, IEpilogue
    {
        int task = w.Progress.NextTask(chunk, worker);
        w.Progress.AwaitTiles(chunk, task);
        MultiplyTask(in w, chunk, task, worker);
        w.Progress.Multiplied(chunk, task);
    }

    private static void MultiplyTask<TEpilogue>(in GemmWork<TEpilogue> w, int chunk, int task, int worker)
        where TEpilogue : struct, IEpilogue
    {
        var (rows, columns) = (w.Kernel.Rows, w.Kernel.Columns);
        var right = w.Chunk(chunk);
        int steps = w.Right.Steps(right.K);
        var left = w.Block(task, in right);
        var group = w.Columns(in right, task / w.Blocks, w.Groups);
        int firstPanel = (group.First - right.First) / columns, endPanel = firstPanel + Partition.Count(group.Count, columns);

        // Whole panels that suit the kernel are read where they lie.
        var a = new OperandPanels(w.Left, left, rows, w.Left.RowsInPlace, w.Scratch + worker * w.ScratchSize);
        var b = new OperandPanels(w.Right, right, columns, !w.PacksRight, w.PacksRight ? w.Panel(chunk) : a.PackedEnd);
        a.Pack(a.Count);
        if (!w.PacksRight) b.Pack(endPanel);
        if (w.RowSums != null && right.First == 0 && task < w.Blocks && w.Left.AsPairs)
            PairPacking.AddRowSums(w.Left.At(left.First, left.K0), w.Left.Stride, left.K, left.Count, w.RowSums + left.First);
        else if (w.RowSums != null && right.First == 0 && task < w.Blocks)
            for (int j = 0; j < a.Count; j++)
                AddRowSums(a.At(j), right.K, rows, w.RowSums + left.First + j * rows, Math.Min(rows, left.Count - j * rows));

        void** list = stackalloc void*[PrefetchPlan.Room(w.Kernel, steps)];
        var prefetch = PrefetchPlan.Of(in w, chunk, task, worker, a.Count, a.Count * (endPanel - firstPanel), list);
        bool lastChunk = right.K0 + right.K == w.K, toMemory = TEpilogue.IsPlain || !lastChunk;
        bool accumulate = w.Accumulate || right.K0 > 0;
        // A tile that does not go to C at once, and a whole panel of C' turned into rows of C; both aligned to a cache line.
        int turnedStride = a.Count * rows;
        float* sums = stackalloc float[rows * columns + (w.Transposed ? columns * turnedStride : 0) + PrefetchList.Line];
        sums = (float*)(((nuint)sums + 63) & ~(nuint)63);
        float* turned = sums + rows * columns;
        var run = w.Kernel.Run;

        for (int i = firstPanel; i < endPanel; i++)
        {
            int column = right.First + i * columns, columnsHere = Math.Min(columns, right.Count - i * columns);
            float* panel = b.At(i);
            prefetch.BeginPanel(panel, w.PacksRight && i + 1 < endPanel ? panel + b.Size : panel, b.Size);
            for (int j = 0; j < a.Count; j++)
            {
                int row = left.First + j * rows, rowsHere = Math.Min(rows, left.Count - j * rows);
                if (w.LowerOnly && !w.Transposed && column >= row + rowsHere) continue;
                if (w.Transposed)
                {
                    // Each tile of C' prefetches its share of the rows of C that the whole panel finishes.
                    int from = columnsHere * j / a.Count, to = columnsHere * (j + 1) / a.Count;
                    prefetch.EndList(ListTile(in w, column + from, left.First, to - from, left.Count, true, toMemory, list));
                }
                else prefetch.EndList(ListTile(in w, row, column, rowsHere, columnsHere, accumulate, toMemory, list));

                bool inPlace = toMemory && !w.Transposed && rowsHere == rows && columnsHere == columns;
                float* c = inPlace ? w.C + row * w.Stride + column : sums;
                run(steps, a.At(j), a.RowStride(j), a.KStride(j), panel, b.KStride(i),
                    c, inPlace ? w.Stride : columns, inPlace && accumulate, list, prefetch.Ahead(j));
                if (w.Transposed) GemmPacking.Transpose(sums, columns, rows, columns, turned + j * rows, turnedStride);
                else if (!inPlace) Finish(in w, sums, columns, row, column, rowsHere, columnsHere, accumulate, toMemory);
            }
            if (w.Transposed)
                Finish(in w, turned, turnedStride, column, left.First, columnsHere, left.Count, accumulate, toMemory);
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

    /// <summary>
    /// Lists the memory that finishing rows and columns of C will touch: C if it is read first, or the epilogue's tensors.
    /// </summary>
    private static void** ListTile<TEpilogue>(
        in GemmWork<TEpilogue> w, int row, int column, int rows, int columns, bool readsC, bool toMemory, void** list)
        where TEpilogue : struct, IEpilogue =>
        !toMemory ? w.Epilogue.ListLines(row, column, rows, columns, list)
        : readsC ? PrefetchList.AddTile(list, w.C + row * w.Stride + column, w.Stride, rows, columns) : list;

    /// <summary>Takes finished sums to C, or to the epilogue.</summary>
    private static void Finish<TEpilogue>(
        in GemmWork<TEpilogue> w, float* sums, int sumsStride, int row, int column, int rows, int columns,
        bool accumulate, bool toMemory)
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
