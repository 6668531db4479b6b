using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ManualVae.Compute.Simd;

/// <summary>The micro-kernel for 256-bit vectors.</summary>
internal static unsafe class GemmKernel256
{
    /// <summary>6 x 16: each k costs 2 loads, 6 broadcasts and 12 multiply-adds.</summary>
    public static void Run(
        nint k, float* a, nint aRow, nint aK, float* b, nint bK, float* c, nint stride, bool accumulate, void** prefetch)
    {
        Vector256<float> l0 = default, r0 = default, l1 = default, r1 = default, l2 = default, r2 = default,
            l3 = default, r3 = default, l4 = default, r4 = default, l5 = default, r5 = default;
        float* a3 = a + 3 * aRow;
        for (; k > 0; k--, a += aK, a3 += aK, b += bK)
        {
            if (k % PrefetchList.Spacing == 0) Sse.Prefetch1(*prefetch++);
            var left = Vector256.Load(b);
            var right = Vector256.Load(b + 8);
            var x = Vector256.Create(a[0]);
            l0 = Vector256.MultiplyAddEstimate(x, left, l0);
            r0 = Vector256.MultiplyAddEstimate(x, right, r0);
            x = Vector256.Create(a[aRow]);
            l1 = Vector256.MultiplyAddEstimate(x, left, l1);
            r1 = Vector256.MultiplyAddEstimate(x, right, r1);
            x = Vector256.Create(a[2 * aRow]);
            l2 = Vector256.MultiplyAddEstimate(x, left, l2);
            r2 = Vector256.MultiplyAddEstimate(x, right, r2);
            x = Vector256.Create(a3[0]);
            l3 = Vector256.MultiplyAddEstimate(x, left, l3);
            r3 = Vector256.MultiplyAddEstimate(x, right, r3);
            x = Vector256.Create(a3[aRow]);
            l4 = Vector256.MultiplyAddEstimate(x, left, l4);
            r4 = Vector256.MultiplyAddEstimate(x, right, r4);
            x = Vector256.Create(a3[2 * aRow]);
            l5 = Vector256.MultiplyAddEstimate(x, left, l5);
            r5 = Vector256.MultiplyAddEstimate(x, right, r5);
        }
        Put(l0, r0, c, accumulate);
        Put(l1, r1, c + stride, accumulate);
        Put(l2, r2, c + 2 * stride, accumulate);
        Put(l3, r3, c + 3 * stride, accumulate);
        Put(l4, r4, c + 4 * stride, accumulate);
        Put(l5, r5, c + 5 * stride, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(Vector256<float> left, Vector256<float> right, float* c, bool accumulate)
    {
        if (accumulate)
        {
            left += Vector256.Load(c);
            right += Vector256.Load(c + 8);
        }
        left.Store(c);
        right.Store(c + 8);
    }
}
