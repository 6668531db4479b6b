using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace ManualVae.Compute;

/// <summary>What one part of a dispatch does: indices [first, last).</summary>
public delegate void RangeBody<TState>(in TState state, int first, int last) where TState : struct;

/// <summary>
/// The same, told which worker of the dispatch runs the part: from 0 up to <see cref="WorkerPool.Count"/> - 1, and never the same
/// for two parts that run at the same time. For scratch memory that belongs to the dispatch.
/// </summary>
public delegate void WorkerBody<TState>(in TState state, int worker, int first, int last) where TState : struct;

/// <summary>
/// A fixed pool of threads for kernels. Work is cut into parts whose bounds depend on the work alone, never on the number of
/// threads; threads claim parts one after another, so a slow or busy core only takes fewer of them. A kernel that computes each
/// output element within one part, in a fixed order, therefore gives the same bits for any number of threads.
/// </summary>
/// <remarks>
/// A dispatch allocates nothing. Idle workers spin for a moment, because the next kernel of a step follows within microseconds,
/// and then park. Any thread may dispatch at any time, also from inside a part. A dispatch that finds the pool busy runs on its
/// caller alone, as worker 0 of a dispatch of its own: it waits for nobody, and shares nothing with the dispatch that keeps the
/// pool busy.
/// </remarks>
public sealed unsafe class WorkerPool : IDisposable
{
    /// <summary>Iterations of spinning before a worker parks: some 50 microseconds.</summary>
    private const int SpinsBeforeParking = 2000;

    private readonly Thread[] _workers;
    private readonly SemaphoreSlim _wake = new(0);
    private readonly int _spins;

    // One dispatch: written by the caller before it publishes the ticket, stable until every claimed part is done.
    private void* _frame;
    private delegate*<void*, int, int, void> _run;
    private int _parts;

    private PaddedLong _ticket;    // dispatch number << 32 | parts not yet claimed
    private PaddedLong _completed; // parts done in this dispatch
    private PaddedLong _parked;    // workers asleep, or about to be
    private int _busy;
    private volatile bool _ended;
    private ExceptionDispatchInfo? _failure;

    /// <summary>Starts the workers.</summary>
    /// <param name="count">
    /// Threads that compute, the caller included; 0 for as many as the machine or its container grants.
    /// </param>
    public WorkerPool(int count = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        Count = count == 0 ? Environment.ProcessorCount : count;
        _spins = Count <= Environment.ProcessorCount ? SpinsBeforeParking : 0;
        _workers = new Thread[Count - 1];
        for (int i = 0; i < _workers.Length; i++)
        {
            int worker = i + 1;
            _workers[i] = new Thread(() => Work(worker)) { IsBackground = true, Name = $"kernel {worker}" };
            _workers[i].Start();
        }
    }

    /// <summary>Threads that compute, the caller included.</summary>
    public int Count { get; }

    /// <summary>
    /// Runs <paramref name="body"/> over [0, count), cut into parts of <paramref name="grain"/> indices. Pass a static lambda:
    /// it is made once, and what it needs travels in the state.
    /// </summary>
    public void For<TState>(int count, int grain, in TState state, RangeBody<TState> body) where TState : struct =>
        For(count, grain, (state, body), static (in (TState State, RangeBody<TState> Body) s, int _, int first, int last) =>
            s.Body(in s.State, first, last));

    /// <summary>The same for a body that is told its worker.</summary>
    public void For<TState>(int count, int grain, in TState state, WorkerBody<TState> body) where TState : struct
    {
        if (count <= 0) return;
        int parts = (int)(((long)count + grain - 1) / grain);
        var frame = new Frame<TState> { State = state, Body = body, Count = count, Grain = grain };
        if (parts > 1 && Count > 1 && Interlocked.Exchange(ref _busy, 1) == 0)
            Dispatch(Unsafe.AsPointer(ref frame), &RunPart<TState>, parts);
        else
            for (int part = 0; part < parts; part++) RunPart<TState>(Unsafe.AsPointer(ref frame), 0, part);
    }

    /// <summary>Ends the workers.</summary>
    public void Dispose()
    {
        if (_ended) return;
        _ended = true;
        if (_workers.Length > 0) _wake.Release(_workers.Length);
        foreach (var worker in _workers) worker.Join();
        _wake.Dispose();
    }

    // The frame lies on the stack of the caller, which outlives the dispatch and is a root of the garbage collector.
    private struct Frame<TState> where TState : struct
    {
        public TState State;
        public WorkerBody<TState> Body;
        public int Count, Grain;
    }

    private static void RunPart<TState>(void* pointer, int worker, int part) where TState : struct
    {
        ref var frame = ref Unsafe.AsRef<Frame<TState>>(pointer);
        int first = part * frame.Grain;
        frame.Body(in frame.State, worker, first, (int)Math.Min(frame.Count, (long)first + frame.Grain));
    }

    private void Dispatch(void* frame, delegate*<void*, int, int, void> run, int parts)
    {
        _frame = frame;
        _run = run;
        _parts = parts;
        Volatile.Write(ref _completed.Value, 0);
        long dispatch = (Volatile.Read(ref _ticket.Value) >> 32) + 1;
        Interlocked.Exchange(ref _ticket.Value, dispatch << 32 | (uint)parts);
        WakeParked(parts - 1);

        while (TryClaim(out int part)) Execute(0, part);
        var spinner = new SpinWait();
        for (int spins = 0; Volatile.Read(ref _completed.Value) < parts;)
            if (++spins < _spins) Thread.SpinWait(8);
            else spinner.SpinOnce(sleep1Threshold: -1);

        var failure = _failure;
        _failure = null;
        Volatile.Write(ref _busy, 0);
        failure?.Throw();
    }

    /// <summary>
    /// Claims the next part. Nothing can be claimed between dispatches, and the fields of a dispatch do not change before its
    /// claimed parts are done, so a thread that has claimed a part may read them.
    /// </summary>
    private bool TryClaim(out int part)
    {
        while (true)
        {
            long ticket = Volatile.Read(ref _ticket.Value);
            int left = (int)(uint)ticket;
            part = 0;
            if (left == 0) return false;
            if (Interlocked.CompareExchange(ref _ticket.Value, ticket - 1, ticket) != ticket) continue;
            part = _parts - left;
            return true;
        }
    }

    private void Execute(int worker, int part)
    {
        try
        {
            _run(_frame, worker, part);
        }
        catch (Exception problem)
        {
            Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(problem), null);
        }
        Interlocked.Increment(ref _completed.Value);
    }

    private void WakeParked(int wanted)
    {
        long parked = Interlocked.Read(ref _parked.Value);
        int wake = (int)Math.Min(parked, Math.Min(wanted, _workers.Length));
        if (wake > 0) _wake.Release(wake);
    }

    private void Work(int worker)
    {
        long seen = 0;
        while (!_ended)
        {
            for (int spins = 0; spins < _spins && Volatile.Read(ref _ticket.Value) >> 32 == seen; spins++) Thread.SpinWait(8);
            if (Volatile.Read(ref _ticket.Value) >> 32 == seen)
            {
                Interlocked.Increment(ref _parked.Value);
                // A dispatch published before the increment was seen here; one after it sees the increment and wakes us.
                if (Interlocked.Read(ref _ticket.Value) >> 32 == seen && !_ended) _wake.Wait();
                Interlocked.Decrement(ref _parked.Value);
            }
            seen = Volatile.Read(ref _ticket.Value) >> 32;
            while (TryClaim(out int part)) Execute(worker, part);
        }
    }

    /// <summary>A counter alone on its cache lines.</summary>
    [System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Explicit, Size = 256)]
    private struct PaddedLong
    {
        [System.Runtime.InteropServices.FieldOffset(128)]
        public long Value;
    }
}
