namespace ManualVae.Compute.Simd;

/// <summary>A batch whose structure is read straight from the host arrays; the values lie in native memory.</summary>
internal sealed unsafe class SimdBatch(SimdBackend backend, int maxRows, int columns, int maxEntries)
    : SparseBatch(maxRows, columns, maxEntries, backend.Allocate(1, maxEntries), backend.Allocate(1, maxEntries))
{
    /// <inheritdoc/>
    public override void Dispose()
    {
        backend.Free(Inputs);
        backend.Free(Targets);
    }

    /// <inheritdoc/>
    protected override void Loaded(ReadOnlySpan<float> values) =>
        values.CopyTo(new Span<float>(Targets.Pointer(), values.Length));
}
