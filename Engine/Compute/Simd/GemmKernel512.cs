using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ManualVae.Compute.Simd;

/// <summary>The micro-kernel for 512-bit vectors.</summary>
internal static unsafe class GemmKernel512
{
    /// <summary>12 x 32: each k costs 2 loads, 12 broadcasts and 24 multiply-adds.</summary>
    public static void Run(
        nint k, float* a, nint aRow, nint aK, float* b, nint bK, float* c, nint stride, bool accumulate,
        void** prefetch, float* ahead)
    {
        Vector512<float> l0 = default, r0 = default, l1 = default, r1 = default, l2 = default, r2 = default,
            l3 = default, r3 = default, l4 = default, r4 = default, l5 = default, r5 = default;
        Vector512<float> l6 = default, r6 = default, l7 = default, r7 = default, l8 = default, r8 = default,
            l9 = default, r9 = default, l10 = default, r10 = default, l11 = default, r11 = default;
        float* a3 = a + 3 * aRow, a6 = a3 + 3 * aRow, a9 = a6 + 3 * aRow;
        for (; k > 0; k--, a += aK, a3 += aK, a6 += aK, a9 += aK, b += bK)
        {
            if (Sse.IsSupported && k % PrefetchList.Spacing == 0) Sse.Prefetch1(*prefetch++);
            var left = Vector512.Load(b);
            var right = Vector512.Load(b + 16);
            var x = Vector512.Create(a[0]);
            l0 = Vector512.MultiplyAddEstimate(x, left, l0);
            r0 = Vector512.MultiplyAddEstimate(x, right, r0);
            x = Vector512.Create(a[aRow]);
            l1 = Vector512.MultiplyAddEstimate(x, left, l1);
            r1 = Vector512.MultiplyAddEstimate(x, right, r1);
            x = Vector512.Create(a[2 * aRow]);
            l2 = Vector512.MultiplyAddEstimate(x, left, l2);
            r2 = Vector512.MultiplyAddEstimate(x, right, r2);
            x = Vector512.Create(a3[0]);
            l3 = Vector512.MultiplyAddEstimate(x, left, l3);
            r3 = Vector512.MultiplyAddEstimate(x, right, r3);
            x = Vector512.Create(a3[aRow]);
            l4 = Vector512.MultiplyAddEstimate(x, left, l4);
            r4 = Vector512.MultiplyAddEstimate(x, right, r4);
            x = Vector512.Create(a3[2 * aRow]);
            l5 = Vector512.MultiplyAddEstimate(x, left, l5);
            r5 = Vector512.MultiplyAddEstimate(x, right, r5);
            x = Vector512.Create(a6[0]);
            l6 = Vector512.MultiplyAddEstimate(x, left, l6);
            r6 = Vector512.MultiplyAddEstimate(x, right, r6);
            x = Vector512.Create(a6[aRow]);
            l7 = Vector512.MultiplyAddEstimate(x, left, l7);
            r7 = Vector512.MultiplyAddEstimate(x, right, r7);
            x = Vector512.Create(a6[2 * aRow]);
            l8 = Vector512.MultiplyAddEstimate(x, left, l8);
            r8 = Vector512.MultiplyAddEstimate(x, right, r8);
            x = Vector512.Create(a9[0]);
            l9 = Vector512.MultiplyAddEstimate(x, left, l9);
            r9 = Vector512.MultiplyAddEstimate(x, right, r9);
            x = Vector512.Create(a9[aRow]);
            l10 = Vector512.MultiplyAddEstimate(x, left, l10);
            r10 = Vector512.MultiplyAddEstimate(x, right, r10);
            x = Vector512.Create(a9[2 * aRow]);
            l11 = Vector512.MultiplyAddEstimate(x, left, l11);
            r11 = Vector512.MultiplyAddEstimate(x, right, r11);
        }
        Store(l0, r0, c, accumulate);
        Store(l1, r1, c + stride, accumulate);
        Store(l2, r2, c + 2 * stride, accumulate);
        Store(l3, r3, c + 3 * stride, accumulate);
        Store(l4, r4, c + 4 * stride, accumulate);
        Store(l5, r5, c + 5 * stride, accumulate);
        Store(l6, r6, c + 6 * stride, accumulate);
        Store(l7, r7, c + 7 * stride, accumulate);
        Store(l8, r8, c + 8 * stride, accumulate);
        Store(l9, r9, c + 9 * stride, accumulate);
        Store(l10, r10, c + 10 * stride, accumulate);
        Store(l11, r11, c + 11 * stride, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector512<float> left, Vector512<float> right, float* c, bool accumulate)
    {
        Store(left, c, accumulate);
        Store(right, c + 16, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector512<float> sums, float* c, bool accumulate) =>
        (accumulate ? sums + Vector512.Load(c) : sums).Store(c);
}
