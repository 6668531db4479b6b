using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ManualVae.Compute.Simd;

/// <summary>The micro-kernel for 512-bit vectors.</summary>
internal static unsafe class GemmKernel512
{
    /// <summary>12 x 32: each k costs 2 loads, 12 broadcasts and 24 multiply-adds.</summary>
    public static void Run(nint k, float* a, float* b, float* c, nint stride, bool accumulate)
    {
        Vector512<float> l0 = default, r0 = default, l1 = default, r1 = default, l2 = default, r2 = default,
            l3 = default, r3 = default, l4 = default, r4 = default, l5 = default, r5 = default;
        Vector512<float> l6 = default, r6 = default, l7 = default, r7 = default, l8 = default, r8 = default,
            l9 = default, r9 = default, l10 = default, r10 = default, l11 = default, r11 = default;
        for (; k > 0; k--, a += 12, b += 2 * 16)
        {
            var left = Vector512.Load(b);
            var right = Vector512.Load(b + 16);
            var x = Vector512.Create(a[0]);
            l0 = Vector512.MultiplyAddEstimate(x, left, l0);
            r0 = Vector512.MultiplyAddEstimate(x, right, r0);
            x = Vector512.Create(a[1]);
            l1 = Vector512.MultiplyAddEstimate(x, left, l1);
            r1 = Vector512.MultiplyAddEstimate(x, right, r1);
            x = Vector512.Create(a[2]);
            l2 = Vector512.MultiplyAddEstimate(x, left, l2);
            r2 = Vector512.MultiplyAddEstimate(x, right, r2);
            x = Vector512.Create(a[3]);
            l3 = Vector512.MultiplyAddEstimate(x, left, l3);
            r3 = Vector512.MultiplyAddEstimate(x, right, r3);
            x = Vector512.Create(a[4]);
            l4 = Vector512.MultiplyAddEstimate(x, left, l4);
            r4 = Vector512.MultiplyAddEstimate(x, right, r4);
            x = Vector512.Create(a[5]);
            l5 = Vector512.MultiplyAddEstimate(x, left, l5);
            r5 = Vector512.MultiplyAddEstimate(x, right, r5);
            x = Vector512.Create(a[6]);
            l6 = Vector512.MultiplyAddEstimate(x, left, l6);
            r6 = Vector512.MultiplyAddEstimate(x, right, r6);
            x = Vector512.Create(a[7]);
            l7 = Vector512.MultiplyAddEstimate(x, left, l7);
            r7 = Vector512.MultiplyAddEstimate(x, right, r7);
            x = Vector512.Create(a[8]);
            l8 = Vector512.MultiplyAddEstimate(x, left, l8);
            r8 = Vector512.MultiplyAddEstimate(x, right, r8);
            x = Vector512.Create(a[9]);
            l9 = Vector512.MultiplyAddEstimate(x, left, l9);
            r9 = Vector512.MultiplyAddEstimate(x, right, r9);
            x = Vector512.Create(a[10]);
            l10 = Vector512.MultiplyAddEstimate(x, left, l10);
            r10 = Vector512.MultiplyAddEstimate(x, right, r10);
            x = Vector512.Create(a[11]);
            l11 = Vector512.MultiplyAddEstimate(x, left, l11);
            r11 = Vector512.MultiplyAddEstimate(x, right, r11);
        }
        Put(l0, r0, c, accumulate);
        Put(l1, r1, c + stride, accumulate);
        Put(l2, r2, c + 2 * stride, accumulate);
        Put(l3, r3, c + 3 * stride, accumulate);
        Put(l4, r4, c + 4 * stride, accumulate);
        Put(l5, r5, c + 5 * stride, accumulate);
        Put(l6, r6, c + 6 * stride, accumulate);
        Put(l7, r7, c + 7 * stride, accumulate);
        Put(l8, r8, c + 8 * stride, accumulate);
        Put(l9, r9, c + 9 * stride, accumulate);
        Put(l10, r10, c + 10 * stride, accumulate);
        Put(l11, r11, c + 11 * stride, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(Vector512<float> left, Vector512<float> right, float* c, bool accumulate)
    {
        if (accumulate)
        {
            left += Vector512.Load(c);
            right += Vector512.Load(c + 16);
        }
        left.Store(c);
        right.Store(c + 16);
    }
}
