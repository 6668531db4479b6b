using System.Runtime.CompilerServices;
using View = ILGPU.ArrayView<float>;

namespace ManualVae.Compute.Gpu.Kernels;

/// <summary>
/// How a thread copies its eight floats of a slice [Depth, rows] of an operand to shared memory, where threads = 2 x rows and
/// Depth is 16. Neighbouring threads read neighbouring addresses: 16 depths of two rows if the operand is contiguous along the
/// inner dimension, else 32 rows of one depth.
/// </summary>
internal readonly struct GemmSlice
{
    /// <summary>Length along the inner dimension.</summary>
    public const int Depth = 16;

    private readonly int _row, _depth, _rowStep, _depthStep;

    public GemmSlice(bool alongInner, int thread, int rows)
    {
        _row = alongInner ? thread / Depth : thread % rows;
        _depth = alongInner ? thread % Depth : thread / rows;
        _rowStep = alongInner ? 2 * rows / Depth : 0;
        _depthStep = alongInner ? 0 : 2;
    }

    /// <summary>Rows of an operand from <paramref name="row"/>, depths from <paramref name="p"/>; zero outside.</summary>
    public Float8 Load(View operand, int rowStride, int depthStride, int rows, int end, int row, int p)
    {
        int i = row + _row;
        p += _depth;
        // Additions alone: multiplying 64-bit integers takes several instructions, and there are 16 elements to 1024
        // multiply-adds.
        long step = (long)_rowStep * rowStride + (long)_depthStep * depthStride;
        long at0 = (long)i * rowStride + (long)p * depthStride, at1 = at0 + step, at2 = at1 + step, at3 = at2 + step;
        long at4 = at3 + step, at5 = at4 + step, at6 = at5 + step, at7 = at6 + step;
        return new()
        {
            X0 = Read(operand, at0, i < rows && p < end),
            X1 = Read(operand, at1, i + _rowStep < rows && p + _depthStep < end),
            X2 = Read(operand, at2, i + 2 * _rowStep < rows && p + 2 * _depthStep < end),
            X3 = Read(operand, at3, i + 3 * _rowStep < rows && p + 3 * _depthStep < end),
            X4 = Read(operand, at4, i + 4 * _rowStep < rows && p + 4 * _depthStep < end),
            X5 = Read(operand, at5, i + 5 * _rowStep < rows && p + 5 * _depthStep < end),
            X6 = Read(operand, at6, i + 6 * _rowStep < rows && p + 6 * _depthStep < end),
            X7 = Read(operand, at7, i + 7 * _rowStep < rows && p + 7 * _depthStep < end),
        };
    }

    /// <summary>Writes what was loaded to shared memory [Depth, stride].</summary>
    public void Keep(View shared, int stride, Float8 values)
    {
        int at = _depth * stride + _row, next = _depthStep * stride + _rowStep;
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
    private static float Read(View operand, long at, bool inside) => inside ? operand[at] : 0;
}
