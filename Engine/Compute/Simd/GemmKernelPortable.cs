using System.Numerics;
using System.Runtime.CompilerServices;

namespace ManualVae.Compute.Simd;

/// <summary>The micro-kernel for any processor.</summary>
internal static unsafe class GemmKernelPortable
{
    /// <summary>6 rows of two vectors, whatever their width.</summary>
    public static void Run(
        nint k, float* a, nint aRow, nint aK, float* b, nint bK, float* c, nint stride, bool accumulate,
        void** prefetch, float* ahead)
    {
        Vector<float> l0 = default, r0 = default, l1 = default, r1 = default, l2 = default, r2 = default,
            l3 = default, r3 = default, l4 = default, r4 = default, l5 = default, r5 = default;
        float* a3 = a + 3 * aRow;
        for (; k > 0; k--, a += aK, a3 += aK, b += bK)
        {
            var left = Vector.Load(b);
            var right = Vector.Load(b + Vector<float>.Count);
            var x = new Vector<float>(a[0]);
            l0 = Vector.MultiplyAddEstimate(x, left, l0);
            r0 = Vector.MultiplyAddEstimate(x, right, r0);
            x = new Vector<float>(a[aRow]);
            l1 = Vector.MultiplyAddEstimate(x, left, l1);
            r1 = Vector.MultiplyAddEstimate(x, right, r1);
            x = new Vector<float>(a[2 * aRow]);
            l2 = Vector.MultiplyAddEstimate(x, left, l2);
            r2 = Vector.MultiplyAddEstimate(x, right, r2);
            x = new Vector<float>(a3[0]);
            l3 = Vector.MultiplyAddEstimate(x, left, l3);
            r3 = Vector.MultiplyAddEstimate(x, right, r3);
            x = new Vector<float>(a3[aRow]);
            l4 = Vector.MultiplyAddEstimate(x, left, l4);
            r4 = Vector.MultiplyAddEstimate(x, right, r4);
            x = new Vector<float>(a3[2 * aRow]);
            l5 = Vector.MultiplyAddEstimate(x, left, l5);
            r5 = Vector.MultiplyAddEstimate(x, right, r5);
        }
        Store(l0, r0, c, accumulate);
        Store(l1, r1, c + stride, accumulate);
        Store(l2, r2, c + 2 * stride, accumulate);
        Store(l3, r3, c + 3 * stride, accumulate);
        Store(l4, r4, c + 4 * stride, accumulate);
        Store(l5, r5, c + 5 * stride, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector<float> left, Vector<float> right, float* c, bool accumulate)
    {
        if (accumulate)
        {
            left += Vector.Load(c);
            right += Vector.Load(c + Vector<float>.Count);
        }
        left.Store(c);
        right.Store(c + Vector<float>.Count);
    }
}
