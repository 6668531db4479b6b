using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace ManualVae.Compute;

/// <summary>What one part of a <see cref="WorkerPool.For"/> does: indices [first, last).</summary>
public delegate void RangeBody<TState>(in TState state, int first, int last) where TState : struct;

/// <summary>
/// A fixed pool of threads for kernels. Work is cut into parts whose bounds depend on the work alone, never on the number of
/// threads; threads claim parts one after another, so a slow or busy core only takes fewer of them. A kernel that computes each
/// output element within one part, in a fixed order, therefore gives the same bits for any number of threads.
/// </summary>
/// <remarks>
/// A dispatch allocates nothing. Idle workers spin for a moment, as the next kernel of a step follows within microseconds, and
/// then park. A dispatch that finds the pool taken (nested, or from a second thread) runs on its caller.
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
    private delegate*<void*, int, void> _run;
    private int _parts;

    private PaddedLong _ticket;    // dispatch number << 32 | parts not yet claimed
    private PaddedLong _completed; // parts done in this dispatch
    private PaddedLong _parked;    // workers asleep, or about to be
    private int _taken;
    private volatile bool _ended;
    private ExceptionDispatchInfo? _failure;

    /// <summary>Starts the workers.</summary>
    /// <param name="count">Threads that compute, the caller included; 0 for as many as the machine or its container grants.</param>
    public WorkerPool(int count = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        Count = count == 0 ? Environment.ProcessorCount : count;
        _spins = Count <= Environment.ProcessorCount ? SpinsBeforeParking : 0;
        _workers = new Thread[Count - 1];
        for (int i = 0; i < _workers.Length; i++)
        {
            int worker = i + 1;
            _workers[i] = new Thread(() => Work(worker)) { IsBackground = true, Name = $"kernel {i + 1}" };
            _workers[i].Start();
        }
    }

    /// <summary>Threads that compute, the caller included.</summary>
    public int Count { get; }

    /// <summary>The number of the thread that runs a part: 0 for a caller, below <see cref="Count"/>. For scratch memory of its own.</summary>
    [field: ThreadStatic]
    public static int Worker { get; private set; }

    /// <summary>
    /// Runs <paramref name="body"/> over [0, count), cut into parts of <paramref name="grain"/> indices. Pass a static lambda:
    /// it is made once, and what it needs travels in the state.
    /// </summary>
    public void For<TState>(int count, int grain, in TState state, RangeBody<TState> body) where TState : struct
    {
        if (count <= 0) return;
        int parts = (int)(((long)count + grain - 1) / grain);
        if (parts == 1 || Count == 1)
        {
            for (int part = 0; part < parts; part++)
                body(in state, part * grain, Math.Min(count, (part + 1) * grain));
            return;
        }
        var frame = new Frame<TState> { State = state, Body = body, Count = count, Grain = grain };
        Dispatch(Unsafe.AsPointer(ref frame), &RunPart<TState>, parts);
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
        public RangeBody<TState> Body;
        public int Count, Grain;
    }

    private static void RunPart<TState>(void* pointer, int part) where TState : struct
    {
        ref var frame = ref Unsafe.AsRef<Frame<TState>>(pointer);
        int first = part * frame.Grain;
        frame.Body(in frame.State, first, (int)Math.Min(frame.Count, (long)first + frame.Grain));
    }

    private void Dispatch(void* frame, delegate*<void*, int, void> run, int parts)
    {
        if (Interlocked.Exchange(ref _taken, 1) != 0)
        {
            for (int part = 0; part < parts; part++) run(frame, part);
            return;
        }
        _frame = frame;
        _run = run;
        _parts = parts;
        Volatile.Write(ref _completed.Value, 0);
        long dispatch = (Volatile.Read(ref _ticket.Value) >> 32) + 1;
        Interlocked.Exchange(ref _ticket.Value, dispatch << 32 | (uint)parts);
        WakeParked(parts - 1);

        while (TryClaim(out int part)) Execute(part);
        var spinner = new SpinWait();
        for (int spins = 0; Volatile.Read(ref _completed.Value) < parts;)
            if (++spins < _spins) Thread.SpinWait(8);
            else spinner.SpinOnce(sleep1Threshold: -1);

        var failure = _failure;
        _failure = null;
        Volatile.Write(ref _taken, 0);
        failure?.Throw();
    }

    /// <summary>
    /// Claims the next part. Nothing can be claimed between dispatches, and the fields of a dispatch do not change before its
    /// claimed parts are done, so whoever claims a part may read them.
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

    private void Execute(int part)
    {
        try
        {
            _run(_frame, part);
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
        Worker = worker;
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
            while (TryClaim(out int part)) Execute(part);
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
