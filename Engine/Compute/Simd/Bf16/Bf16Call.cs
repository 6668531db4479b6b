using System.Runtime.InteropServices;

namespace ManualVae.Compute.Simd.Bf16;

/// <summary>What a kernel in machine code is told; one pointer to it is passed, the same in every calling convention.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct Bf16Call
{
    /// <summary>Pairs of k.</summary>
    public nint Pairs;
    /// <summary>Panels of pairs, and the tile of sums.</summary>
    public float* A, B, C;
    /// <summary>Bytes from a row of C to the next.</summary>
    public nint Stride;
    /// <summary>Not zero: add to C.</summary>
    public nint Accumulate;
    /// <summary>Addresses to prefetch, one for every two pairs.</summary>
    public void** Prefetch;
    /// <summary>Where Windows' callers' registers xmm6 to xmm15 wait.</summary>
    public fixed byte Saved[160];

    /// <summary>The byte offset of a field.</summary>
    public static int Offset(string field) => (int)Marshal.OffsetOf<Bf16Call>(field);
}
