using ManualVae.Compute.Simd;
using ManualVae.Data;

namespace ManualVae.Compute.Algebra;

/// <summary>The Gram matrix of many vectors.</summary>
internal static unsafe class VectorGram
{
    /// <summary>Vectors that are summed in single precision before they are added in double.</summary>
    private const int Chunk = 8192;

    /// <summary>Products below that are not worth the start of a thread.</summary>
    private const int Small = 1 << 22;

    /// <summary>weight V'V, d x d, both triangles, of vectors V, n x d.</summary>
    public static float[] Of(float[] vectors, int d, double weight)
    {
        var (part, sum) = (new float[d * d], new double[d * d]);
        using var pool = new WorkerPool((long)vectors.Length * d < Small ? 1 : 0);
        using var gemm = new Gemm(pool);
        int n = vectors.Length / d;
        fixed (float* v = vectors, c = part)
            for (int first = 0; first < n; first += Chunk)
            {
                var rows = new Operand(v + (nint)first * d, d, false);
                gemm.Multiply(d, d, Math.Min(Chunk, n - first), rows, rows, c, d, false, default(PlainEpilogue), lowerOnly: true);
                Cores.For(0, d, f =>
                {
                    for (int g = 0; g <= f; g++) sum[f * d + g] += part[f * d + g];
                });
            }
        Cores.For(0, d, f =>
        {
            for (int g = 0; g < d; g++) part[f * d + g] = (float)(weight * (g <= f ? sum[f * d + g] : sum[g * d + f]));
        });
        return part;
    }
}
