namespace ManualVae.Compute.Simd;

/// <summary>What becomes of a finished tile of the product; a struct, so that the driver is compiled for each.</summary>
internal unsafe interface IEpilogue
{
    /// <summary>True if tiles simply go to C, so that the kernel may write there itself.</summary>
    static abstract bool IsPlain { get; }

    /// <summary>
    /// Lists the memory that <see cref="Finish"/> will touch. It is usually in no cache, and is prefetched during the sums.
    /// </summary>
    void** ListLines(int row, int column, int rows, int columns, void** list);

    /// <summary>Takes the finished sums of C's rows [row, row + rows), columns [column, column + columns).</summary>
    void Finish(float* tile, int stride, int row, int column, int rows, int columns);
}

/// <summary>C = product, or C += product.</summary>
internal readonly struct PlainEpilogue : IEpilogue
{
    public static bool IsPlain => true;

    public unsafe void** ListLines(int row, int column, int rows, int columns, void** list) => list;

    public unsafe void Finish(float* tile, int stride, int row, int column, int rows, int columns) { }
}

/// <summary>y = f(product + bias).</summary>
internal readonly unsafe struct BiasEpilogue(float* y, nint yStride, float* bias, Activation activation) : IEpilogue
{
    public static bool IsPlain => false;

    public void** ListLines(int row, int column, int rows, int columns, void** list) =>
        PrefetchList.AddTile(list, y + row * yStride + column, yStride, rows, columns);

    public void Finish(float* tile, int stride, int row, int column, int rows, int columns)
    {
        for (int i = 0; i < rows; i++)
        {
            float* to = y + (row + i) * yStride + column, from = tile + i * stride;
            if (bias != null) Elementwise.Apply(new AddScaled(1), columns, to, bias + column, from);
            else new ReadOnlySpan<float>(from, columns).CopyTo(new Span<float>(to, columns));
            Activations.Apply(activation, columns, to);
        }
    }
}

/// <summary>The product is the gradient of a weight: Adam applies it tile by tile, and it never goes to memory.</summary>
/// <param name="update">The update.</param>
/// <param name="w">Weights.</param>
/// <param name="m">First moments.</param>
/// <param name="v">Second moments.</param>
/// <param name="stride">Distance of rows in all three.</param>
/// <param name="momentRows">The row of the moments that belongs to each row of weights; null for the same.</param>
internal readonly unsafe struct AdamEpilogue(
    AdamUpdate update, float* w, float* m, float* v, nint stride, int* momentRows) : IEpilogue
{
    public static bool IsPlain => false;

    public void** ListLines(int row, int column, int rows, int columns, void** list)
    {
        nint at = row * stride + column;
        list = PrefetchList.AddTile(list, w + at, stride, rows, columns);
        if (momentRows == null)
        {
            list = PrefetchList.AddTile(list, m + at, stride, rows, columns);
            return PrefetchList.AddTile(list, v + at, stride, rows, columns);
        }
        for (int i = 0; i < rows; i++)
        {
            nint place = momentRows[row + i] * stride + column;
            list = PrefetchList.AddTile(list, m + place, stride, 1, columns);
            list = PrefetchList.AddTile(list, v + place, stride, 1, columns);
        }
        return list;
    }

    public void Finish(float* tile, int tileStride, int row, int column, int rows, int columns)
    {
        for (int i = 0; i < rows; i++)
        {
            nint at = (row + i) * stride + column;
            nint place = momentRows == null ? at : momentRows[row + i] * stride + column;
            update.Apply(columns, tile + i * tileStride, w + at, m + place, v + place);
        }
    }
}
