using ManualVae.Compute.Simd.Bf16;

namespace ManualVae.Compute.Simd;

/// <summary>The operands of x W' for a few rows of x, in single precision or held in bfloat16.</summary>
internal readonly unsafe struct RowsTimesWeight
{
    private readonly float* _x, _w;
    private readonly int _k;
    private readonly HeldWeight? _held;

    /// <summary>In single precision.</summary>
    /// <param name="x">x [rows, k].</param>
    /// <param name="w">W [items, k].</param>
    public RowsTimesWeight(Tensor x, Tensor w)
    {
        _x = x.Pointer();
        _w = w.Pointer();
        (_k, Rows, Items, Width) = (x.Columns, x.Rows, w.Rows, FewRows.Width);
    }

    /// <summary>With a held weight.</summary>
    /// <param name="rounded">x as <see cref="FewPairs.Round"/> gives it.</param>
    /// <param name="rows">Rows of x.</param>
    /// <param name="held">W.</param>
    public RowsTimesWeight(float* rounded, int rows, HeldWeight held)
    {
        _x = rounded;
        (_held, Rows, Items, Width) = (held, rows, held.Items, HeldWeight.Width);
    }

    /// <summary>Rows of x.</summary>
    public int Rows { get; }

    /// <summary>Rows of W.</summary>
    public int Items { get; }

    /// <summary>Ranges of items begin at multiples of it.</summary>
    public int Width { get; }

    /// <summary>Sums of items [first, first + count), into a tile whose rows have room for a multiple of the width.</summary>
    public void Multiply(int first, int count, float* tile, int stride)
    {
        if (_held is null) FewRows.Multiply(_w + (nint)first * _k, count, _k, _x, Rows, tile, stride, _w + (nint)Items * _k);
        else FewPairs.Multiply(_held, first, count, _x, Rows, tile, stride);
    }
}
