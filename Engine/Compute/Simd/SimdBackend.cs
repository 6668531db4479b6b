using System.Diagnostics;
using ManualVae.Compute.Simd.Bf16;

namespace ManualVae.Compute.Simd;

/// <summary>
/// The CPU backend: single precision (products of dense matrices in bfloat16 if asked for), vectorised, on a fixed pool of
/// threads. Results have the same bits for any number of threads. Sums over a row (losses, norms) are gathered in double
/// precision.
/// </summary>
/// <remarks>Every operation is a call of <see cref="Caller"/>, which keeps a second thread out.</remarks>
public sealed unsafe partial class SimdBackend : IBackend
{
    /// <summary>Elements of an elementwise operation that one thread takes at a time (64 KiB of each array).</summary>
    private const int ElementGrain = 16384;

    private readonly WorkerPool _threads;
    private readonly bool _ownsThreads;
    private readonly Gemm _gemm;
    private readonly FewUsers _fewUsers;
    private readonly HashSet<NativeBuffer> _buffers = [];

    /// <summary>The thread inside an operation.</summary>
    internal SingleCaller Caller { get; } = new("The backend");

    /// <summary>Starts the threads.</summary>
    /// <param name="threads">Threads that compute; 0 for as many as the machine or its container grants.</param>
    /// <param name="precision">Of the products: single precision, or bfloat16 where <see cref="LacksBf16"/> is null.</param>
    /// <exception cref="NotSupportedException">There is no such precision here.</exception>
    public SimdBackend(int threads = 0, Precision precision = Precision.Fp32)
        : this(new WorkerPool(threads), KernelOf(precision)) => _ownsThreads = true;

    /// <summary>Computes on the caller's threads, which the caller ends. Several backends may share a pool.</summary>
    /// <param name="threads">Threads that compute.</param>
    /// <param name="precision">Of the products, as above.</param>
    /// <exception cref="NotSupportedException">There is no such precision here.</exception>
    public SimdBackend(WorkerPool threads, Precision precision = Precision.Fp32) : this(threads, KernelOf(precision)) { }

    /// <summary>The same with a given micro-kernel, for tests: every kernel is correct on every machine.</summary>
    internal SimdBackend(WorkerPool threads, GemmKernel? kernel) =>
        (_threads, _gemm, _fewUsers) = (threads, new Gemm(threads, kernel), new FewUsers(threads));

    /// <summary>
    /// Why products in bfloat16 cannot be had here: the processor has no VDPBF16PS, or the system does not let memory become
    /// executable (the kernel is machine code of our own). Null if they can.
    /// </summary>
    public static string? LacksBf16 => Bf16Kernel.IsEmulated ? null : Bf16Kernel.Lacking;

    /// <inheritdoc/>
    public string Name => "simd";

    /// <inheritdoc/>
    public string Description =>
        $"simd ({_gemm.KernelName}), {_threads.Count} thread{(_threads.Count == 1 ? "" : "s")}, single precision"
        + (_gemm.TakesBf16 ? ", products in bf16" : "");

    private static GemmKernel? KernelOf(Precision precision) => precision switch
    {
        Precision.Fp32 => null,
        Precision.Bf16 when Bf16Kernel.Lacking is null => GemmKernel.Bf16,
        Precision.Bf16 when Bf16Kernel.IsEmulated => GemmKernel.EmulatedBf16,
        Precision.Bf16 => throw new NotSupportedException(Bf16Kernel.Lacking),
        _ => throw new NotSupportedException("a processor has no TF32"),
    };

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_ownsThreads) _threads.Dispose();
        _gemm.Dispose();
        _fewUsers.Dispose();
        foreach (var held in _held.Values) held.Dispose();
        lock (_buffers)
        {
            foreach (var buffer in _buffers) buffer.Dispose();
            _buffers.Clear();
        }
    }

    /// <inheritdoc/>
    public bool FusesUpdates => true;

    // ---- Memory --------------------------------------------------------------------------------------------------

    /// <summary>Number of tensors that are allocated and not freed.</summary>
    internal int TensorCount => _buffers.Count;

    /// <inheritdoc/>
    public Tensor Allocate(int rows, int columns)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfNegative(columns);
        var buffer = new NativeBuffer((long)rows * columns);
        lock (_buffers) _buffers.Add(buffer);
        return new Tensor(buffer, 0, rows, columns);
    }

    /// <inheritdoc/>
    public void Free(Tensor tensor)
    {
        if (tensor.IsNone) return;
        var buffer = (NativeBuffer)tensor.Buffer;
        lock (_buffers) _buffers.Remove(buffer);
        buffer.Dispose();
    }

    /// <inheritdoc/>
    public SparseBatch AllocateBatch(int maxRows, int columns, int maxEntries) =>
        new SimdBatch(this, maxRows, columns, maxEntries);

    /// <inheritdoc/>
    public void Upload(ReadOnlySpan<float> source, Tensor destination)
    {
        Debug.Assert(source.Length == destination.Length);
        using var call = Caller.Enter();
        Forget(destination);
        source.CopyTo(Whole(destination));
    }

    /// <inheritdoc/>
    public void Download(Tensor source, Span<float> destination)
    {
        Debug.Assert(source.Length == destination.Length);
        using var call = Caller.Enter();
        Whole(source).CopyTo(destination);
    }

    /// <inheritdoc/>
    public void Copy(Tensor source, Tensor destination)
    {
        Debug.Assert(source.Length == destination.Length);
        Forget(destination);
        ForElements(source, (source, destination), static (in (Tensor From, Tensor To) s, long first, int count) =>
            Span(s.From, first, count).CopyTo(Span(s.To, first, count)));
    }

    /// <inheritdoc/>
    public void Fill(Tensor tensor, double value)
    {
        Forget(tensor);
        ForElements(tensor, (tensor, (float)value), static (in (Tensor Tensor, float Value) s, long first, int count) =>
            Span(s.Tensor, first, count).Fill(s.Value));
    }

    // ---- One caller at a time ------------------------------------------------------------------------------------

    private void For<TState>(int count, int grain, in TState state, RangeBody<TState> body) where TState : struct
    {
        using var call = Caller.Enter();
        _threads.For(count, grain, in state, body);
    }

    private void Multiply<TEpilogue>(
        int m, int n, int k, Operand a, Operand b, float* c, nint stride, bool accumulate, TEpilogue epilogue,
        float* rowSums = null)
        where TEpilogue : struct, IEpilogue
    {
        using var call = Caller.Enter();
        _gemm.Multiply(m, n, k, a, b, c, stride, accumulate, epilogue, rowSums: rowSums);
    }

    // ---- Partitions ----------------------------------------------------------------------------------------------

    private delegate void ElementBody<TState>(in TState state, long first, int count) where TState : struct;

    /// <summary>Splits the elements of a tensor into fixed blocks.</summary>
    private void ForElements<TState>(Tensor shape, in TState state, ElementBody<TState> body) where TState : struct
    {
        int blocks = checked((int)((shape.Length + ElementGrain - 1) / ElementGrain));
        For(blocks, 1, (state, body, shape.Length),
            static (in (TState State, ElementBody<TState> Body, long Length) s, int first, int last) =>
            {
                long start = (long)first * ElementGrain;
                s.Body(in s.State, start, (int)Math.Min(s.Length - start, (long)(last - first) * ElementGrain));
            });
    }

    private delegate void RowBody<TState>(in TState state, int row) where TState : struct;

    private void ForRows<TState>(int rows, int grain, in TState state, RowBody<TState> body) where TState : struct =>
        For(rows, grain, (state, body), static (in (TState State, RowBody<TState> Body) s, int first, int last) =>
        {
            for (int row = first; row < last; row++) s.Body(in s.State, row);
        });

    /// <summary>Rows a thread takes at a time, so that a part holds some 16,384 elements of work.</summary>
    private static int RowGrain(int workPerRow) => Math.Max(1, ElementGrain / Math.Max(1, workPerRow));

    private static Span<float> Span(Tensor tensor, long first, int count) => new(tensor.Pointer() + first, count);

    private static Span<float> Whole(Tensor tensor) => new(tensor.Pointer(), checked((int)tensor.Length));
}
