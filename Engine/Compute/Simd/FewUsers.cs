using System.Diagnostics;
using ManualVae.Compute.Simd.Bf16;

namespace ManualVae.Compute.Simd;

/// <summary>
/// The work of a product of few rows, divided among threads by ranges of items, and the memory it needs. Each thread goes
/// through a stretch of its own in order, so that memory streams, and then helps others with theirs.
/// </summary>
/// <param name="threads">Threads that compute.</param>
internal sealed unsafe class FewUsers(WorkerPool threads) : IDisposable
{
    /// <summary>Items of a part at most: long enough to stream, short enough that threads end together.</summary>
    private const int MostItems = 512;

    private const int PartsPerThread = 4;

    private readonly NativeBuffer _tiles = new((long)threads.Count * FewRows.Most * MostItems);
    private NativeBuffer? _rounded;
    private readonly GemmProgress _progress = new();
    private readonly RunningTopK[] _best =
        [.. Enumerable.Range(0, threads.Count * FewRows.Most).Select(_ => new RunningTopK())];

    public void Dispose()
    {
        _tiles.Dispose();
        _rounded?.Dispose();
    }

    /// <summary>The product with a held weight: x is rounded, into memory that lasts until the next product.</summary>
    public RowsTimesWeight Rounded(Tensor x, HeldWeight held)
    {
        long room = FewRows.Most * 2L * held.Pairs;
        if (_rounded is null || _rounded.Length < room)
        {
            _rounded?.Dispose();
            _rounded = new(room);
        }
        FewPairs.Round(x, _rounded.Pointer);
        return new(_rounded.Pointer, x.Rows, held);
    }

    /// <summary>y = f(x W' + bias).</summary>
    public void Forward(in RowsTimesWeight work, BiasEpilogue epilogue) => Run(in work, epilogue,
        static (in BiasEpilogue s, in RowsTimesWeight work, int _, float* tile, int stride, int first, int count) =>
            s.Finish(tile, stride, 0, first, work.Rows, count));

    /// <summary>
    /// The best items of each row by x W' + bias; see <see cref="IBackend.LinearTopK"/>. The rows of what is excluded begin with
    /// <paramref name="firstRow"/>.
    /// </summary>
    public void TopK(
        in RowsTimesWeight work, float* bias, SparseBatch excluded, int firstRow, int k, Span<int> items, Span<float> itemScores)
    {
        int most = Math.Min(k, work.Items), rows = work.Rows;
        for (int i = 0; i < threads.Count * FewRows.Most; i++)
            if (i % FewRows.Most < rows) _best[i].Begin(most, MostItems);
        Run(in work, ((nint)bias, excluded, firstRow, _best),
            static (in (nint Bias, SparseBatch Excluded, int FirstRow, RunningTopK[] Best) s, in RowsTimesWeight work, int worker,
                float* tile, int stride, int first, int count) =>
            {
                var offsets = s.Excluded.RowOffsets[s.FirstRow..];
                var excluded = s.Excluded.ColumnIndices;
                for (int row = 0; row < work.Rows; row++)
                {
                    float* scores = tile + row * stride;
                    if (s.Bias != 0) Elementwise.Apply(new AddScaled(1), count, scores, (float*)s.Bias + first, scores);
                    s.Best[worker * FewRows.Most + row].Offer(new(scores, count), first,
                        excluded[offsets[row]..offsets[row + 1]]);
                }
            });
        for (int row = 0; row < rows; row++)
        {
            for (int worker = 1; worker < threads.Count; worker++) _best[row].Absorb(_best[worker * FewRows.Most + row]);
            _best[row].Write(items.Slice(row * k, k), itemScores.Slice(row * k, k));
        }
    }

    private delegate void Sink<TState>(
        in TState state, in RowsTimesWeight work, int worker, float* tile, int stride, int first, int count);

    private void Run<TState>(in RowsTimesWeight work, TState state, Sink<TState> sink) where TState : struct
    {
        Debug.Assert(work.Rows is >= 1 and <= FewRows.Most);
        int share = Partition.Count(work.Items, PartsPerThread * threads.Count);
        int step = Math.Clamp(Partition.Count(share, work.Width) * work.Width, work.Width, MostItems);
        int parts = Partition.Count(work.Items, step);
        _progress.Begin(1, 0, parts, threads.Count);
        threads.For(parts, 1, (work, step, (nint)_tiles.Pointer, _progress, state, sink),
            static (in (RowsTimesWeight Work, int Step, nint Tiles, GemmProgress Progress, TState State, Sink<TState> Sink) s,
                int worker, int _, int _) =>
            {
                int first = s.Progress.NextTask(0, worker) * s.Step, count = Math.Min(s.Step, s.Work.Items - first);
                float* tile = (float*)s.Tiles + (nint)worker * FewRows.Most * MostItems;
                s.Work.Multiply(first, count, tile, s.Step);
                s.Sink(in s.State, in s.Work, worker, tile, s.Step, first, count);
            });
    }
}
