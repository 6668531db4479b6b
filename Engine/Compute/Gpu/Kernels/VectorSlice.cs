using System.Runtime.CompilerServices;
using ILGPU;
using View = ILGPU.ArrayView<float>;

namespace ManualVae.Compute.Gpu.Kernels;

/// <summary>
/// How a thread copies its eight floats of a slice [depths, tile] of an operand to shared memory, where threads = depths x tile /
/// 8: two fours, half the depths apart, each of a row if the operand is contiguous along the inner dimension, else of a depth. A
/// four lies inside the operand or outside as a whole, because its contiguous side is a multiple of four.
/// </summary>
internal readonly struct VectorSlice
{
    private readonly int _alongInner, _stride, _halfDepth, _keptHalf, _start, _second, _next, _limit;
    private readonly View _kept;

    /// <param name="alongInner">The operand is contiguous along the inner dimension.</param>
    /// <param name="distance">Of two rows, or of two depths if it is contiguous along rows; a multiple of four.</param>
    /// <param name="rows">Rows of the operand.</param>
    /// <param name="end">End of the inner dimension.</param>
    /// <param name="firstRow">First row of the slice.</param>
    /// <param name="shared">Where slices are kept.</param>
    /// <param name="tile">Rows of a slice.</param>
    /// <param name="depths">Its length along the inner dimension: 8 or 16.</param>
    /// <param name="stride">Distance of two depths where it is kept, a multiple of four.</param>
    /// <param name="gap">Room behind every four depths there.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public VectorSlice(bool alongInner, int distance, int rows, int end, int firstRow, View shared, int tile, int depths,
        int stride, int gap = 0)
    {
        int thread = Group.IdxX, quarter = distance / 4; // positions count in fours
        int inRow = depths / 8, across = tile / 4;
        int row = alongInner ? thread / inRow : thread % across * 4, depth = alongInner ? thread % inRow * 4 : thread / across;
        int first = firstRow + row;
        (_alongInner, _stride, _halfDepth) = (alongInner ? 1 : 0, stride, depths / 2);
        _keptHalf = depths / 2 * stride + depths / 8 * gap;
        _limit = first < rows ? end - depth : int.MinValue / 2;
        _start = alongInner ? first * quarter + depth / 4 : depth * quarter + first / 4;
        _second = alongInner ? depths / 8 : depths / 2 * quarter;
        _next = alongInner ? 1 : 4 * quarter; // four depths on
        // Distances from here are constants, which a device adds to an address for nothing.
        int at = depth * stride + depth / 4 * gap + row;
        _kept = shared.SubView(at, depths * stride + depths / 4 * gap - at);
    }

    /// <summary>The fours of the slice that begins at depth <paramref name="p"/>, a multiple of four; zero outside.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Float8 Load(ArrayView<Float4> operand, int p)
    {
        int at = _start + p / 4 * _next;
        Float4 low = default, high = default;
        if (p < _limit) low = operand[at];
        if (p + _halfDepth < _limit) high = operand[at + _second];
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
            fours[_keptHalf / 4] = values.High;
            return;
        }
        _kept[0] = values.X0;
        _kept[_stride] = values.X1;
        _kept[2 * _stride] = values.X2;
        _kept[3 * _stride] = values.X3;
        _kept[_keptHalf] = values.X4;
        _kept[_keptHalf + _stride] = values.X5;
        _kept[_keptHalf + 2 * _stride] = values.X6;
        _kept[_keptHalf + 3 * _stride] = values.X7;
    }
}
