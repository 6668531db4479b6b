using System.Runtime.CompilerServices;
using View = ILGPU.ArrayView<float>;

namespace ManualVae.Compute.Gpu.Kernels;

/// <summary>
/// A product C [M, N] (+)= f(op(A) op(B) + bias) for any of the three layouts: element (i, p) of op(A) lies at
/// A[i ARow + p AColumn], element (p, j) of op(B) at B[p BRow + j BColumn]; one of each pair of strides is 1.
/// </summary>
internal struct GemmArguments
{
    public View A, B, C, Bias;

    /// <summary>If wanted, the product is a gradient, and this update of C takes it; it does not go to memory.</summary>
    public DeviceAdam Adam;

    /// <summary>Partial products [Splits, M, N] if the inner dimension is divided among groups; else empty.</summary>
    public View Partial;

    public int M, N, K, ARow, AColumn, BRow, BColumn, Accumulate, Activation;

    /// <summary>1 if <see cref="GemmVector.Fits"/>.</summary>
    public int FitsVectors;

    /// <summary>Length of the inner dimension that one group takes: K unless it is divided.</summary>
    public int Chunk;
}

/// <summary>What all product kernels share.</summary>
internal static class Gemm
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float LoadA(in GemmArguments g, int i, int p) =>
        i < g.M && p < g.K ? g.A[(long)i * g.ARow + (long)p * g.AColumn] : 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float LoadB(in GemmArguments g, int p, int j) =>
        p < g.K && j < g.N ? g.B[(long)p * g.BRow + (long)j * g.BColumn] : 0;

    /// <summary>Writes an element if it lies inside the matrix; a divided product only writes its part.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(in GemmArguments g, int split, int i, int j, float sum)
    {
        if (i >= g.M || j >= g.N) return;
        if (g.Partial.Length > 0) g.Partial[((long)split * g.M + i) * g.N + j] = sum;
        else Finish(g, (long)i * g.N + j, j, sum);
    }

    /// <summary>Adds the parts of a divided product in order. One thread an element.</summary>
    public static void SumParts(GemmArguments g, int splits)
    {
        long size = (long)g.M * g.N;
        for (long i = ElementKernels.First; i < size; i += ElementKernels.Stride)
        {
            float sum = 0;
            for (int split = 0; split < splits; split++) sum += g.Partial[split * size + i];
            Finish(g, i, (int)(i % g.N), sum);
        }
    }

    private static void Finish(in GemmArguments g, long at, int column, float sum)
    {
        if (g.Bias.Length > 0) sum += g.Bias[column];
        sum = ElementKernels.Apply(g.Activation, sum);
        if (g.Adam.IsWanted) g.Adam.Move(at, sum);
        else g.C[at] = g.Accumulate != 0 ? g.C[at] + sum : sum;
    }
}
