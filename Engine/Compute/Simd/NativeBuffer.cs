using System.Runtime.InteropServices;

namespace ManualVae.Compute.Simd;

/// <summary>
/// Single-precision floats in native memory, aligned to a cache line. The system zeroes large buffers page by page on first use,
/// so pages that nobody touches (the gradient of a parameter that is updated tile by tile) take no memory.
/// </summary>
internal sealed unsafe class NativeBuffer : TensorBuffer, IDisposable
{
    private const int Alignment = 64;
    private void* _block;

    public NativeBuffer(long length)
    {
        Length = length;
        _block = NativeMemory.AllocZeroed(checked((nuint)length * sizeof(float) + Alignment));
        Pointer = (float*)(((nuint)_block + Alignment - 1) & ~(nuint)(Alignment - 1));
        HugePages.Advise(Pointer, length * sizeof(float));
    }

    ~NativeBuffer() => Release();

    public override long Length { get; }

    /// <summary>The first element.</summary>
    public float* Pointer { get; private set; }

    public void Dispose()
    {
        Release();
        GC.SuppressFinalize(this);
    }

    private void Release()
    {
        NativeMemory.Free(_block);
        _block = null;
        Pointer = null;
    }
}
