using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ManualVae.Compute.Simd;

/// <summary>The micro-kernel for 256-bit vectors.</summary>
internal static unsafe class GemmKernel256
{
    /// <summary>
    /// Steps of k in which the wide kernel prefetches one line of the list and one of the next panel: twelve tiles prefetch a
    /// panel.
    /// </summary>
    public const int Spacing = 8;

    /// <summary>
    /// 4 x 24: each k costs 3 loads, 4 broadcasts and 12 multiply-adds; with the operands, all 16 registers are in use.
    /// </summary>
    public static void Run(
        nint k, float* a, nint aRow, nint aK, float* b, nint bK, float* c, nint stride, bool accumulate,
        void** prefetch, float* ahead)
    {
        Vector256<float> l0 = default, m0 = default, r0 = default, l1 = default, m1 = default, r1 = default,
            l2 = default, m2 = default, r2 = default, l3 = default, m3 = default, r3 = default;
        for (; k > 0; k--, a += aK, b += bK)
        {
            if (Sse.IsSupported && k % (Spacing / 2) == 0)
            {
                if (k % Spacing == 0) Sse.Prefetch1(*prefetch++);
                else
                {
                    Sse.Prefetch1(ahead);
                    ahead += PrefetchList.Line;
                }
            }
            var left = Vector256.Load(b);
            var middle = Vector256.Load(b + 8);
            var right = Vector256.Load(b + 16);
            var x = Vector256.Create(a[0]);
            l0 = Vector256.MultiplyAddEstimate(x, left, l0);
            m0 = Vector256.MultiplyAddEstimate(x, middle, m0);
            r0 = Vector256.MultiplyAddEstimate(x, right, r0);
            x = Vector256.Create(a[aRow]);
            l1 = Vector256.MultiplyAddEstimate(x, left, l1);
            m1 = Vector256.MultiplyAddEstimate(x, middle, m1);
            r1 = Vector256.MultiplyAddEstimate(x, right, r1);
            x = Vector256.Create(a[2 * aRow]);
            l2 = Vector256.MultiplyAddEstimate(x, left, l2);
            m2 = Vector256.MultiplyAddEstimate(x, middle, m2);
            r2 = Vector256.MultiplyAddEstimate(x, right, r2);
            x = Vector256.Create(a[3 * aRow]);
            l3 = Vector256.MultiplyAddEstimate(x, left, l3);
            m3 = Vector256.MultiplyAddEstimate(x, middle, m3);
            r3 = Vector256.MultiplyAddEstimate(x, right, r3);
        }
        Store(l0, m0, r0, c, accumulate);
        Store(l1, m1, r1, c + stride, accumulate);
        Store(l2, m2, r2, c + 2 * stride, accumulate);
        Store(l3, m3, r3, c + 3 * stride, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector256<float> left, Vector256<float> middle, Vector256<float> right, float* c, bool accumulate)
    {
        Store(left, c, accumulate);
        Store(middle, c + 8, accumulate);
        Store(right, c + 16, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector256<float> sums, float* c, bool accumulate) =>
        (accumulate ? sums + Vector256.Load(c) : sums).Store(c);
}
