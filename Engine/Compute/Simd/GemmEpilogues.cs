using System.Runtime.Intrinsics.X86;

namespace ManualVae.Compute.Simd;

/// <summary>What becomes of a finished tile of the product; a struct, so that the driver is compiled for each.</summary>
internal unsafe interface IEpilogue
{
    /// <summary>True where tiles simply go to C, so that the kernel may write there itself.</summary>
    static abstract bool IsPlain { get; }

    /// <summary>Asks for what <see cref="Finish"/> will touch, while the sums are under way: it is usually far away.</summary>
    void Prefetch(int row, int column, int rows, int columns);

    /// <summary>Takes the finished sums of C's rows [row, row + rows), columns [column, column + columns).</summary>
    void Finish(float* tile, int stride, int row, int column, int rows, int columns);
}

/// <summary>C = product, or C += product.</summary>
internal readonly struct PlainEpilogue : IEpilogue
{
    public static bool IsPlain => true;

    public void Prefetch(int row, int column, int rows, int columns) { }

    public unsafe void Finish(float* tile, int stride, int row, int column, int rows, int columns) { }
}

/// <summary>y = f(product + bias).</summary>
internal readonly unsafe struct BiasEpilogue(float* y, nint yStride, float* bias, Activation activation) : IEpilogue
{
    public static bool IsPlain => false;

    public void Prefetch(int row, int column, int rows, int columns) =>
        TilePrefetch.Lines(y + row * yStride + column, yStride, rows, columns);

    public void Finish(float* tile, int stride, int row, int column, int rows, int columns)
    {
        for (int i = 0; i < rows; i++)
        {
            float* to = y + (row + i) * yStride + column, from = tile + i * stride;
            if (bias != null) Map.Apply(new AddScaled(1), columns, to, bias + column, from);
            else new ReadOnlySpan<float>(from, columns).CopyTo(new Span<float>(to, columns));
            Activations.Apply(activation, columns, to);
        }
    }
}

/// <summary>The product is the gradient of a weight: Adam takes it tile by tile, and it never goes to memory.</summary>
internal readonly unsafe struct AdamEpilogue(AdamUpdate update, float* w, float* m, float* v, nint wStride) : IEpilogue
{
    public static bool IsPlain => false;

    public void Prefetch(int row, int column, int rows, int columns)
    {
        nint at = row * wStride + column;
        TilePrefetch.Lines(w + at, wStride, rows, columns);
        TilePrefetch.Lines(m + at, wStride, rows, columns);
        TilePrefetch.Lines(v + at, wStride, rows, columns);
    }

    public void Finish(float* tile, int stride, int row, int column, int rows, int columns)
    {
        for (int i = 0; i < rows; i++)
        {
            nint at = (row + i) * wStride + column;
            update.Apply(columns, tile + i * stride, w + at, m + at, v + at);
        }
    }
}

/// <summary>Fetches the cache lines of a tile in advance.</summary>
internal static unsafe class TilePrefetch
{
    /// <summary>Every line of the tile's rows, its last one included where a row does not start on a line.</summary>
    public static void Lines(float* start, nint stride, int rows, int columns)
    {
        if (!Sse.IsSupported) return;
        for (int i = 0; i < rows; i++, start += stride)
        {
            for (int column = 0; column < columns; column += 16) Sse.Prefetch0(start + column);
            Sse.Prefetch0(start + columns - 1);
        }
    }
}
