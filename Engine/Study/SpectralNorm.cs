using System.Numerics.Tensors;
using ManualVae.Compute;
using ManualVae.Data;

namespace ManualVae.Study;

/// <summary>An upper bound of the largest singular value of a matrix, by power iteration from a random start.</summary>
/// <remarks>
/// Power iteration approaches sigma from below; a bound needs more. Let v be uniform on the sphere of R^n and c its component
/// along the top singular vector. q steps give ||(W'W)^q v|| at least |c| sigma^(2q), and |c| is at least t with a probability of
/// at least 1 - t sqrt(2n / pi). So sigma is at most (||(W'W)^q v|| / t)^(1/2q) but for that risk.
/// </remarks>
public static class SpectralNorm
{
    /// <summary>Probability that the bound is too small: one in a million.</summary>
    public const double Risk = 1e-6;

    private const int Steps = 100, Block = 64;

    /// <summary>
    /// The bound, at most 8 % above the largest singular value up to rounding, and never above the Frobenius norm. The start is
    /// the same on every call, so the result has the same bits on any number of threads.
    /// </summary>
    /// <param name="matrix">W, row by row.</param>
    /// <param name="columns">Length of a row.</param>
    public static double AtMost(double[] matrix, int columns)
    {
        double frobenius = TensorPrimitives.Norm<double>(matrix);
        int rows = columns == 0 ? 0 : matrix.Length / columns;
        if (rows <= 1 || columns == 1 || frobenius == 0) return frobenius;
        var key = new RandomKey(1, StudyDraw.Spectral, RandomPurpose.Study);
        double[] v = [.. Enumerable.Range(0, columns).Select(k => (double)CounterRandom.Normal(key, 0, (uint)k))];
        var y = new double[rows];
        double log = -Math.Log(TensorPrimitives.Norm<double>(v)); // of ||(W'W)^q v|| / ||v||
        for (int step = 0; step < Steps; step++)
        {
            Multiply(matrix, columns, v, y);
            double norm = TensorPrimitives.Norm<double>(v);
            if (norm == 0) return frobenius;
            log += Math.Log(norm);
            TensorPrimitives.Divide(v, norm, v);
        }
        double t = Risk * Math.Sqrt(Math.PI / (2 * columns));
        return Math.Min(frobenius, Math.Exp((log - Math.Log(t)) / (2 * Steps)));
    }

    /// <summary>v = W'W v, with y = W v on the way. Rows, then blocks of columns, belong to one thread each.</summary>
    private static void Multiply(double[] matrix, int columns, double[] v, double[] y)
    {
        Cores.For(0, y.Length, row =>
            y[row] = TensorPrimitives.Dot<double>(matrix.AsSpan(row * columns, columns), v));
        Cores.For(0, (columns + Block - 1) / Block, block =>
        {
            int first = block * Block, count = Math.Min(Block, columns - first);
            var sum = v.AsSpan(first, count);
            sum.Clear();
            for (int row = 0; row < y.Length; row++)
                TensorPrimitives.MultiplyAdd(matrix.AsSpan(row * columns + first, count), y[row], sum, sum);
        });
    }
}
