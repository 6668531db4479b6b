using ILGPU;
using ILGPU.Runtime;

namespace ManualVae.Compute.Gpu;

/// <summary>
/// Working memory of single operations: made at the first use, grown when a larger one comes, never given back in between.
/// </summary>
internal sealed partial class GpuBackend
{
    private MemoryBuffer1D<ulong, Stride1D.Dense>? _keys;
    private MemoryBuffer1D<int, Stride1D.Dense>? _items;
    private MemoryBuffer1D<float, Stride1D.Dense>? _itemScores, _parts;

    private ArrayView<T> Room<T>(ref MemoryBuffer1D<T, Stride1D.Dense>? memory, long length) where T : unmanaged
    {
        if (memory is null || memory.Length < length)
        {
            if (memory is not null)
            {
                Synchronize(); // queued kernels may still use it
                GiveBack(memory);
                memory = null;
            }
            memory = Take<T>(length);
        }
        return ((ArrayView<T>)memory.View).SubView(0, length);
    }
}
