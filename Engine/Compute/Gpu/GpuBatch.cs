using ILGPU;
using ILGPU.Runtime;
using ManualVae.Compute.Gpu.Kernels;

namespace ManualVae.Compute.Gpu;

/// <summary>
/// A sparse batch whose structure and values also lie on the device, twice: while queued work still reads one side, the next load
/// fills the other, through page-locked memory and on a stream of its own, so that it waits for no computation.
/// </summary>
internal sealed class GpuBatch : SparseBatch
{
    private readonly GpuBackend _backend;
    private readonly (MemoryBuffer1D<int, Stride1D.Dense> Structure, Tensor Targets)[] _sides;
    private readonly PageLockedArray1D<int> _stagedStructure;
    private readonly PageLockedArray1D<float> _stagedValues;
    private int _side;
    private long _loadedAt = -1;

    public GpuBatch(GpuBackend backend, int maxRows, int columns, int maxEntries)
        : base(maxRows, columns, maxEntries, backend.Allocate(1, maxEntries), backend.Allocate(1, maxEntries))
    {
        _backend = backend;
        long indices = 2L * maxRows + 1 + 3L * maxEntries + columns + 1L;
        _sides =
        [
            (backend.Take<int>(indices), Targets), (backend.Take<int>(indices), backend.Allocate(1, maxEntries)),
        ];
        _stagedStructure = backend.AllocatePageLocked<int>(indices);
        _stagedValues = backend.AllocatePageLocked<float>(maxEntries);
        EntryGradients = backend.Allocate(1, maxEntries);
        backend.Synchronize(); // new tensors are zeroed on the other stream
    }

    /// <summary>The structure that was loaded last.</summary>
    public DeviceBatch Device { get; private set; }

    /// <summary>Room for one float for each click.</summary>
    public Tensor EntryGradients { get; }

    /// <inheritdoc/>
    public override void Dispose()
    {
        if (_backend.Accelerator.IsDisposed) return; // all memory went with it
        _backend.Synchronize(); // queued work may still read the batch
        _backend.Free(Inputs);
        _backend.Free(EntryGradients);
        foreach (var (structure, targets) in _sides)
        {
            _backend.GiveBack(structure);
            _backend.Free(targets);
        }
        _backend.GiveBack(_stagedStructure);
        _backend.GiveBack(_stagedValues);
    }

    /// <inheritdoc/>
    protected override void Loaded(ReadOnlySpan<float> values)
    {
        // Work on the other side was queued before the load of this one; usually a download has waited for it since.
        if (_loadedAt == _backend.Synchronizations) _backend.Synchronize();
        _loadedAt = _backend.Synchronizations;

        _side ^= 1;
        var (structure, targets) = _sides[_side];
        Targets = targets;
        int written = 0;
        Device = new(
            Stage(Users), Stage(RowOffsets), Stage(ColumnIndices), StageOffsets(), Stage(EntryRows), Stage(EntryIndices));
        ((ArrayView<int>)structure.View).SubView(0, written)
            .CopyFrom(_backend.Uploads, _stagedStructure.ArrayView.SubView(0, written));
        if (values.Length > 0)
        {
            values.CopyTo(_stagedValues.Span);
            _backend.View(Targets).SubView(0, values.Length)
                .CopyFrom(_backend.Uploads, _stagedValues.ArrayView.SubView(0, values.Length));
        }
        // Waits for these two copies alone: what is queued next may read them, and the next load may stage.
        _backend.Uploads.Synchronize();

        ArrayView<int> Stage(ReadOnlySpan<int> indices)
        {
            indices.CopyTo(_stagedStructure.Span[written..]);
            return Staged(indices.Length);
        }

        // Of every item, so that a kernel finds an item's clicks without a search.
        ArrayView<int> StageOffsets()
        {
            var offsets = _stagedStructure.Span.Slice(written, Columns + 1);
            for (int item = 0, active = 0; item <= Columns; item++)
            {
                offsets[item] = ColumnOffsets[active];
                if (active < ActiveColumnCount && ActiveColumns[active] == item) active++;
            }
            return Staged(Columns + 1);
        }

        ArrayView<int> Staged(int count)
        {
            var view = ((ArrayView<int>)structure.View).SubView(written, count);
            written += count;
            return view;
        }
    }
}
