namespace ManualVae.Compute;

/// <summary>
/// Memory that its owner (a model, a study) takes on a backend piece by piece and gives back as one. A counting scope takes
/// nothing: built in it, a model says how much it would take.
/// </summary>
/// <param name="backend">Where the memory lies; stays the caller's.</param>
/// <param name="counting">Only count: tensors have shapes but no memory, and must not be computed with.</param>
public sealed class MemoryScope(IBackend backend, bool counting = false) : IDisposable
{
    private readonly List<Tensor> _tensors = [];
    private readonly List<SparseBatch> _batches = [];

    /// <summary>Where the memory lies.</summary>
    public IBackend Backend => backend;

    /// <summary>True if the scope only counts.</summary>
    public bool IsCounting => counting;

    /// <summary>Bytes taken so far; with <see cref="IsCounting"/>, bytes that would be taken.</summary>
    public long Bytes { get; private set; }

    /// <summary>A new tensor, zeroed; it lives as long as the scope.</summary>
    public Tensor Allocate(int rows, int columns)
    {
        Bytes += (long)rows * columns * (backend.IsDoublePrecision ? sizeof(double) : sizeof(float));
        if (counting) return new Tensor(new Placeholder((long)rows * columns), 0, rows, columns);
        var tensor = backend.Allocate(rows, columns);
        _tensors.Add(tensor);
        return tensor;
    }

    /// <summary>A new batch; it lives as long as the scope, or until <see cref="Free(SparseBatch)"/>.</summary>
    public SparseBatch AllocateBatch(int maxRows, int columns, int maxEntries)
    {
        if (counting) throw new InvalidOperationException("A counting scope has no batches; count them by CountBatch.");
        CountBatch(maxRows, columns, maxEntries);
        var batch = backend.AllocateBatch(maxRows, columns, maxEntries);
        _batches.Add(batch);
        return batch;
    }

    /// <summary>Counts bytes that are taken elsewhere.</summary>
    internal void Count(long bytes) => Bytes += bytes;

    /// <summary>Counts a batch without making it.</summary>
    public void CountBatch(int maxRows, int columns, int maxEntries) =>
        Bytes += SparseBatch.Bytes(maxRows, backend.OwnItems(columns).Count, maxEntries, backend.IsDoublePrecision);

    /// <summary>Gives one batch back before the scope ends.</summary>
    public void Free(SparseBatch batch)
    {
        Bytes -= SparseBatch.Bytes(batch.MaxRows, batch.Columns, batch.MaxEntries, backend.IsDoublePrecision);
        _batches.Remove(batch);
        batch.Dispose();
    }

    /// <summary>Gives one tensor back before the scope ends; none is skipped.</summary>
    public void Free(Tensor tensor)
    {
        if (tensor.IsNone) return;
        Bytes -= tensor.Length * (backend.IsDoublePrecision ? sizeof(double) : sizeof(float));
        if (counting) return;
        _tensors.Remove(tensor);
        backend.Free(tensor);
    }

    /// <summary>Gives everything back.</summary>
    public void Dispose()
    {
        foreach (var batch in _batches) batch.Dispose();
        foreach (var tensor in _tensors) backend.Free(tensor);
        _batches.Clear();
        _tensors.Clear();
        Bytes = 0;
    }

    private sealed class Placeholder(long length) : TensorBuffer
    {
        public override long Length => length;
    }
}
