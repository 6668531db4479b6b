using ILGPU;
using ILGPU.Runtime;

namespace ManualVae.Compute.Gpu;

/// <summary>Floats in the device's memory.</summary>
internal sealed class GpuBuffer(MemoryBuffer1D<float, Stride1D.Dense> memory) : TensorBuffer
{
    /// <inheritdoc/>
    public override long Length => memory.Length;

    /// <summary>The memory itself.</summary>
    public MemoryBuffer1D<float, Stride1D.Dense> Memory => memory;

    /// <summary>All elements, as kernels take them.</summary>
    public ArrayView<float> View => memory.View;
}
