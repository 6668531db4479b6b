using System.Runtime.CompilerServices;
using ILGPU;
using View = ILGPU.ArrayView<float>;

namespace ManualVae.Compute.Gpu.Kernels;

/// <summary>
/// How one of 256 threads copies its eight floats of a slice [16, 128] of an operand to shared memory: two fours, 8 depths apart,
/// each of a row if the operand is contiguous along the inner dimension, else of a depth. A four lies inside the operand or
/// outside as a whole, because its contiguous side is a multiple of four.
/// </summary>
internal readonly struct VectorSlice
{
    /// <summary>Length along the inner dimension.</summary>
    public const int Depth = 16;

    private readonly int _alongInner, _stride, _start, _second, _next, _limit;
    private readonly View _kept;

    /// <param name="alongInner">The operand is contiguous along the inner dimension.</param>
    /// <param name="distance">Of two rows, or of two depths if it is contiguous along rows; a multiple of four.</param>
    /// <param name="rows">Rows of the operand.</param>
    /// <param name="end">End of the inner dimension.</param>
    /// <param name="firstRow">First row of the slice.</param>
    /// <param name="shared">Where slices are kept, [Depth, stride].</param>
    /// <param name="stride">Distance of two depths there, a multiple of four.</param>
    public VectorSlice(bool alongInner, int distance, int rows, int end, int firstRow, View shared, int stride)
    {
        int thread = Group.IdxX, quarter = distance / 4; // positions count in fours
        int row = alongInner ? thread / 2 : thread % 32 * 4, depth = alongInner ? thread % 2 * 4 : thread / 32;
        int first = firstRow + row;
        (_alongInner, _stride) = (alongInner ? 1 : 0, stride);
        _limit = first < rows ? end - depth : int.MinValue / 2;
        _start = alongInner ? first * quarter + depth / 4 : depth * quarter + first / 4;
        _second = alongInner ? 2 : 8 * quarter;
        _next = alongInner ? 1 : 4 * quarter; // four depths on
        // Distances from here are constants, which a device adds to an address for nothing.
        _kept = shared.SubView(depth * stride + row, Depth * stride - depth * stride - row);
    }

    /// <summary>The fours of the slice that begins at depth <paramref name="p"/>, a multiple of four; zero outside.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Float8 Load(ArrayView<Float4> operand, int p)
    {
        int at = _start + p / 4 * _next;
        Float4 low = default, high = default;
        if (p < _limit) low = operand[at];
        if (p + 8 < _limit) high = operand[at + _second];
        return Float8.Join(low, high);
    }

    /// <summary>Writes what was loaded to shared memory.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Keep(Float8 values)
    {
        if (_alongInner == 0)
        {
            var fours = _kept.Cast<Float4>();
            fours[0] = values.Low;
            fours[2 * _stride] = values.High;
            return;
        }
        _kept[0] = values.X0;
        _kept[_stride] = values.X1;
        _kept[2 * _stride] = values.X2;
        _kept[3 * _stride] = values.X3;
        _kept[8 * _stride] = values.X4;
        _kept[9 * _stride] = values.X5;
        _kept[10 * _stride] = values.X6;
        _kept[11 * _stride] = values.X7;
    }
}
