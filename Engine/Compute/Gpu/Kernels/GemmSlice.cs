using System.Runtime.CompilerServices;
using ILGPU;

namespace ManualVae.Compute.Gpu.Kernels;

/// <summary>
/// How a thread copies its eight numbers of a slice [Depth, rows] of an operand to shared memory, where threads = 2 x rows and Depth is
/// 16. Neighbouring threads read neighbouring addresses: along the inner dimension where the operand is contiguous that way, else every
/// second depth of one row.
/// </summary>
internal readonly struct GemmSlice(bool alongInner, int thread, int rows)
{
    /// <summary>Length along the inner dimension.</summary>
    public const int Depth = 16;

    private readonly int _row = alongInner ? thread / 2 : thread % rows;
    private readonly int _depth = alongInner ? thread % 2 * 8 : thread / rows;
    private readonly int _step = alongInner ? 1 : 2;

    /// <summary>Rows from <paramref name="row"/> of op(A), depths from <paramref name="p"/>; zero outside.</summary>
    public Float8 LoadA(in GemmArguments g, int row, int p, int end)
    {
        int i = row + _row;
        p += _depth;
        return new()
        {
            X0 = A(g, i, p, end), X1 = A(g, i, p + _step, end), X2 = A(g, i, p + 2 * _step, end), X3 = A(g, i, p + 3 * _step, end),
            X4 = A(g, i, p + 4 * _step, end), X5 = A(g, i, p + 5 * _step, end), X6 = A(g, i, p + 6 * _step, end),
            X7 = A(g, i, p + 7 * _step, end),
        };
    }

    /// <summary>Columns from <paramref name="column"/> of op(B), depths from <paramref name="p"/>; zero outside.</summary>
    public Float8 LoadB(in GemmArguments g, int column, int p, int end)
    {
        int j = column + _row;
        p += _depth;
        return new()
        {
            X0 = B(g, p, j, end), X1 = B(g, p + _step, j, end), X2 = B(g, p + 2 * _step, j, end), X3 = B(g, p + 3 * _step, j, end),
            X4 = B(g, p + 4 * _step, j, end), X5 = B(g, p + 5 * _step, j, end), X6 = B(g, p + 6 * _step, j, end),
            X7 = B(g, p + 7 * _step, j, end),
        };
    }

    /// <summary>Writes what was loaded to shared memory [Depth, stride].</summary>
    public void Keep(ArrayView<float> shared, int stride, Float8 values)
    {
        int at = _depth * stride + _row, next = _step * stride;
        shared[at] = values.X0;
        shared[at + next] = values.X1;
        shared[at + 2 * next] = values.X2;
        shared[at + 3 * next] = values.X3;
        shared[at + 4 * next] = values.X4;
        shared[at + 5 * next] = values.X5;
        shared[at + 6 * next] = values.X6;
        shared[at + 7 * next] = values.X7;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float A(in GemmArguments g, int i, int p, int end) => p < end ? Gemm.LoadA(g, i, p) : 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float B(in GemmArguments g, int p, int j, int end) => p < end ? Gemm.LoadB(g, p, j) : 0;
}
