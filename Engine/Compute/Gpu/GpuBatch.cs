using ILGPU;
using ILGPU.Runtime;
using ManualVae.Compute.Gpu.Kernels;

namespace ManualVae.Compute.Gpu;

/// <summary>
/// A sparse batch whose structure and values also lie on the device. They travel through page-locked memory in two copies that the
/// device queues behind its work, so that loading does not wait for it.
/// </summary>
internal sealed class GpuBatch : SparseBatch, IDisposable
{
    private readonly GpuBackend _backend;
    private readonly MemoryBuffer1D<int, Stride1D.Dense> _structure;
    private readonly PageLockedArray1D<int> _stagedStructure;
    private readonly PageLockedArray1D<float> _stagedValues;
    private long _copiedAt = -1;

    public GpuBatch(GpuBackend backend, int maxRows, int columns, int maxEntries)
        : base(maxRows, columns, maxEntries, backend.Allocate(1, maxEntries), backend.Allocate(1, maxEntries))
    {
        _backend = backend;
        long active = Math.Min(columns, maxEntries);
        long numbers = 2L * maxRows + 1 + 3L * maxEntries + 2 * active + 1;
        _structure = backend.AllocateIndices(numbers);
        _stagedStructure = backend.Accelerator.AllocatePageLocked1D<int>(numbers);
        _stagedValues = backend.Accelerator.AllocatePageLocked1D<float>(Math.Max(1, maxEntries));
        EntryGradients = backend.Allocate(1, maxEntries);
    }

    /// <summary>The structure that was loaded last.</summary>
    public DeviceBatch Device { get; private set; }

    /// <summary>Room for one number a click.</summary>
    public Tensor EntryGradients { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stagedValues.Dispose();
        _stagedStructure.Dispose();
        _structure.Dispose();
    }

    /// <inheritdoc/>
    protected override void Loaded(ReadOnlySpan<float> values)
    {
        // Page-locked memory may be rewritten only when the last copy from it is over; usually a download has waited for it since.
        if (_copiedAt == _backend.Synchronizations) _backend.Synchronize();

        int written = 0;
        var (users, offsets, columns) = (Stage(Users), Stage(RowOffsets), Stage(ColumnIndices));
        var (active, columnOffsets) = (Stage(ActiveColumns), Stage(ColumnOffsets));
        var (rows, indices) = (Stage(EntryRows), Stage(EntryIndices));
        Device = new(users, offsets, columns, active, columnOffsets, rows, indices);
        var stream = _backend.Accelerator.DefaultStream;
        ((ArrayView<int>)_structure.View).SubView(0, written).CopyFrom(stream, _stagedStructure.ArrayView.SubView(0, written));
        if (values.Length > 0)
        {
            values.CopyTo(_stagedValues.Span);
            _backend.View(Targets).SubView(0, values.Length).CopyFrom(stream, _stagedValues.ArrayView.SubView(0, values.Length));
        }
        _copiedAt = _backend.Synchronizations;

        ArrayView<int> Stage(ReadOnlySpan<int> numbers)
        {
            numbers.CopyTo(_stagedStructure.Span[written..]);
            var view = ((ArrayView<int>)_structure.View).SubView(written, numbers.Length);
            written += numbers.Length;
            return view;
        }
    }
}
