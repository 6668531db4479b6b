namespace ManualVae.Compute.Simd;

/// <summary>A batch whose structure is read straight from the host arrays; the values lie in native memory.</summary>
internal sealed unsafe class SimdBatch(int maxRows, int columns, int maxEntries, Tensor inputs, Tensor targets)
    : SparseBatch(maxRows, columns, maxEntries, inputs, targets)
{
    /// <inheritdoc/>
    protected override void Loaded(ReadOnlySpan<float> values) =>
        values.CopyTo(new Span<float>(Targets.Pointer(), values.Length));
}
