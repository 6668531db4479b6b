using ILGPU;
using ILGPU.Runtime;

namespace ManualVae.Compute.Gpu;

/// <summary>
/// Page-locked memory through which small uploads travel, one behind the other, so that the host goes on while the device still
/// works: a copy from ordinary memory would wait in the middle of a pass. It has two halves. One is written anew only when the
/// host has waited for the device since it was last written, which it does at the end of each step anyway.
/// </summary>
/// <param name="allocate">Takes page-locked memory for so many floats, at the first upload.</param>
/// <param name="stream">The queue of the device's work.</param>
/// <param name="waits">How often the host has waited for the device.</param>
/// <param name="wait">Waits for it once more.</param>
internal sealed class UploadRing(
    Func<long, PageLockedArray1D<float>> allocate, AcceleratorStream stream, Func<long> waits, Action wait)
{
    /// <summary>Floats of a half; larger uploads wait.</summary>
    public const int Half = 1 << 16;

    private readonly long[] _leftAt = [-1, -1];
    private PageLockedArray1D<float>? _memory;
    private int _half, _used;

    /// <summary>Queues a copy behind the device's work; the source may be changed at once.</summary>
    /// <param name="source">At most <see cref="Half"/> floats.</param>
    /// <param name="destination">As many.</param>
    public void Upload(ReadOnlySpan<float> source, ArrayView<float> destination)
    {
        _memory ??= allocate(2 * Half);
        if (_used + source.Length > Half)
        {
            _leftAt[_half] = waits();
            (_half, _used) = (_half ^ 1, 0);
            if (_leftAt[_half] == waits()) wait();
        }
        int at = _half * Half + _used;
        source.CopyTo(_memory.Span.Slice(at, source.Length));
        destination.CopyFrom(stream, _memory.ArrayView.SubView(at, source.Length));
        _used += source.Length;
    }
}
