using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace ManualVae.Compute.Simd;

/// <summary>
/// The micro-kernel for few columns, as with one user. With AVX2 in 128-bit vectors: the loads of the left operand take the time,
/// and on some processors a broadcast to 256 bits is two operations.
/// </summary>
internal static unsafe class GemmKernelNarrow
{
    /// <summary>12 rows of one vector.</summary>
    public static void Run<TLanes, TVector>(
        nint k, float* a, nint aRow, nint aK, float* b, nint bK, float* c, nint stride, bool accumulate,
        void** prefetch, float* ahead)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        TVector s0 = default, s1 = default, s2 = default, s3 = default, s4 = default, s5 = default,
            s6 = default, s7 = default, s8 = default, s9 = default, s10 = default, s11 = default;
        float* a3 = a + 3 * aRow, a6 = a3 + 3 * aRow, a9 = a6 + 3 * aRow;
        for (; k > 0; k--, a += aK, a3 += aK, a6 += aK, a9 += aK, b += bK)
        {
            if (Sse.IsSupported && k % PrefetchList.Spacing == 0) Sse.Prefetch1(*prefetch++);
            var x = TLanes.Load(b);
            s0 = TLanes.MultiplyAdd(TLanes.All(a[0]), x, s0);
            s1 = TLanes.MultiplyAdd(TLanes.All(a[aRow]), x, s1);
            s2 = TLanes.MultiplyAdd(TLanes.All(a[2 * aRow]), x, s2);
            s3 = TLanes.MultiplyAdd(TLanes.All(a3[0]), x, s3);
            s4 = TLanes.MultiplyAdd(TLanes.All(a3[aRow]), x, s4);
            s5 = TLanes.MultiplyAdd(TLanes.All(a3[2 * aRow]), x, s5);
            s6 = TLanes.MultiplyAdd(TLanes.All(a6[0]), x, s6);
            s7 = TLanes.MultiplyAdd(TLanes.All(a6[aRow]), x, s7);
            s8 = TLanes.MultiplyAdd(TLanes.All(a6[2 * aRow]), x, s8);
            s9 = TLanes.MultiplyAdd(TLanes.All(a9[0]), x, s9);
            s10 = TLanes.MultiplyAdd(TLanes.All(a9[aRow]), x, s10);
            s11 = TLanes.MultiplyAdd(TLanes.All(a9[2 * aRow]), x, s11);
        }
        Store<TLanes, TVector>(s0, c, accumulate);
        Store<TLanes, TVector>(s1, c + stride, accumulate);
        Store<TLanes, TVector>(s2, c + 2 * stride, accumulate);
        Store<TLanes, TVector>(s3, c + 3 * stride, accumulate);
        Store<TLanes, TVector>(s4, c + 4 * stride, accumulate);
        Store<TLanes, TVector>(s5, c + 5 * stride, accumulate);
        Store<TLanes, TVector>(s6, c + 6 * stride, accumulate);
        Store<TLanes, TVector>(s7, c + 7 * stride, accumulate);
        Store<TLanes, TVector>(s8, c + 8 * stride, accumulate);
        Store<TLanes, TVector>(s9, c + 9 * stride, accumulate);
        Store<TLanes, TVector>(s10, c + 10 * stride, accumulate);
        Store<TLanes, TVector>(s11, c + 11 * stride, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<TLanes, TVector>(TVector sums, float* c, bool accumulate)
        where TLanes : struct, ILanes<TVector> =>
        TLanes.Store(accumulate ? TLanes.Add(sums, TLanes.Load(c)) : sums, c);
}
